"""What the address of a search asks for, and the one address that asks for it.

The same search can be written in many ways: filters in any order, said twice, in the words
of people ("Tower Hamlets") or in the typed text itself. Every page, feed and answer that is
kept goes by the one form that is written here. Pure.

    (name, value) pairs ─► Asked ─► Query
                             └────► the addresses of its pages, its feeds and its neighbours
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from index.finding import By, Filter, Query, Sort
from index.narrowing import DATES
from index.query import bounded, narrowed, parse_query
from index.shorter import less
from web.answers import read_page, read_sort

FILTERS = 20  # in an address; those of the typed text are bounded with it
LONGEST = 80  # characters of a filter's value
ROOM = 1_500  # bytes that all filters may have in an address, which a page says many times
NAMES = frozenset({*(one.value for one in By), *DATES})
TYPED = "typed"  # the value of "only"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search: what was typed, what narrows it beside that, the order, and the page.

    `query` is all of it together.
    """

    text: str
    filters: tuple[Filter, ...]
    days: Pairs
    query: Query
    sort: Sort = Sort.RELEVANCE
    page: int = 1

    @property
    def only(self) -> bool:
        """Whether the typed words alone are looked for."""
        return not self.query.widened

    @property
    def plain(self) -> bool:
        """Whether this is the first page of what was typed, with nothing that narrows it."""
        return bool(self.query) and self.pairs == (("q", self.text),) and self.page == 1

    @property
    def pairs(self) -> Pairs:
        """What is searched for, as an address has it."""
        typed = (("q", self.text),) if self.text else ()
        only = (("only", TYPED),) if self.only else ()
        return (*typed, *map(_pair, self.filters), *self.days, *only)

    @property
    def narrowing(self) -> str:
        """What is added to the typed text, as an address has it; nothing if nothing is."""
        added = self.pairs[1:] if self.text else self.pairs
        return f"&{urlencode(added)}" if added else ""

    @property
    def parameters(self) -> str:
        """The part of an address that says what is searched for."""
        return urlencode(self.pairs)

    def address(self, path: str = "/search") -> str:
        """Return where this page of it is, in this order."""
        place = [("sort", self.sort.value)] if self.sort is not Sort.RELEVANCE else []
        place += [("page", str(self.page))] if self.page > 1 else []
        said = urlencode([*self.pairs, *place])
        return f"{path}?{said}" if said else path

    def turned(self, page: int) -> "Asked":
        """Return another page of the same."""
        return replace(self, page=page)

    def ordered(self, sort: str) -> "Asked":
        """Return the first page of the same in another order."""
        return replace(self, sort=Sort(sort), page=1)

    def worded(self, *, only: bool) -> "Asked":
        """Return the same for the typed words alone, or for what means the same as well."""
        return replace(self, query=replace(self.query, widened=not only), page=1)

    def typed(self, text: str) -> "Asked":
        """Return the same filters on another text."""
        return _asked(text, (*map(_pair, self.filters), *self.days), self.sort, only=self.only)

    def narrowed(self, *more: Filter) -> "Asked":
        """Return the same with further filters."""
        pairs = (*map(_pair, (*self.filters, *more)), *self.days)
        return _asked(self.text, pairs, self.sort, only=self.only)

    def without(self, one: Filter) -> "Asked":
        """Return the same without a filter, wherever it was said."""
        text = less(self.text, lambda query: one in query.filters)
        pairs = (*(_pair(f) for f in self.filters if f != one), *self.days)
        return _asked(text, pairs, self.sort, only=self.only)

    def at_any_time(self, name: str) -> "Asked":
        """Return the same without its `after`, or its `before`."""
        text = less(self.text, lambda query: getattr(query, name) is not None)
        days = tuple(day for day in self.days if day[0] != name)
        return _asked(text, (*map(_pair, self.filters), *days), self.sort, only=self.only)

    def unfiltered(self) -> "Asked":
        """Return the words alone."""
        text = less(self.text, _narrows)
        return _asked(text, (), self.sort, only=self.only)


def read_asked(pairs: Iterable[tuple[str, str]], *, sort: Sort | None = None) -> Asked:
    """Read the parameters of an address; raises NotFound if there cannot be such a page.

    Whatever else is wrong with them, the rest counts.
    """
    every = list(pairs)
    said = dict(every)
    exact = " ".join(bounded(said.get("exact", "")).replace('"', " ").split())
    text = f'{said.get("q", "")} "{exact}"' if exact else said.get("q", "")
    asked = _asked(
        text,
        [(name, value) for name, value in every if name in NAMES and value.strip()],
        sort or read_sort(said.get("sort", "")),
        only=said.get("only") == TYPED,
    )
    return asked.turned(read_page(said.get("page", "")))


def _asked(text: str, pairs: Iterable[tuple[str, str]], sort: Sort, *, only: bool) -> Asked:
    text = " ".join(bounded(text).split())
    typed = parse_query(text)
    kept = [(name, value[:LONGEST]) for name, value in list(pairs)[:FILTERS]]
    beside = narrowed(Query(), kept)
    days = [(name, day.isoformat()) for name in DATES if (day := getattr(beside, name))]
    filters = _bounded({*beside.filters} - {*typed.filters})
    whole = narrowed(typed, (*map(_pair, filters), *days))
    return Asked(
        text=text,
        filters=filters,
        days=tuple(days),
        query=replace(whole, widened=not only),
        sort=sort,
    )


def _bounded(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Return the filters in their one order, as far as there is room for them."""
    order = list(By)
    kept: list[Filter] = []
    room = ROOM
    for one in sorted(filters, key=lambda f: (order.index(f.by), f.value, f.without)):
        room -= len(urlencode([_pair(one)]))
        if room >= 0:
            kept.append(one)
    return tuple(kept)


def _pair(one: Filter) -> tuple[str, str]:
    return one.by.value, f"-{one.value}" if one.without else one.value


def _narrows(query: Query) -> bool:
    return bool(query.filters or query.after or query.before)
