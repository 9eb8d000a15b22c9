"""How feeds are sent: to readers as feeds, to browsers as something to see, with a hub if any."""

import json
from dataclasses import replace
from typing import Any

import feedparser
import pytest
from fastapi.testclient import TestClient
from lxml import etree

from index.settings import read_settings
from tests.conftest import FEED
from tests.web.conftest import BASE, Planet, entry
from web.render import asset
from web.site import Site

HUB = "https://hub.example/a?b=1&c=2"
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
READERS = [
    "*/*",
    "application/atom+xml, application/rss+xml, application/xml;q=0.8, text/html;q=0.7, */*;q=0.1",
    "application/rss+xml, text/xml",
    "",
]
PATHS = ["/feed", "/blogs/{slug}", "/topics/parking", "/councils/kent"]
QUIET = ["/search.{form}?q=parking", "/tags/parking.{form}", "/feed.{form}?topic=parking"]


@pytest.fixture(autouse=True)
def posts(planet: Planet) -> str:
    """Posts on a topic, with a tag, from a council."""
    feed = replace(FEED, councils=("kent",))
    entries = [entry(f"n{n}", title=f"Parking {n}", tags=("parking",)) for n in range(60)]
    planet.publish(feed, *entries)
    planet.index()
    return feed.url


@pytest.fixture
def site(site: Site) -> Site:
    """A site with a hub."""
    hub = read_settings(home=site.settings.home, base_url=BASE, hub=HUB)
    return replace(site, settings=hub)


def _paths(site: Site) -> list[str]:
    [feed] = site.catalogue.listed()
    return [path.format(slug=feed.slug) for path in PATHS]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_an_xml_feed_names_the_hub_in_itself_and_in_a_header(
    form: str, site: Site, client: TestClient
) -> None:
    for path in _paths(site):
        answer = client.get(f"{path}.{form}")
        found = feedparser.parse(answer.content)
        links = {link.rel: link.href for link in found.feed.links if link.rel in ("hub", "self")}
        assert links == {"hub": HUB, "self": f"{BASE}{path}.{form}"}
        assert answer.links["hub"]["url"] == HUB
        assert answer.links["self"]["url"] == f"{BASE}{path}.{form}"


def test_a_json_feed_names_the_hub(site: Site, client: TestClient) -> None:
    for path in _paths(site):
        answer = client.get(f"{path}.json")
        assert answer.json()["hubs"] == [{"type": "WebSub", "url": HUB}]
        assert answer.links["hub"]["url"] == HUB


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_feed_that_the_hub_is_not_told_of_names_none(form: str, client: TestClient) -> None:
    older = client.get("/feed.json").json()["next_url"].replace(".json", f".{form}")
    for path in (*(path.format(form=form) for path in QUIET), older.removeprefix(BASE)):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "hub.example" not in answer.text
        assert "link" not in answer.headers


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_browser_is_sent_a_feed_as_xml_that_it_shows(form: str, client: TestClient) -> None:
    for path in ("/feed", "/topics/parking"):
        seen = client.get(f"{path}.{form}", headers={"Accept": CHROMIUM})
        assert seen.headers["content-type"] == "application/xml"
        for accept in READERS:
            read = client.get(f"{path}.{form}", headers={"Accept": accept})
            assert read.headers["content-type"] == f"application/{form}+xml"
            assert read.headers["vary"] == seen.headers["vary"] == "Accept"
            assert read.content == seen.content
            assert read.headers["etag"] != seen.headers["etag"]


@pytest.mark.parametrize("path", ["/feed.atom", "/topics/parking.rss"])
def test_what_one_has_is_not_taken_for_what_the_other_gets(path: str, client: TestClient) -> None:
    browser, reader = {"Accept": CHROMIUM}, {"Accept": "*/*"}
    seen = client.get(path, headers=browser).headers["etag"]
    for headers, code in ((browser, 304), (reader, 200)):
        answer = client.get(path, headers=headers | {"If-None-Match": seen})
        assert answer.status_code == code
        assert answer.headers["vary"] == "Accept"


def test_a_json_feed_is_the_same_for_all(client: TestClient) -> None:
    answer = client.get("/feed.json", headers={"Accept": CHROMIUM})
    assert answer.headers["content-type"] == "application/feed+json"
    assert "vary" not in answer.headers
    assert json.loads(answer.content)["items"]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_an_xml_feed_has_a_stylesheet_of_ours(form: str, client: TestClient) -> None:
    root: Any = etree.fromstring(client.get(f"/feed.{form}").content)
    style = root.getprevious()
    assert style.target == "xml-stylesheet"
    assert (style.get("type"), style.get("href")) == ("text/css", asset("feed.css"))
    sheet = client.get(style.get("href"))
    assert sheet.headers["content-type"].startswith("text/css")
    assert len(sheet.content) < 3000
    assert b"url(" not in sheet.content
