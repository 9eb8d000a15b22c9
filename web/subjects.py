"""Lists of posts that have an address of their own: what a topic, a tag and a council share.

A subject is a query that nobody has to type. Its page shows the newest posts, and its feed
has the same posts in the same order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from index.errors import NotFound, SearchError
from index.finding import Query, Sort
from index.model import Post
from web.answers import edition
from web.delivery import check_form, deliver
from web.feeds import Channel
from web.fresh import PAGE_AGE, tag
from web.render import design, page
from web.site import Site
from web.words import london

SIZE = 20  # posts a page
PAGES = 25  # whoever reads that far wants to search, and robots would go on for ever (rule 49)
REBUILDING = 60  # seconds until what could not be looked up is worth another try

Route = tuple[str, Callable[..., Response]]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a list is of; `key` names it whatever the site's address and the page.

    `pushed` is said of those whose feeds the hub is told of (`crawler.hub`).
    """

    key: str
    path: str
    title: str
    description: str
    query: Query
    pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a subject's posts, newest first. `pages` counts those that can be turned to."""

    posts: tuple[Post, ...]
    total: int
    page: int
    pages: int


Settled = Callable[[Listing], Subject]


class Subjects:
    """How subjects are shown and followed.

    `settled` gives a subject whose name is only known from its posts, or raises NotFound.
    """

    def __init__(self, site: Site) -> None:
        self.site = site

    def show(
        self,
        request: Request,
        subject: Subject,
        number: str,
        template: str,
        values: Callable[[Listing], Values],
        settled: Settled | None = None,
    ) -> Response:
        """Answer with a page of the subject; `values` is asked for what else it shows."""
        wanted = read_number(number)

        def make() -> Response:
            here = self.listing(subject.query, wanted)
            of = settled(here) if settled else subject
            return page(self.site, template, subject=of, here=here, **values(here))

        return self.kept(request, subject.query, (subject.path, str(wanted)), make)

    def kept(
        self, request: Request, query: Query, parts: tuple[str, ...], make: Callable[[], Response]
    ) -> Response:
        """Answer from what the query's edition and these parts decide; 503 without an index."""
        settings, today = self.site.settings, london(self.site.clock()).isoformat()
        try:
            version = edition(self.site, query)  # first, so that nothing below is older
            validator = tag(version, *parts, today, design(), settings.title, settings.base_url)
            return self.site.kept.conditional(request, validator, PAGE_AGE, make)
        except SearchError:
            return no_search(self.site)

    def follow(
        self,
        request: Request,
        subject: Subject,
        form: str,
        number: str,
        settled: Settled | None = None,
    ) -> Response:
        """Answer with a feed of the subject; raises SearchError."""
        check_form(form)
        wanted = read_number(number)

        def make() -> tuple[Channel, tuple[Post, ...]]:
            here = self.listing(subject.query, wanted)
            return self._channel(settled(here) if settled else subject, form, here), here.posts

        parts = (edition(self.site, subject.query), subject.path, form, str(wanted))
        return deliver(self.site, request, form, parts, make)

    def listing(self, query: Query, number: int) -> Listing:
        """Return one page of the newest posts; raises NotFound past the last, and SearchError."""
        offset = (number - 1) * SIZE
        found = self.site.search().find(query, sort=Sort.NEWEST, limit=SIZE, offset=offset)
        pages = min(PAGES, -(-found.total // SIZE))
        if number > max(pages, 1):
            raise NotFound(f"There is no page {number} of this list.")
        posts = self.site.catalogue.posts([hit.id for hit in found.hits])
        return Listing(posts=tuple(posts), total=found.total, page=number, pages=pages)

    def _channel(self, subject: Subject, form: str, here: Listing) -> Channel:
        base = self.site.settings.base_url
        first = f"{base}{subject.path}.{form}"

        def place(number: int) -> str:
            return f"{first}?page={number}" if number > 1 else first

        return Channel(
            key=subject.key,
            title=f"{subject.title} on {self.site.settings.title}",
            description=subject.description,
            base=base,
            page=f"{base}{subject.path}",
            url=place(here.page),
            first=first,
            next=place(here.page + 1) if here.page < here.pages else "",
            previous=place(here.page - 1) if here.page > 1 else "",
            hub=self.site.settings.hub if subject.pushed else "",
        )


def register(router: APIRouter, *routes: Route) -> None:
    """Register routes, those of feeds before those of pages."""
    for path, answer in routes:
        router.add_api_route(path, answer, methods=["GET", "HEAD"])


def read_number(text: str) -> int:
    """Return a page's number; raises NotFound if there cannot be such a page."""
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= PAGES):
        raise NotFound(f"A list shows its newest {PAGES * SIZE} posts. A search finds older ones.")
    return int(text[:6])


def no_search(site: Site) -> Response:
    """Say that the index cannot be used now: 503, for such a page must not be kept."""
    indexed = max(0, min(100, int(site.indexed() * 100)))
    made = page(site, "unsearchable.html", status=503, q="", indexed=indexed)
    made.headers["Retry-After"] = str(REBUILDING)
    made.headers["Cache-Control"] = "no-store"
    return made
