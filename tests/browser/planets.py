"""Planets to be looked at with a real browser: the demo's blogs, or ones that wish us ill."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI
from lxml import html

from api.app import create_app
from api.demo.blogs import DemoBlog, DemoPost, read_blogs
from index.database import migrate, open_database
from index.model import Entry, Feed, Poll
from index.settings import read_settings
from tests.conftest import NOW
from tests.web.conftest import Planet

SHOWN = 300  # characters of an excerpt
SLOWEST = 60.0  # seconds for a server on this machine to start


@dataclass(frozen=True, slots=True)
class Blog:
    """A blog and what it says."""

    feed: Feed
    entries: tuple[Entry, ...]


def demo() -> list[Blog]:
    """Return the blogs of Barsetshire, and one that cannot be read."""
    lost = Feed(url="https://lost.example/feed", site="https://lost.example/", title="Lost")
    return [*map(_blog, read_blogs()), Blog(lost, ())]


def _blog(blog: DemoBlog) -> Blog:
    host = f"https://{blog.slug}.example"
    feed = Feed(
        url=f"{host}/feed",
        site=f"{host}/",
        title=blog.title,
        kind=blog.kind,
        councils=blog.councils,
        nation=blog.nation,
    )
    return Blog(feed, tuple(_entry(blog, post, host) for post in blog.posts))


def _entry(blog: DemoBlog, post: DemoPost, host: str) -> Entry:
    text = " ".join(
        "".join(map(str, html.fromstring(f"<div>{post.html}</div>").itertext())).split()
    )
    return Entry(
        key=f"{blog.slug}/{post.slug}",
        url=f"{host}/{post.slug}",
        title=post.title or text[:60],
        titled=bool(post.title),
        html=post.html,
        text=text,
        excerpt=post.opening[:SHOWN],
        authors=(post.author,) if post.author else (),
        tags=post.tags,
        language=post.language or blog.language,
        published=None if post.undated else post.date,
    )


@contextmanager
def served(blogs: Iterable[Blog], home: Path) -> Iterator[str]:
    """Serve the real application over these blogs, on loopback; give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = read_settings(home=home, base_url=base, contact="hello@planet.example")
        migrate(settings.database)
        database = open_database(settings.database)
        try:
            _fill(Planet(database, settings.search), blogs)
        finally:
            database.close()
        with serving(create_app(settings, clock=lambda: NOW), listener):
            yield base


def _fill(planet: Planet, blogs: Iterable[Blog]) -> None:
    soon = NOW + timedelta(hours=1)
    for blog in blogs:
        poll = Poll(due=soon, visited=NOW, succeeded=NOW)
        if not blog.entries:
            poll = replace(
                poll,
                succeeded=None,
                failing_since=NOW - timedelta(days=9),
                problem="http-500",
                detail="Its server answers with an error.",
            )
        planet.publish(blog.feed, *blog.entries, poll=poll)
    planet.index()


@contextmanager
def serving(app: FastAPI, listener: socket.socket) -> Iterator[None]:
    """Serve an application from a socket that listens, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    limit = monotonic() + SLOWEST
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert monotonic() < limit, "the server did not start in time"
        sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
