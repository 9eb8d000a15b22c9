"""The routes of blogs: the directory of them, the same as a file, and a page for each."""

from fastapi import APIRouter, Request, Response

from index.errors import SearchError
from index.finding import By, Facets, Filter, Query
from index.model import Followed, Status
from index.opml import unparse
from web.charts import years as chart_of
from web.directory import Directory, directory
from web.fresh import FEED_AGE, PAGE_AGE, by_content
from web.render import page as rendered
from web.river import stretch, years
from web.site import Site
from web.standing import archive_words, pages_words
from web.subjects import read_number, register
from web.tallies import topics_in

TOPICS = 12  # of a blog that are named
VALUES = 100  # of each facet: more than there are topics, and than years


class Listed:
    """Who there is to read."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._known: tuple[tuple[str, str], list[Followed]] | None = None

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        register(
            router,
            ("/feeds.opml", self.opml),
            ("/blogs", self.blogs),
            ("/blogs/{slug}", self.blog),
        )

    def blogs(self, request: Request, show: str = "", q: str = "", page: str = "") -> Response:
        """Show every blog, or those of a group or a name, and how each is doing."""
        shown = self._directory(show, q, read_number(page))
        return by_content(request, rendered(self.site, "blogs.html", shown=shown), PAGE_AGE)

    def opml(self, request: Request, show: str = "", q: str = "") -> Response:
        """Return the blogs we follow, or those of a group or a name, for any feed reader."""
        chosen = self._directory(show, q).every
        feeds = [blog.feed for blog in chosen if blog.feed.status is Status.LIVE]
        body = unparse(feeds, title=f"The blogs that {self.site.settings.title} follows")
        return by_content(request, Response(body, media_type="text/x-opml"), FEED_AGE)

    def blog(self, request: Request, slug: str, before: str = "", after: str = "") -> Response:
        """Show one blog: how it is doing, what it writes about, and its posts."""
        blog = self.site.catalogue.blog(slug)
        here = stretch(self.site.catalogue, before=before, after=after, feed=blog.feed.id)
        first = not (before or after)
        facets = self._facets(slug) if first else {}
        made = rendered(
            self.site,
            "blog.html",
            blog=blog,
            here=here,
            years=years(here.posts),
            visits=self.site.catalogue.visits(slug),
            record=archive_words(self.site.catalogue.archive(slug)),
            whole=pages_words(self.site.catalogue.pages(slug)),
            first=first,
            topics=topics_in(facets)[:TOPICS],
            chart=chart_of(facets.get(By.YEAR, ())),
        )
        return by_content(request, made, PAGE_AGE)

    def _directory(self, show: str, q: str, number: int = 1) -> Directory:
        return directory(self._blogs(), show, self.site.clock(), q, number)

    def _blogs(self) -> list[Followed]:
        """Return every blog and how it is doing: read once a minute and version.

        Of 2,000 blogs with 100,000 posts that takes 110 ms.
        """
        now = (self.site.catalogue.version(), f"{self.site.clock():%Y-%m-%dT%H:%M}")
        known = self._known
        if known is None or known[0] != now:
            known = self._known = now, self.site.catalogue.blogs()
        return known[1]

    def _facets(self, slug: str) -> Facets:
        """Return what a blog's posts are of; nothing while the index cannot be used."""
        query = Query(filters=(Filter(By.BLOG, slug),))
        try:
            return self.site.search().facets(query, most=VALUES)
        except SearchError:
            return {}
