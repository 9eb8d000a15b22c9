"""What a search can be narrowed down by, and what narrows it already: links with their words.

Counting is the index's; which counts are shown, and where each link leads, is decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.finding import By, Facets, Filter, Query, Tally
from index.search import Search
from index.understood import Names, day_words, value_words
from web.asked import Asked
from web.charts import Years, years

SHOWN = 8  # values of a facet, before the rest
MOST = 25  # of them in all
LONG = 500  # bytes of an address: each of the links would repeat it

HEADINGS = {
    By.TOPIC: "Topic",
    By.COUNCIL: "Council",
    By.NATION: "Nation",
    By.REGION: "Region",
    By.KIND: "Kind of blog",
    By.YEAR: "Year",
    By.BLOG: "Blog",
}
OPEN = frozenset({By.TOPIC, By.COUNCIL, By.YEAR})
# How a filter is said by itself, where its value alone would not tell.
_SAID = {
    By.TAG: "Tagged {}",
    By.AUTHOR: "By {}",
    By.TITLE: "“{}” in the title",
    By.LANG: "In {}",
    By.HAS: "With {}",
}
_DAYS = {"after": "Since", "before": "Before"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value that narrows the search down, and how many posts have it."""

    label: str
    posts: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The values of one kind: those that are shown, and the rest.

    `other`: one is chosen, and a further one would be an alternative to it.
    """

    by: By
    heading: str
    shown: tuple[Value, ...]
    rest: tuple[Value, ...]
    other: bool
    open: bool
    years: Years | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Something that narrows the search, and where it does not."""

    label: str
    href: str


def count(search: Search, query: Query) -> Facets:
    """Return the tallies to choose from: of what is chosen, those of its alternatives.

    The number beside a value is always that of the posts it would show by itself, beside
    what else is chosen. Raises SearchError.
    """
    tallies = dict(search.facets(query, most=MOST))
    for by in {one.by for one in query.filters if not one.without} & HEADINGS.keys():
        others = tuple(one for one in query.filters if one.by is not by or one.without)
        tallies[by] = search.facets(replace(query, filters=others), most=MOST).get(by, ())
    return tallies


def facets(asked: Asked, tallies: Facets, counted: int, names: Names) -> tuple[Facet, ...]:
    """Return what is worth choosing from, each value with the address that adds it."""
    if len(asked.address()) > LONG:
        return ()
    made = (_facet(asked, by, tallies.get(by, ()), counted, names) for by in HEADINGS)
    return tuple(one for one in made if one is not None)


def chips(asked: Asked, names: Names) -> tuple[Chip, ...]:
    """Return what narrows the search, each with the address that drops it."""
    query = asked.query
    chosen = [
        Chip(label=filter_words(one, names), href=asked.without(one).address())
        for one in query.filters
    ]
    for name, said in _DAYS.items():
        if day := getattr(query, name):
            href = asked.at_any_time(name).address()
            chosen.append(Chip(label=f"{said} {day_words(day)}", href=href))
    return tuple(chosen)


def searched_words(asked: Asked, names: Names) -> str:
    """Return a search as a title has it: what was typed, then what narrows it beside that."""
    beside = [filter_words(one, names) for one in asked.filters]
    for name, day in asked.days:
        beside.append(f"{_DAYS[name]} {day_words(date.fromisoformat(day))}")
    typed = [f"“{asked.text}”"] if asked.text or not beside else []
    return ", ".join(typed + beside)


def filter_words(one: Filter, names: Names) -> str:
    """Return a filter as it is said by itself."""
    label = _SAID.get(one.by, "{}").format(value_words(one, names))
    return f"Not {label}" if one.without else _headed(label)


def _facet(
    asked: Asked, by: By, tallies: Sequence[Tally], counted: int, names: Names
) -> Facet | None:
    taken = {one.value for one in asked.query.filters if one.by is by}
    other = any(one.by is by and not one.without for one in asked.query.filters)
    left = [one for one in tallies if one.value not in taken]
    if not left or (len(left) == 1 and left[0].posts == counted and not other):
        return None  # nothing to choose from
    values = [_value(asked, by, one, names) for one in left]
    if by is By.YEAR:
        values.sort(key=lambda value: value.label, reverse=True)
    return Facet(
        by=by,
        heading=HEADINGS[by],
        shown=tuple(values[:SHOWN]),
        rest=tuple(values[SHOWN:]),
        other=other,
        open=by in OPEN,
        years=years(tallies) if by is By.YEAR else None,
    )


def _value(asked: Asked, by: By, tally: Tally, names: Names) -> Value:
    chosen = Filter(by, tally.value)
    return Value(
        label=_headed(value_words(chosen, names)),
        posts=tally.posts,
        href=asked.narrowed(chosen).address(),
    )


def _headed(label: str) -> str:
    return label[:1].upper() + label[1:]
