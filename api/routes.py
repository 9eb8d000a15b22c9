"""The JSON API: entries and feeds, for reading. The search has a module of its own.

Values are returned as they are; FastAPI describes and writes them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from api.health import Health
from index.model import (
    Cursor,
    Feed,
    Followed,
    Post,
    Visited,
)
from index.model import Health as Doing
from web.site import Site

MOST = 100

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many entries to return")]
Place = Annotated[
    str, Query(max_length=60, description="A place in the list, from `older` or `newer`")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """A blog, and where to find it here."""

    slug: str
    title: str
    site: str
    feed: str
    kind: str
    councils: tuple[str, ...]
    nation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOut:
    """A post: an excerpt, and a link to the author's page."""

    id: str
    url: str
    title: str
    excerpt: str
    published: datetime | None
    first_seen: datetime
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    licence: str
    blog: Blog


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesOut:
    """Part of the planet, newest first, and the places where it goes on."""

    entries: list[EntryOut]
    older: str | None = None
    newer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOut:
    """A feed we follow, and how it is doing."""

    blog: Blog
    health: str
    problem: str
    failing_since: datetime | None
    moving_to: str
    posts: int
    newest: datetime | None
    visited: datetime | None
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFeedOut:
    """A feed we follow, and what came of the last visits to it, newest first."""

    feed: FeedOut
    visits: list[Visited]


def create_api(site: Site, health: Health) -> APIRouter:
    """Return the API's routes over `site`."""
    router = APIRouter()

    @router.get("/api/entries", summary="The planet, newest first", tags=["entries"])
    def entries(limit: Limit = 20, before: Place = "", after: Place = "") -> EntriesOut:
        return _entries(site, limit, before, after)

    @router.get("/api/feeds", summary="The blogs we follow", tags=["feeds"])
    def feeds() -> list[FeedOut]:
        return [feed_out(followed) for followed in site.catalogue.blogs()]

    @router.get("/api/feeds/{slug}", summary="A blog, and its last visits", tags=["feeds"])
    def feed(slug: str) -> OneFeedOut:
        followed = site.catalogue.blog(slug)
        return OneFeedOut(feed=feed_out(followed), visits=site.catalogue.visits(slug))

    @router.get("/healthz", summary="Is this installation well?", tags=["service"])
    def healthz() -> JSONResponse:
        well, document = health.document()
        return JSONResponse(document, 200 if well else 503, headers={"Cache-Control": "no-store"})

    return router


def _entries(site: Site, limit: int, before: str, after: str) -> EntriesOut:
    older, newer = _place(before), _place(after)
    posts = site.catalogue.latest(limit + 1, before=older, after=newer)
    more = len(posts) > limit
    posts = posts[-limit:] if newer else posts[:limit]
    goes_on = bool(posts) and (more or newer is not None)
    return EntriesOut(
        entries=[entry_out(post) for post in posts],
        older=str(Cursor.of(posts[-1])) if goes_on else None,
        newer=str(Cursor.of(posts[0])) if posts else (after or before or None),
    )


def entry_out(post: Post) -> EntryOut:
    """Return what programs are told of a post."""
    return EntryOut(
        id=post.id,
        url=post.url,
        title=post.title,
        excerpt=post.excerpt,
        published=post.published,
        first_seen=post.first_seen,
        authors=post.authors,
        tags=post.tags,
        language=post.language,
        licence=post.licence,
        blog=_blog(post.feed),
    )


def feed_out(followed: Followed) -> FeedOut:
    """Return what programs are told of a feed."""
    return FeedOut(
        blog=_blog(followed.feed),
        health=followed.health.value,
        problem=followed.poll.detail,
        failing_since=followed.poll.failing_since,
        moving_to=followed.poll.moving_to if followed.health is Doing.MOVED else "",
        posts=followed.posts,
        newest=followed.newest.sort_at if followed.newest else None,
        visited=followed.poll.visited,
        due=max(followed.poll.due, followed.poll.not_before),
    )


def _blog(feed: Feed) -> Blog:
    return Blog(
        slug=feed.slug,
        title=feed.title,
        site=feed.site,
        feed=feed.url,
        kind=feed.kind.value,
        councils=feed.councils,
        nation=feed.nation,
    )


def _place(text: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
