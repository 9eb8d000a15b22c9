"""The routes of the planet's front page: reading, filters that are remembered, and chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex

from fastapi import APIRouter, Request, Response

from index.chance import old_post
from index.errors import NotFound, SearchError
from index.finding import Sort
from index.model import Post
from web.choosing import choosing
from web.chosen import (
    NAMES,
    NOW,
    Chosen,
    cookie_text,
    everything_or,
    read_chosen,
    read_remembered,
    since_text,
)
from web.fresh import PAGE_AGE
from web.newness import LOOKED, newness
from web.orbits import chart
from web.posted import read_fields
from web.render import page, page_tag
from web.river import stretch
from web.runs import days, thinned, whole
from web.site import Site
from web.subjects import Subjects
from web.words import blog_names, london

COOKIE = "planet-filters"
YEAR = timedelta(days=365)
FILTERS = 8_192  # bytes of a form with filters
WEEK = 200  # posts that the chart of the past week shows at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One page of posts, and the addresses of its neighbours."""

    posts: Sequence[Post]
    newer: str = ""
    older: str = ""
    first: bool = True
    total: int | None = None  # of those that were found


class Planet:
    """What people read: all posts or those they chose, newest first."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.subjects = Subjects(site)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        for path, answer in (("/", self.planet), ("/surprise", self.surprise)):
            router.add_api_route(path, answer, methods=["GET", "HEAD"])
        router.add_api_route("/filters", self.remember, methods=["POST"])

    def planet(self, request: Request, before: str = "", after: str = "") -> Response:
        """Show the posts of all blogs, or those that the filters leave."""
        asked = request.query_params
        if asked.get("since") == NOW or _blank(request):
            return self._settled(request)
        chosen = read_chosen(asked.multi_items())
        if chosen:
            return self._found(request, chosen)
        if before or after or "all" in asked:
            return self._everything(request, chosen, before, after)
        own = replace(read_remembered(request.cookies.get(COOKIE, "")), since=chosen.since)
        shown = self._own(own) if own else self._everything(request, chosen)
        shown.headers["Vary"] = "Cookie"
        return shown

    async def remember(self, request: Request) -> Response:
        """Keep the filters of a form in a cookie, or forget them if it has none."""
        base = self.site.settings.base_url
        fields = await read_fields(request, base, FILTERS)
        chosen = read_chosen([one for one in fields if one[0] in NAMES])
        secure = base.startswith("https:")
        answer = _see("/")
        answer.set_cookie(
            COOKIE,
            cookie_text(chosen),
            max_age=int(YEAR.total_seconds()) if chosen else 0,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
        return answer

    def surprise(self) -> Response:
        """Lead to a post that is older than a year, whichever it is."""
        id = old_post(self.site.catalogue.database, self.site.clock() - YEAR, token_hex(8))
        if not id:
            raise NotFound("No post here is a year old yet.")
        return _see(f"/posts/{id}")

    def _settled(self, request: Request) -> Response:
        """Lead from what a form or a link asks for to the address of just that."""
        pairs = [
            (name, since_text(self.site.clock()) if (name, value) == ("since", NOW) else value)
            for name, value in request.query_params.multi_items()
        ]
        chosen = read_chosen(pairs)
        return _see(everything_or(chosen) if _blank(request) else chosen.address())

    def _everything(
        self, request: Request, chosen: Chosen, before: str = "", after: str = ""
    ) -> Response:
        """Answer from the catalogue's version, the design and the London day alone."""

        def make() -> Response:
            return self._page(chosen, self._river(chosen, before, after))

        parts = (self.site.catalogue.version(), request.url.path, request.url.query)
        return self.site.kept.conditional(request, page_tag(self.site, *parts), PAGE_AGE, make)

    def _found(self, request: Request, chosen: Chosen) -> Response:
        def make() -> Response:
            return self._page(chosen, self._listing(chosen))

        return self.subjects.kept(request, chosen.query, (chosen.turned(chosen.page),), make)

    def _own(self, chosen: Chosen) -> Response:
        """Show the posts that a reader's remembered filters leave: a page for nobody else."""
        try:
            made = self._page(chosen, self._listing(chosen))
        except SearchError:
            everything = replace(read_chosen(()), since=chosen.since, remembered=True)
            made = self._page(everything, self._river(everything))
        made.headers["Cache-Control"] = "private, no-store"
        return made

    def _river(self, chosen: Chosen, before: str = "", after: str = "") -> Spread:
        here = stretch(self.site.catalogue, before=before, after=after)
        return Spread(
            posts=here.posts,
            newer=chosen.address(after=str(here.newer)) if here.newer else "",
            older=chosen.address(before=str(here.older)) if here.older else "",
            first=not (before or after),
        )

    def _listing(self, chosen: Chosen) -> Spread:
        here = self.subjects.listing(chosen.query, chosen.page)
        return Spread(
            posts=here.posts,
            newer=chosen.turned(here.page - 1) if here.page > 1 else "",
            older=chosen.turned(here.page + 1) if here.page < here.pages else "",
            first=here.page == 1,
            total=here.total,
        )

    def _page(self, chosen: Chosen, here: Spread) -> Response:
        catalogue, today = self.site.catalogue, london(self.site.clock())
        feeds, coverage = catalogue.listed(), catalogue.coverage()
        names = blog_names(feeds)
        front = here.first and not chosen and not chosen.since
        blogs = len({post.feed.id for post in here.posts}) if chosen else coverage.blogs
        return page(
            self.site,
            "planet.html",
            chosen=chosen,
            said=chosen.words(names),
            chips=chosen.chips(names),
            choosing=choosing(chosen, feeds),
            here=here,
            days=days(thinned(here.posts) if blogs > 1 else whole(here.posts)),
            since=since_text(chosen.since) if chosen.since else "",
            newness=newness(chosen.since, self._newest(chosen)),
            today=today,
            week=chart(catalogue.latest(WEEK), today) if front else None,
            coverage=coverage,
        )

    def _newest(self, chosen: Chosen) -> Sequence[Post]:
        if chosen.since is None:
            return ()
        if not chosen:
            return self.site.catalogue.latest(LOOKED)
        found = self.site.search().find(chosen.query, sort=Sort.NEWEST, limit=LOOKED)
        return self.site.catalogue.posts([hit.id for hit in found.hits])


def _blank(request: Request) -> bool:
    """Say whether the address is one that a form with empty fields makes."""
    pairs: Callable[[], list[tuple[str, str]]] = request.query_params.multi_items
    return any(name in NAMES and not value.strip() for name, value in pairs())


def _see(place: str) -> Response:
    return Response(status_code=303, headers={"Location": place, "Cache-Control": "no-store"})
