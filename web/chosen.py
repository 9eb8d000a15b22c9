"""What the address of the planet asks for: which posts, and since when they count as new. Pure.

The filters have the names that they have in a search, and the same search finds the posts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode

from index.errors import NotFound
from index.finding import By, Filter, Query
from index.understood import Names
from web.asked import Asked, read_asked
from web.narrowing import Chip, filter_words
from web.words import LONDON

FILTERS = (By.KIND, By.NATION, By.REGION, By.TOPIC, By.COUNCIL)
NAMES = frozenset(one.value for one in FILTERS)
LONGEST = 4000  # characters of a cookie
OLDEST = date(1990, 1, 1)  # older than any blog
NOW = "now"

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filters, and the moment after which a post is new.

    `remembered`: the filters are the reader's own, not those of the address.
    """

    asked: Asked
    since: datetime | None = None
    remembered: bool = False

    def __bool__(self) -> bool:
        return bool(self.asked.filters)

    @property
    def query(self) -> Query:
        """What finds the posts; also where all filters are of the kind "everything but"."""
        query = self.asked.query
        return query if query or not self else replace(query, after=OLDEST)

    @property
    def parameters(self) -> str:
        """The filters as an address has them."""
        return self.asked.parameters

    @property
    def page(self) -> int:
        """The page of posts that were found."""
        return self.asked.page

    def address(self, path: str = "/", **more: str) -> str:
        """Return where the first page of it is, or the place that `more` says."""
        place = {"since": since_text(self.since)} if self.since else {}
        said = urlencode([*self.asked.pairs, *(place | more).items()], safe=":")
        return f"{path}?{said}" if said else path

    def turned(self, page: int, path: str = "/") -> str:
        """Return where a page of it is."""
        return self.address(path, page=str(page)) if page > 1 else self.address(path)

    def without(self, one: Filter) -> "Chosen":
        """Return the same without a filter."""
        return replace(self, asked=self.asked.without(one), remembered=False)

    def chips(self, names: Names) -> tuple[Chip, ...]:
        """Return what narrows the planet, each with the address that drops it."""
        return tuple(
            Chip(label=filter_words(one, names), href=everything_or(self.without(one)))
            for one in self.asked.filters
        )

    def words(self, names: Names) -> str:
        """Return the filters as a title has them."""
        return ", ".join(filter_words(one, names) for one in self.asked.filters)


def everything_or(chosen: Chosen) -> str:
    """Return the address of it, or that of all posts, whatever a reader had remembered."""
    return chosen.address() if chosen else chosen.address(all="1")


def read_chosen(pairs: Pairs) -> Chosen:
    """Read the parameters of an address; raises NotFound if there cannot be such a page."""
    every = list(pairs)
    kept = [(name, value) for name, value in every if name in NAMES]
    page = [(name, value) for name, value in every if name == "page" and kept]
    since = dict(every).get("since", "").strip()
    return Chosen(asked=read_asked(kept + page), since=read_since(since) if since else None)


def read_remembered(cookie: str) -> Chosen:
    """Read what a cookie remembers; nothing of what cannot be read."""
    pairs = parse_qsl(unquote(cookie[:LONGEST]))
    return replace(read_chosen((n, v) for n, v in pairs if n in NAMES), remembered=True)


def cookie_text(chosen: Chosen) -> str:
    """Return what a cookie remembers the filters by."""
    return quote(chosen.parameters, safe="")


def read_since(text: str) -> datetime:
    """Return the moment that a day, or a time in London, names; raises NotFound."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        return moment.astimezone(LONDON).replace(second=0, microsecond=0)
    except (ValueError, OverflowError) as error:
        raise NotFound(
            "Say since when as a day or a time: since=2026-05-01 or since=2026-05-01T10:00."
        ) from error


def since_text(moment: datetime) -> str:
    """Return a moment as an address has it."""
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"
