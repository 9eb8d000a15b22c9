"""The councils as their directory shows them: by nation and region, and found by name. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

from index.councils import NATIONS, Council, council_name, councils, predecessors
from index.model import Followed
from index.named import councils_of
from index.narrowing import slugged

NEAR = 5  # names that may have been meant
TYPED = 80  # characters of a name that are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A council, and how much there is from it."""

    council: Council
    blogs: int
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The councils of a region; it has no name where it is the whole nation."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """The regions of a nation, and how many of its councils have a blog here."""

    slug: str
    name: str
    regions: tuple[Region, ...]
    councils: int
    blogging: int


def every_council(blogs: Iterable[Followed]) -> dict[str, Council]:
    """Return all councils by slug, with those that only our blogs know of."""
    known = dict(councils())
    for blog in blogs:
        for slug in blog.feed.councils:
            known.setdefault(slug, _unlisted(slug, blog.feed.nation))
    return known


def family(slug: str) -> tuple[str, ...]:
    """Return a council and the abolished ones that it took over from."""
    return (slug, *predecessors(slug))


def nations(blogs: Sequence[Followed], named: Mapping[str, int]) -> list[Nation]:
    """Return the councils of today, by nation and region, and what there is from each."""
    today = [one for one in every_council(blogs).values() if one.ended is None]
    found = places(today, blogs, named)
    order = {slug: place for place, slug in enumerate((*NATIONS, ""))}
    found.sort(key=lambda one: (order.get(one.council.nation, len(order)), one.council.nation))
    grouped = groupby(found, lambda one: one.council.nation)
    return [_nation(slug, list(members)) for slug, members in grouped]


def places(
    of: Iterable[Council], blogs: Iterable[Followed], named: Mapping[str, int]
) -> list[Place]:
    """Return what there is from these councils, by name.

    `named` are the posts of others' blogs whose text names each.
    """
    writing: defaultdict[str, dict[int, int]] = defaultdict(dict)  # posts by blog, by council
    for blog in blogs:
        for slug in councils_of(blog.feed.kind, blog.feed.councils, ()):
            writing[slug][blog.feed.id] = blog.posts
    found = []
    for one in sorted(of, key=lambda one: one.short_name):
        own: dict[int, int] = {}
        for slug in family(one.slug):
            own |= writing[slug]
        posts = sum(own.values()) + sum(named.get(slug, 0) for slug in family(one.slug))
        found.append(Place(council=one, blogs=len(own), posts=posts))
    return found


def called(text: str, known: Mapping[str, Council]) -> list[Council]:
    """Return the councils that have all these words in their name."""
    parts = slugged(text[:TYPED]).split("-")
    if parts == [""]:
        return []
    return [one for one in known.values() if all(part in _names(one) for part in parts)]


def near(text: str, known: Mapping[str, Council]) -> list[Council]:
    """Return the councils whose names look most like `text`."""
    said = {slugged(one.short_name): one for one in known.values()} | dict(known)
    found = get_close_matches(slugged(text[:TYPED]), said, n=NEAR)
    return list({said[one].slug: said[one] for one in found}.values())


def _names(council: Council) -> str:
    return f"{council.slug} {slugged(council.name)} {slugged(council.short_name)}"


def _nation(slug: str, members: list[Place]) -> Nation:
    members.sort(key=lambda one: (not one.council.region, one.council.region))
    grouped = [(name, tuple(of)) for name, of in groupby(members, lambda one: one.council.region)]
    whole = len(grouped) == 1
    return Nation(
        slug=slug or "elsewhere",
        name=NATIONS.get(slug, "Elsewhere"),
        regions=tuple(
            Region(name="" if whole else name or "Other", places=of) for name, of in grouped
        ),
        councils=len(members),
        blogging=sum(one.blogs > 0 for one in members),
    )


def _unlisted(slug: str, nation: str) -> Council:
    name = council_name(slug)
    return Council(
        slug=slug, name=name, short_name=name, type="", nation=nation, region="", gss_code=""
    )
