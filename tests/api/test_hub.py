"""A WebSub hub hears of what is new, and what it says holds nobody up."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from crawler.hub import MOST, Hub, addresses
from index.errors import SettingsError
from index.finding import By
from index.model import Feed, Kind
from index.refresh import Refreshed
from index.settings import read_settings
from tests.api.running import Installation
from tests.crawler.passes import Told
from tests.server import Server, page, rss

BASE = "https://planet.example"
NEW = Refreshed(
    updated=1, about=frozenset({(By.BLOG, "parks"), (By.TOPIC, "parking"), (By.COUNCIL, "kent")})
)


@dataclass
class Heard:
    """A hub: its address, how it answers, and the forms it was sent."""

    url: str
    status: int = 204
    forms: list[list[tuple[str, str]]] = field(default_factory=list)

    def topics(self) -> list[str]:
        """The addresses it was told of."""
        return [value for form in self.forms for name, value in form if name == "hub.url"]


@pytest.fixture
def hub() -> Iterator[Heard]:
    """A hub on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.forms.append(parse_qsl(body.decode()))
            self.send_response(heard.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Heard(f"http://127.0.0.1:{server.server_address[1]}/hub")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


def _hub(url: str, told: Told | None = None) -> Hub:
    return Hub(read_settings(hub=url, base_url=BASE), told or Told())


def test_a_crawl_tells_the_hub_of_the_feeds_with_new_posts(
    installation: Installation, server: Server, hub: Heard
) -> None:
    installation.settings |= {"PLANET_HUB": hub.url, "PLANET_BASE_URL": BASE}
    server.pages["/feed"] = page(rss("A parking permit without paper"), etag='"1"')
    known = Feed(url=server.url("/feed"), title="Parks", kind=Kind.COUNCIL, councils=("kent",))
    installation.follow(known)
    installation.document("crawl")
    assert hub.topics() == [
        f"{BASE}{path}.{form}"
        for path in ("/feed", "/blogs/parks", "/councils/kent", "/topics/parking")
        for form in ("atom", "rss", "json")
    ]
    assert hub.forms[0][0] == ("hub.mode", "publish")
    installation.document("crawl", "--all")
    assert len(hub.forms) == 1  # nothing was new


def test_what_changes_within_a_minute_is_told_at_once_and_only_once(hub: Heard) -> None:
    ours = _hub(hub.url)
    ours.note(NEW)
    ours.note(replace(NEW, about=frozenset({(By.BLOG, "roads")})))
    asyncio.run(ours.tell())
    asyncio.run(ours.tell())
    assert len(hub.forms) == 1
    assert {f"{BASE}/blogs/parks.atom", f"{BASE}/blogs/roads.atom"} <= {*hub.topics()}


def test_a_hub_that_fails_is_told_again_and_complained_of_once(hub: Heard) -> None:
    told = Told()
    ours, hub.status = _hub(hub.url, told), 503
    ours.note(NEW)
    for _ in range(3):
        asyncio.run(ours.tell())
    assert len(told.sentences) == 1
    assert hub.url in told.sentences[0]
    hub.status = 202
    hub.forms.clear()
    asyncio.run(ours.tell())
    assert f"{BASE}/blogs/parks.rss" in hub.topics()


def test_many_feeds_are_told_in_several_calls(hub: Heard) -> None:
    ours = _hub(hub.url)
    about = frozenset((By.BLOG, f"blog-{n}") for n in range(MOST))
    ours.note(Refreshed(updated=1, about=about))
    asyncio.run(ours.tell())
    assert len(hub.forms) == 4
    assert sorted(hub.topics()) == sorted(addresses(BASE, about))
    assert max(map(len, hub.forms)) <= MOST + 1


def test_without_a_hub_or_anything_new_nobody_is_told(hub: Heard) -> None:
    for ours, told in ((_hub(""), NEW), (_hub(hub.url), Refreshed(deleted=2))):
        assert ours.note(told) is told
        asyncio.run(ours.tell())
    assert hub.forms == []


def test_who_took_over_from_a_council_has_its_new_posts_too() -> None:
    assert f"{BASE}/councils/cumberland.atom" in addresses(BASE, [(By.COUNCIL, "allerdale")])


@pytest.mark.parametrize("url", ["ftp://hub.example/", "hub.example", "javascript:alert(1)"])
def test_a_hub_has_to_have_an_address_of_the_web(url: str) -> None:
    with pytest.raises(SettingsError, match="PLANET_HUB"):
        read_settings(hub=url)
