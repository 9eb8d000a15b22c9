"""The JSON API: what is told of posts and blogs, and the routes of blogs.

Posts, subjects and the search have modules of their own.

Values are returned as they are; FastAPI describes and writes them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from api import examples
from api.described import Description, register, written
from api.health import Health
from index.model import (
    Copy,
    Feed,
    Followed,
    PageCount,
    Post,
    Visited,
)
from index.model import Health as Doing
from web.fresh import PAGE_AGE, by_content
from web.site import Site

Slug = Annotated[str, Path(description="A blog, by its slug")]


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
    topics: tuple[str, ...]
    councils: tuple[str, ...]
    language: str
    licence: str
    discussed_by: int
    also: tuple[Copy, ...]
    blog: Blog


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
    pages: PageCount


_FEEDS = TypeAdapter(list[FeedOut])
_FEED = TypeAdapter(OneFeedOut)

_FEEDS_SAID = Description(
    told=list[FeedOut],
    summary="The blogs we follow",
    text="By title, with how each is doing. `/feeds.opml` is the same list for feed readers.",
    example=[examples.FEED],
    tag="feeds",
)
_FEED_SAID = Description(
    told=OneFeedOut,
    summary="A blog, and its last visits",
    text="The visits are the newest first. `pages` counts those of posts that the feed gives in "
    "part: read for the search, waiting to be read, or of no use.",
    example={"feed": examples.FEED, "visits": [examples.VISIT], "pages": examples.PAGES},
    tag="feeds",
)


class Feeds:
    """The blogs and how they are doing, which time changes too: so the answer's bytes decide."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def all(self, request: Request) -> Response:
        """Tell every blog."""
        told = [feed_out(followed) for followed in self.site.catalogue.blogs()]
        return by_content(request, written(_FEEDS, told), PAGE_AGE)

    def one(self, request: Request, slug: Slug) -> Response:
        """Tell one blog."""
        followed = self.site.catalogue.blog(slug)
        catalogue = self.site.catalogue
        told = OneFeedOut(
            feed=feed_out(followed), visits=catalogue.visits(slug), pages=catalogue.pages(slug)
        )
        return by_content(request, written(_FEED, told), PAGE_AGE)


def create_api(site: Site, health: Health) -> APIRouter:
    """Return the routes of blogs and of health over `site`."""
    router, feeds = APIRouter(), Feeds(site)
    register(router, "/api/feeds", feeds.all, _FEEDS_SAID)
    register(router, "/api/feeds/{slug}", feeds.one, _FEED_SAID)

    def healthz() -> JSONResponse:
        well, document = health.document()
        return JSONResponse(document, 200 if well else 503, headers={"Cache-Control": "no-store"})

    router.add_api_route(
        "/healthz",
        healthz,
        methods=["GET"],
        summary="Is this installation well?",
        tags=["service"],
        responses={503: {"description": "Not quite: the document says why"}},
    )
    router.add_api_route("/healthz", healthz, methods=["HEAD"], include_in_schema=False)
    return router


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
        topics=post.topics,
        councils=post.councils,
        language=post.language,
        licence=post.licence,
        discussed_by=post.discussed,
        also=post.also,
        blog=blog_out(post.feed),
    )


def feed_out(followed: Followed) -> FeedOut:
    """Return what programs are told of a feed."""
    return FeedOut(
        blog=blog_out(followed.feed),
        health=followed.health.value,
        problem=followed.poll.detail,
        failing_since=followed.poll.failing_since,
        moving_to=followed.poll.moving_to if followed.health is Doing.MOVED else "",
        posts=followed.posts,
        newest=followed.newest.sort_at if followed.newest else None,
        visited=followed.poll.visited,
        due=max(followed.poll.due, followed.poll.not_before),
    )


def blog_out(feed: Feed) -> Blog:
    """Return what programs are told of a blog."""
    return Blog(
        slug=feed.slug,
        title=feed.title,
        site=feed.site,
        feed=feed.url,
        kind=feed.kind.value,
        councils=feed.councils,
        nation=feed.nation,
    )
