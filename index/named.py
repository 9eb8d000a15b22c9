"""Which councils a text names, and which of them a post belongs to. Pure.

Precision first: a place alone is no council ("Bath", "Reading", "in Kent"). What counts is an
official name, or a council's short name beside a word such as "Council" or "London Borough
of". The longest name wins: "North Yorkshire Council" says nothing of York. Of names that two
councils have, today's council has it; a name that two of today's have is nobody's.

The time taken is proportional to the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from index.councils import Council, councils
from index.model import Kind

MOST = 5  # councils: whoever names more lists them, and writes about none of them in particular

_AFTER = ("council", *(f"{kind} council" for kind in ("city", "borough", "district", "county")))
_BEFORE = ("london borough of", "royal borough of", "borough of", "lb")
_SMALL = {
    *["&", "and", "of", "on", "in", "the", "upon", "under", "with", "nan", "lb", ","],
    *" ".join(_AFTER).split(),
}
_WORDS = frozenset({("reading", "council")})  # "Reading council papers took all day"
_ELSEWHERE = frozenset(["New", "North", "South", "East", "West"])  # New York is not York
_TOKEN = re.compile(r"[^\W_]+(?:[’'&-][^\W_]+)*|[^\w\s]|\n")
_OWN = re.compile(r"[’']s?$")

Name = tuple[str, ...]


def councils_named(*texts: str) -> tuple[str, ...]:
    """Return the slugs of the councils that texts name, in order; none if they are too many."""
    found = dict.fromkeys(slug for text in texts for slug in _found(text))
    return tuple(found) if len(found) <= MOST else ()


def councils_of(kind: Kind, own: Sequence[str], named: Sequence[str]) -> tuple[str, ...]:
    """Return the councils that a post belongs to.

    `own` are its blog's, `named` those that its text names. A council's blog speaks for the
    council; a practitioner's does not speak for whoever employed her once.
    """
    if kind is Kind.COUNCIL:
        return tuple(own)
    if kind is Kind.PRACTITIONER:
        return tuple(named)
    return tuple(dict.fromkeys((*own, *named)))


def _found(text: str) -> Iterator[str]:
    names, longest = _names()
    said = _tokens(text.replace("St.", "St"))
    low = [word.lower().replace("&", "and") for word in said]
    end = 0
    # Few words begin a name: the others are passed by without a call for each.
    for place in [place for place, word in enumerate(low) if word in longest]:
        if place < end or (place and said[place - 1] in _ELSEWHERE):
            continue
        length = _match(names, longest[low[place]], said, low, place)
        if length:
            yield names[tuple(low[place : place + length])]
        end = place + length


def _match(
    names: Mapping[Name, str], most: int, said: Sequence[str], low: Sequence[str], place: int
) -> int:
    """Return of how many words the longest name is that begins here, 0 for none."""
    for length in range(min(most, len(low) - place), 0, -1):
        if tuple(low[place : place + length]) in names:
            words = said[place : place + length]
            if tuple(low[place : place + length]) in _WORDS and words[-1].islower():
                continue
            if all(word[:1].isupper() or word.lower() in _SMALL for word in words):
                return length
    return 0


@cache
def _names() -> tuple[Mapping[Name, str], Mapping[str, int]]:
    """Return councils by the words of their names, and how long names with a first word are."""
    claims: defaultdict[Name, set[str]] = defaultdict(set)
    for one in councils().values():
        for name in _called(one):
            claims[name].add(one.slug)
    official = {_words(one.name): one.slug for one in councils().values() if one.ended is None}
    names = {name: slug for name, slugs in claims.items() if (slug := _owner(slugs))} | official
    longest: defaultdict[str, int] = defaultdict(int)
    for name in names:
        longest[name[0]] = max(longest[name[0]], len(name))
    return names, dict(longest)


def _called(council: Council) -> Iterable[Name]:
    """Return a council's names: never a place alone."""
    yield _words(council.name)
    short = council.short_name
    if "council" in short.lower() or "authority" in short.lower():
        return
    yield from (_words(f"{short} {after}") for after in _AFTER)
    yield from (_words(f"{before} {short}") for before in _BEFORE)


def _owner(slugs: set[str]) -> str:
    """Return whose a name is: nobody's if two of today's councils have it."""
    today = [slug for slug in slugs if councils()[slug].ended is None]
    held = today or sorted(slugs)
    return held[0] if len(held) == 1 else ""


def _words(name: str) -> Name:
    return tuple(word.lower().replace("&", "and") for word in _tokens(name))


def _tokens(text: str) -> list[str]:
    """Return the words of a text, and its stops: "Leeds’s" is Leeds."""
    return [
        _OWN.sub("", word) if "’" in word or "'" in word else word for word in _TOKEN.findall(text)
    ]
