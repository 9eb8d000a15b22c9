"""What browsers and robots ask for beside pages and feeds."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from protego import Protego

from index.opml import parse
from tests.conftest import FEED
from tests.web.conftest import BASE, Planet, entry, feed
from web.files import describe_search
from web.render import asset

NAMES = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


def test_a_browser_can_add_our_search(client: TestClient) -> None:
    # https://github.com/dewitt/opensearch, and what Firefox and Chromium ask for
    answer = client.get("/opensearch.xml")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{NAMES['o']}}}OpenSearchDescription"
    assert root.findtext("o:ShortName", namespaces=NAMES) == "Council Planet"
    [page] = root.findall("o:Url[@type='text/html']", NAMES)
    assert page.get("template") == f"{BASE}/search?q={{searchTerms}}"
    [image] = root.findall("o:Image", NAMES)
    assert client.get(str(image.text).removeprefix(BASE)).status_code == 200


def test_a_short_name_is_as_short_as_browsers_demand() -> None:
    root = etree.fromstring(describe_search("The Planet of All the Councils & More", BASE))
    assert root.findtext("o:ShortName", namespaces=NAMES) == "The Planet of Al"
    assert len(root.findtext("o:LongName", namespaces=NAMES) or "") <= 48


@pytest.mark.rule(49)
def test_robots_stay_out_of_the_search_and_feeds_stay_open(client: TestClient) -> None:
    rules = Protego.parse(client.get("/robots.txt").text)
    for path in ("/search", "/search?q=damp", "/search?q=damp&page=2"):
        assert not rules.can_fetch(f"{BASE}{path}", "anybot"), path
    for path in ("/", "/blogs", "/posts/1", "/feed.atom", "/search.atom?q=a", "/search.json?q=a"):
        assert rules.can_fetch(f"{BASE}{path}", "anybot"), path


def test_the_list_of_blogs_can_be_taken_along(planet: Planet, client: TestClient) -> None:
    planet.publish(FEED, entry("one"))
    gone = feed("gone")
    planet.publish(gone, entry("two"))
    planet.feeds.remove(gone)  # archived: its posts stay, but nobody need follow it
    planet.publish(feed("roads"), entry("three"))
    answer = client.get("/feeds.opml")
    assert answer.headers["content-type"].startswith("text/x-opml")
    listed = parse(answer.content)
    assert not listed.warnings
    assert {f.url for f in listed.feeds} == {FEED.url, "https://roads.example/feed"}
    [parks] = [f for f in listed.feeds if f.url == FEED.url]
    assert replace(parks, id=0, slug="") == replace(FEED, id=0, slug="")


def test_a_static_file_is_kept_for_ever_at_the_address_of_its_content(
    client: TestClient,
) -> None:
    answer = client.get(asset("style.css"))
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    stale = client.get("/static/0123456789/style.css")
    assert stale.content == answer.content
    assert "immutable" not in stale.headers["cache-control"]


@pytest.mark.parametrize("name", ["nosuch.css", "..%2Frender.py", "%00"])
def test_no_other_file_can_be_had(client: TestClient, name: str) -> None:
    assert client.get(f"/static/0123456789/{name}").status_code == 404


def test_whoever_guesses_where_the_icon_is_finds_it(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    icon = client.get(answer.headers["location"])
    assert icon.headers["content-type"] == "image/svg+xml"
    assert etree.fromstring(icon.content).tag == "{http://www.w3.org/2000/svg}svg"
