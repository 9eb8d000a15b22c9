"""The blogs in groups, as the directory shows them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from index.councils import council_name
from index.errors import NotFound
from index.model import Followed, Kind
from index.narrowing import slugged
from web.standing import standing
from web.words import blog_name

ALL, TROUBLED = "", "troubled"
TYPED = 80  # characters of a name that are compared
SIZE = 100  # blogs a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A way to narrow the directory down, how many blogs it leaves, and its address."""

    key: str
    kind: Kind | None
    count: int
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One page of the blogs by kind, and the choices there are.

    `every` holds the blogs of all pages; `asked` is what was chosen, as addresses have it.
    """

    groups: tuple[tuple[Kind, tuple[Followed, ...]], ...]
    choices: tuple[Choice, ...]
    every: tuple[Followed, ...]
    q: str
    show: str
    asked: str
    page: int
    pages: int

    @property
    def count(self) -> int:
        """How many blogs there are on all pages."""
        return len(self.every)

    def turned(self, page: int) -> str:
        """Return where a page of the same is."""
        return place(self.show, self.q, page)


def directory(
    blogs: Sequence[Followed], show: str, now: datetime, q: str = "", page: int = 1
) -> Directory:
    """Arrange `blogs`, which are in order, as far as `show` and `q` ask; raises NotFound."""
    q = " ".join(q[:TYPED].split())
    sets = _sets(called(q, blogs), now)
    if show not in sets:
        raise NotFound("There is no such group of blogs.")
    every = tuple(b for kind in Kind for b in sets[show] if b.feed.kind is kind)
    pages = max(1, -(-len(every) // SIZE))
    if not 1 <= page <= pages:
        raise NotFound(f"There is no page {page} of this list.")
    here = every[(page - 1) * SIZE : page * SIZE]
    groups = [(kind, tuple(b for b in here if b.feed.kind is kind)) for kind in Kind]
    return Directory(
        groups=tuple((kind, members) for kind, members in groups if members),
        choices=_choices(sets, show, q),
        every=every,
        q=q,
        show=show,
        asked=_asked(show, q),
        page=page,
        pages=pages,
    )


def called(q: str, blogs: Sequence[Followed]) -> Sequence[Followed]:
    """Return the blogs that have all these words in their title or in a council's name."""
    parts = slugged(q).split("-")
    if parts == [""]:
        return () if q else blogs
    return [blog for blog in blogs if all(part in _names(blog) for part in parts)]


def place(show: str, q: str, page: int = 1) -> str:
    """Return where the directory shows this."""
    said = "&".join(filter(None, [_asked(show, q), f"page={page}" if page > 1 else ""]))
    return f"/blogs?{said}" if said else "/blogs"


def _sets(blogs: Sequence[Followed], now: datetime) -> dict[str, list[Followed]]:
    sets: dict[str, list[Followed]] = {ALL: list(blogs)}
    sets |= {kind.value: [b for b in blogs if b.feed.kind is kind] for kind in Kind}
    sets[TROUBLED] = [b for b in blogs if standing(b, now).troubled]
    return sets


def _choices(sets: dict[str, list[Followed]], show: str, q: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            key=key,
            kind=Kind(key) if key not in (ALL, TROUBLED) else None,
            count=len(members),
            chosen=key == show,
            href=place(key, q),
        )
        for key, members in sets.items()
        if members or key == show
    )


def _asked(show: str, q: str) -> str:
    return urlencode([(name, value) for name, value in (("show", show), ("q", q)) if value])


def _names(blog: Followed) -> str:
    said = (blog_name(blog.feed), *map(council_name, blog.feed.councils))
    return " ".join(map(slugged, said))
