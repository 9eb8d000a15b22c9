"""The JSON API: entries, search and feeds, for reading.

Values are returned as they are; FastAPI describes and writes them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from api.health import Health
from index.finding import Fragment, Sort
from index.model import (
    Coverage,
    Cursor,
    Feed,
    Followed,
    Post,
    Visited,
)
from index.model import Health as Doing
from web.answers import Answers, answers, edition, read_query
from web.fresh import PAGE_AGE, tag
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
class FoundOut:
    """An answer to a search, with the passage that matched."""

    entry: EntryOut
    title: tuple[Fragment, ...] = field(default=())
    passage: tuple[Fragment, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOut:
    """One page of the answers to a search, and what was searched."""

    query: str
    understood: str
    total: int
    page: int
    pages: int
    answers: list[FoundOut]
    coverage: Coverage


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


_SEARCH = TypeAdapter(SearchOut)


def create_api(site: Site, health: Health) -> APIRouter:
    """Return the API's routes over `site`."""
    router = APIRouter()

    @router.get("/api/entries", summary="The planet, newest first", tags=["entries"])
    def entries(limit: Limit = 20, before: Place = "", after: Place = "") -> EntriesOut:
        return _entries(site, limit, before, after)

    @router.get(
        "/api/search",
        summary="Posts that answer a query",
        tags=["entries"],
        response_model=SearchOut,
    )
    def search(
        request: Request,
        q: Annotated[str, Query(max_length=2000, description="Words and “exact phrases”")] = "",
        sort: Annotated[Sort, Query(description="Best first, or newest first")] = Sort.RELEVANCE,
        page: Annotated[int, Query(ge=1, le=25, description="Which page of 20 answers")] = 1,
    ) -> Response:
        return _found(site, request, q, sort, page)

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


def _found(site: Site, request: Request, q: str, sort: Sort, page: int) -> Response:
    query = read_query(q)[1]
    version = edition(site, query)  # first, so that nothing below is older
    coverage = site.catalogue.coverage()

    def make() -> Response:
        found = _search_out(q, answers(site, query, sort, page), coverage)
        return Response(_SEARCH.dump_json(found), media_type="application/json")

    asked = ("/api/search", q, sort.value, str(page), str(coverage.crawled))
    validator = tag(version, *asked)
    return site.kept.conditional(request, validator, PAGE_AGE, make)


def _search_out(q: str, found: Answers, coverage: Coverage) -> SearchOut:
    return SearchOut(
        query=q,
        understood=found.understood,
        total=found.total,
        page=found.page,
        pages=found.pages,
        answers=[
            FoundOut(entry=entry_out(a.post), title=a.title, passage=a.passage)
            for a in found.answers
        ],
        coverage=coverage,
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
