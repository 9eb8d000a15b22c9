"""A small world for `test_month`: blogs on loopback, a planet that follows them, and its clock."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from api.app import create_app
from crawler.listing import Listing
from crawler.pool import Pool
from index.database import Database, migrate, open_database
from index.model import Status
from index.moderators import Moderators
from index.opml import parse
from index.outbox import Outbox
from index.refresh import refresh
from index.settings import Settings, read_settings
from index.store import Store
from index.submission import State
from index.submissions import Submissions
from tests.browser.planets import serving
from tests.crawler.passes import USER_AGENT, Passes
from tests.reacting import LOOPBACK
from tests.server import Server, page, redirect, rss, serve

PASSWORD = "the ducks of barchester"
STEP = timedelta(hours=6)
HOME = (
    "<!doctype html><html lang=en><head><title>{name}</title>"
    '<link rel="alternate" type="application/rss+xml" href="/feed">{more}</head>'
    "<body><h1>{name}</h1></body></html>"
)


@dataclass(slots=True)
class Blog:
    """A blog on a host of its own."""

    name: str
    server: Server
    titles: list[str]

    @property
    def feed(self) -> str:
        """The address of its feed."""
        return self.server.url("/feed")

    def write(self, *titles: str, more: str = "") -> None:
        """Publish posts, and put `more` into the head of the home page."""
        self.titles += titles
        body = rss(*self.titles, link=self.server.base).replace("A blog", self.name, 1)
        self.server.pages["/feed"] = page(body)
        self.server.pages["/"] = page(HOME.format(name=self.name, more=more), "text/html")

    def move(self) -> str:
        """Have the feed elsewhere from now on; return where."""
        self.server.pages["/new/feed"] = self.server.pages["/feed"]
        self.server.pages["/feed"] = redirect("/new/feed", 301)
        return self.server.url("/new/feed")


@dataclass(slots=True, kw_only=True)
class World:
    """The blogs, the planet and the time."""

    settings: Settings
    database: Database
    passes: Passes
    stack: ExitStack
    blogs: dict[str, Blog] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    _listing: Listing | None = None

    @property
    def submissions(self) -> Submissions:
        """What people suggested."""
        return Submissions(self.database, lambda: self.passes.now)

    def blog(self, name: str) -> Blog:
        """Found a blog with two posts, on a host of its own."""
        server = self.stack.enter_context(serve(f"127.0.1.{len(self.blogs) + 1}"))
        blog = self.blogs[name] = Blog(name, server, [])
        blog.write(f"Housing repairs in {name}", f"What {name} learned about damp and mould")
        return blog

    def visit(self) -> None:
        """Do what a crawler does at this moment: the list, the visits, the index."""
        if self._listing is None:  # as a crawler that starts
            self._listing = Listing(path=self.settings.opml, store=self.passes.store)
        self._listing.reread(self.passes.now, self.said.append)
        self._listing.settle(self.said.append)
        self.passes.pass_()
        refresh(Outbox(self.database), self.settings.search)

    def go_on(self, span: timedelta) -> None:
        """Let time go by."""
        end = self.passes.now + span
        while self.passes.now < end:
            self.passes.now = min(end, self.passes.now + STEP)
            self.visit()

    def look(self) -> None:
        """Visit until every suggestion was looked at and what it led to was read."""
        waits = "SELECT count(*) FROM submissions WHERE state = 'looking'"
        unread = (
            "SELECT count(*) FROM polls JOIN feeds ON feeds.id = feed_id "
            "WHERE feeds.status = 'pending' AND visited IS NULL"
        )
        for _ in range(40):
            self.visit()
            self.passes.now += timedelta(minutes=2)
            if not self._count(waits) and not self._count(unread):
                return
        raise AssertionError("suggestions are still looked at")

    def _count(self, query: str) -> int:
        with self.database.read() as db:
            return int(db.exec_driver_sql(query).scalar_one())

    def crash(self, id: int, write: int) -> int:
        """Approve in a process that is killed before that write; return its exit status."""
        code = (
            "from pathlib import Path; from tests.crawler.killed import work; "
            f"work(Path({str(self.settings.home)!r}), 'approve', {write}, {id})"
        )
        self._listing = None  # whoever starts again reads the list again
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode

    def listed(self) -> dict[str, str]:
        """Return the list's titles by the addresses of their feeds."""
        return {one.url: one.title for one in parse(self.settings.opml.read_bytes()).feeds}

    def known(self, status: Status) -> set[str]:
        """Return the addresses of the feeds that stand so with us."""
        return {feed.url for feed in Store(self.database).feeds() if feed.status is status}

    def state(self, id: int) -> State:
        """Return how far a suggestion has come."""
        return self.submissions.by_id(id).state


@contextmanager
def world(home: Path, reactor: asyncio.AbstractEventLoop, pool: Pool) -> Iterator[World]:
    """Serve a planet that knows nobody yet; give its world."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        settings = read_settings(
            home=home,
            opml=home / "feeds.opml",
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            contact="hello@planet.example",
            allow_addresses="127.0.0.0/8",
            submit_rate=0,
        )
        migrate(settings.database)
        database = open_database(settings.database)
        stack.callback(database.close)
        manners: dict[str, Any] = {"user_agent": USER_AGENT, "allowed": (LOOPBACK,)}
        manners |= {"delay": 0.01, "concurrency": 8}
        passes = Passes(store=Store(database), reactor=reactor, pool=pool, manners=manners)
        for name in ("anna", "ben"):
            Moderators(database).add(name, PASSWORD)
        made = World(settings=settings, database=database, passes=passes, stack=stack)
        app = create_app(settings, clock=lambda: passes.now)
        stack.enter_context(serving(app, listener))
        yield made


def sign_in(context: BrowserContext, name: str) -> Page:
    """Sign a moderator in."""
    tab = context.new_page()
    tab.goto("/moderate")
    tab.fill("#name", name)
    tab.fill("#password", PASSWORD)
    tab.click("button:text('Sign in')")
    tab.wait_for_selector("text=to decide")
    return tab


def tick(tab: Page, names: Sequence[str]) -> None:
    """Tick suggestions in the queue, and go on to the second look."""
    tab.goto("/moderate")
    for name in names:
        tab.check(f'input[aria-label="Tick {name}"]')
    tab.click("button:text('Approve the ticked ones')")
    tab.wait_for_selector("text=Approve all of them")
