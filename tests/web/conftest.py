"""A planet to look at: a real store and a real index, and the pages over them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from lxml import html
from starlette.exceptions import HTTPException

from index.catalogue import Catalogue
from index.database import Database
from index.errors import NotFound, SearchError
from index.model import Entry, Feed, Outcome, Poll, Visit
from index.outbox import Outbox
from index.refresh import refresh
from index.search import Search, open_search
from index.settings import read_settings
from index.store import Store
from index.wanted import Wanted
from tests.conftest import ENTRY, FEED, NOW
from web.pages import create_pages
from web.problems import problem_page
from web.site import Site

BASE = "https://planet.example"
OURS = {"Origin": BASE}  # what a browser says when a form of ours is sent


@dataclass
class Planet:
    """What the pages are drawn from, and how a test fills it."""

    database: Database
    search_url: str
    feeds: list[Feed] = field(default_factory=list)
    share: float = 1.0  # of the posts that the index says it holds

    def publish(
        self,
        feed: Feed,
        *entries: Entry,
        at: datetime = NOW,
        poll: Poll | None = None,
        outcome: Outcome = Outcome.READ,
    ) -> None:
        """Follow `feed` if nobody does, visit it and find these entries."""
        store = Store(self.database)
        if feed not in self.feeds:
            self.feeds.append(feed)
        store.follow(self.feeds, at)
        for lease in store.lease(at, limit=99):
            if lease.feed.url != feed.url:
                continue
            poll = poll or Poll(due=at + timedelta(hours=1), visited=at, succeeded=at)
            visit = Visit(at=at, outcome=outcome, feed=lease.feed, poll=poll, entries=entries)
            assert not store.record(lease, visit).stale
            return
        raise AssertionError("the feed was not due")

    def index(self) -> None:
        """Tell the search index of everything."""
        refresh(Outbox(self.database), self.search_url)

    def withdraw(self, feed: Feed) -> None:
        """Let the feed's owner leave, without a word to the index."""
        with self.database.write() as db:
            db.exec_driver_sql(
                "UPDATE feeds SET status = 'withdrawn' WHERE url = :url", {"url": feed.url}
            )

    def search(self) -> Search:
        """Open the index, or raise what a reader would meet."""
        return open_search(self.search_url)


@pytest.fixture
def planet(database: Database, tmp_path: Path) -> Planet:
    """An empty planet."""
    return Planet(database, f"tantivy://{tmp_path / 'index'}")


@pytest.fixture
def wanted(planet: Planet) -> Iterator[Wanted]:
    """What was looked for in vain."""
    notes = Wanted(planet.database, lambda: NOW)
    yield notes
    notes.close()


@pytest.fixture
def site(planet: Planet, wanted: Wanted, tmp_path: Path) -> Site:
    """The pages' view of it."""
    return Site(
        settings=read_settings(home=tmp_path, base_url=BASE, contact="hello@planet.example"),
        catalogue=Catalogue(planet.database, clock=lambda: NOW),
        search=planet.search,
        clock=lambda: NOW,
        indexed=lambda: planet.share,
        missed=wanted.note,
        agent="CouncilPlanet/1.0 (+mailto:hello@planet.example)",
    )


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    """A browser that follows no redirect."""
    app = FastAPI()
    app.include_router(create_pages(site))

    @app.exception_handler(NotFound)
    async def not_found(request: Request, error: NotFound) -> Response:
        return problem_page(site, 404, str(error))

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return problem_page(site, error.status_code)

    @app.exception_handler(SearchError)
    async def no_search(request: Request, error: SearchError) -> Response:
        return problem_page(site, 503)

    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture
def look(client: TestClient) -> Callable[[str], html.HtmlElement]:
    """Open a page that must be there."""

    def open_page(path: str) -> html.HtmlElement:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        return html.document_fromstring(answer.text)

    return open_page


def feed(name: str, **values: object) -> Feed:
    """A feed on a host of its own, so that visits to it wait for no other."""
    host = f"https://{name}.example"
    return replace(FEED, url=f"{host}/feed", site=f"{host}/", title=name.title(), **values)  # type: ignore[arg-type]


def entry(name: str, **values: object) -> Entry:
    """An entry that differs from the others in what must differ."""
    url = f"https://parks.example/{name}"
    return replace(ENTRY, **({"key": name, "url": url, "title": name} | values))  # type: ignore[arg-type]


def words(element: html.HtmlElement) -> str:
    """The text of an element, as a reader gets it."""
    return " ".join(element.text_content().split())


def post_id(page: html.HtmlElement, title: str) -> str:
    """The id of the post with this title, from our link to its details."""
    [href] = page.xpath(
        "//article[.//h2[contains(., $t)] | .//h3[contains(., $t)]]//a[@class='more']/@href",
        t=title,
    )
    return urlsplit(str(href)).path.rpartition("/")[2]
