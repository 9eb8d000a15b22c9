"""The form that narrows the planet: what can be chosen, and what is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from index.councils import NATIONS, council_name, councils
from index.finding import By, Filter
from index.model import Feed, Kind
from index.narrowing import narrow, slugged
from index.opml import GROUPS
from index.understood import value_words
from index.vocabulary import vocabulary
from web.asked import Pairs
from web.chosen import FILTERS, Chosen

LABELS = {
    By.KIND: "Kind of blog",
    By.NATION: "Nation",
    By.REGION: "Region",
    By.TOPIC: "Topic",
    By.COUNCIL: "Council",
}
Options = tuple[tuple[str, str], ...]  # slugs, and their words


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A filter of which one value can be chosen, from groups of which some have no name."""

    name: str
    label: str
    value: str
    groups: tuple[tuple[str, Options], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """The fields, and what they have no room for."""

    fields: tuple[Field, ...]
    unseen: Pairs


def choosing(chosen: Chosen, blogs: Iterable[Feed]) -> Choosing:
    """Return the form that asks for the same again."""
    held: dict[By, str] = {}
    unseen = []
    for one, pair in zip(chosen.asked.filters, chosen.asked.pairs, strict=False):
        if one.by in held or one.without:
            unseen.append(pair)
        else:
            held[one.by] = one.value
    offered = _offered(blogs)
    fields = [_field(by, held.get(by, ""), offered[by]) for by in FILTERS]
    return Choosing(fields=tuple(fields), unseen=tuple(unseen))


@lru_cache(2_000)
def means(words: str, name: str) -> str:
    """Return what filter `name` reads in these words: an option that says so needs no value.

    With the slugs of all topics the form was a third of a kilobyte heavier, compressed.
    """
    found = narrow(name, words)
    return found.value if found else ""


def _field(by: By, value: str, groups: list[tuple[str, Options]]) -> Field:
    if value and not any(slug == value for _, options in groups for slug, _ in options):
        groups = [("", ((value, value_words(Filter(by, value))),)), *groups]
    return Field(name=by.value, label=LABELS[by], value=value, groups=tuple(groups))


def _offered(blogs: Iterable[Feed]) -> dict[By, list[tuple[str, Options]]]:
    nations = {"", *NATIONS.values()}  # a region that is a whole nation is chosen as that
    regions = sorted({one.region for one in councils().values()} - nations)
    writing = sorted((council_name(one), one) for one in {c for b in blogs for c in b.councils})
    topics = groupby(vocabulary().topics.values(), lambda one: one.group)
    return {
        By.KIND: [("", tuple((kind.value, GROUPS[kind]) for kind in Kind))],
        By.NATION: [("", tuple(NATIONS.items()))],
        By.REGION: [("", tuple((slugged(name), name) for name in regions))],
        By.TOPIC: [(name, tuple((one.slug, one.label) for one in of)) for name, of in topics],
        By.COUNCIL: [("", tuple((slug, name) for name, slug in writing))],
    }
