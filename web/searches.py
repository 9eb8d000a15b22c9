"""The routes of the search page, and of what browsers suggest while somebody types."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from index.errors import SearchError
from index.model import Coverage
from web.answers import Answers, answers, edition
from web.asked import Asked, read_asked
from web.form import form
from web.fresh import FEED_AGE, PAGE_AGE, by_content
from web.narrowing import chips, count, facets
from web.otherwise import Otherwise, otherwise
from web.render import page, page_tag
from web.site import Site
from web.suggested import suggestions
from web.words import blog_names, when_words

REBUILDING = 60  # seconds until a search that could not be answered is worth another try
CAUGHT_UP = 99  # of a hundred posts: an index that holds fewer cannot say that there is none


class Searches:
    """What people see who look for something."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        for path, answer in (("/search", self.search), ("/suggest", self.suggest)):
            router.add_api_route(path, answer, methods=["GET", "HEAD"])

    def search(self, request: Request) -> Response:
        """Show the posts that answer a query, or say why that cannot be done now."""
        asked = read_asked(request.query_params.multi_items())
        try:
            return self._found(request, asked)
        except SearchError:
            return self._no_search(asked)

    def suggest(self, request: Request, q: str = "") -> Response:
        """Say how what is being typed may go on (OpenSearch Suggestions 1.1)."""
        made = JSONResponse(suggestions(self.site, q), media_type="application/x-suggestions+json")
        made.headers["X-Robots-Tag"] = "noindex"
        return by_content(request, made, FEED_AGE)

    def _found(self, request: Request, asked: Asked) -> Response:
        version = edition(self.site, asked.query)  # first, so that nothing below is older
        coverage, indexed = self.site.catalogue.coverage(), self._indexed()
        crawled = when_words(coverage.crawled, self.site.clock()) if coverage.crawled else ""

        def make() -> Response:
            found = answers(self.site, asked.query, asked.sort, asked.page)
            made = self._page(asked, found, coverage, indexed)
            if not found.total and asked.plain and indexed >= CAUGHT_UP:
                # Told each time that it is sent, although it is made but once.
                made.background = BackgroundTask(self.site.missed, asked.text)
            return made

        validator = page_tag(self.site, version, asked.address(), str(indexed), crawled)
        return self.site.kept.conditional(request, validator, PAGE_AGE, make)

    def _page(self, asked: Asked, found: Answers, coverage: Coverage, indexed: int) -> Response:
        search, blogs = self.site.search, self.site.catalogue.listed()
        names = blog_names(blogs)
        tallies = count(search(), asked.query) if found.counted else {}
        nothing = bool(asked.query) and not found.total
        return page(
            self.site,
            "search.html",
            asked=asked,
            found=found,
            coverage=coverage,
            indexed=indexed,
            chips=chips(asked, names),
            facets=facets(asked, tallies, found.counted, names),
            otherwise=otherwise(search(), asked) if nothing else Otherwise(),
            form=form(asked, blogs),
        )

    def _no_search(self, asked: Asked) -> Response:
        # 503, not 200: a page without answers must not be kept as if there were none.
        made = page(
            self.site,
            "unsearchable.html",
            status=503,
            q=asked.text,
            indexed=self._indexed(),
        )
        made.headers["Retry-After"] = str(REBUILDING)
        made.headers["Cache-Control"] = "no-store"
        return made

    def _indexed(self) -> int:
        """Return how many in a hundred posts can be found; 100 means all of them."""
        return max(0, min(100, int(self.site.indexed() * 100)))
