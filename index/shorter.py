"""What a reader typed, with a term less: a filter taken away, or a word that nothing answers.

The rest stays as it was typed, for a reader to know it again. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from index.finding import Query
from index.query import parse_query, typed_terms


@dataclass(frozen=True, slots=True)
class Shorter:
    """A query without one of its words or phrases."""

    text: str
    without: str


def less(text: str, drops: Callable[[Query], bool]) -> str:
    """Return the text without the terms that, each read by itself, `drops` says yes to."""
    return " ".join(term for term in typed_terms(text) if not drops(parse_query(term)))


def shorter(text: str, most: int) -> tuple[Shorter, ...]:
    """Return the text without each of its words and phrases in turn, at most so many.

    Alternatives stay together, and what would leave nothing to look for is left out.
    """
    terms = typed_terms(text)
    found: dict[str, Shorter] = {}
    for place, term in enumerate(terms):
        wished = "" if _beside_or(terms, place) else _wished(term)
        rest = " ".join(terms[:place] + terms[place + 1 :])
        if wished and parse_query(rest):
            found.setdefault(wished, Shorter(rest, wished))
    return tuple(found.values())[:most]


def _wished(term: str) -> str:
    query = parse_query(term)
    return " ".join((*query.words, *query.phrases))


def _beside_or(terms: list[str], place: int) -> bool:
    return any(one in ("OR", "|", "||") for one in terms[max(place - 1, 0) : place + 2])
