"""Every kind of feed that we give keeps its standard, whatever blogs put into it.

The rules are in `feed_rules`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from lxml import etree

from index.model import Entry
from index.settings import read_settings
from tests.conftest import ENTRY, FEED, NOW
from tests.web.conftest import BASE, Planet, entry
from tests.web.feed_rules import RULES, faults
from tests.web.grammar import A
from web.feeds import identity
from web.site import Site

FORMS = ("atom", "rss", "json")
DIRT = "a\x1b[0m\x00\x08\ufffe\x9fb"
MARKUP = '<script>alert(1)</script> & "quotes" ]]> <a href="/relative" onclick=x>here</a>'
CC = "https://creativecommons.org/licenses/by/4.0/"
DAY = timedelta(days=1)
SAME = {"text": "About parking.", "tags": ("parking",), "published": NOW}

HOSTILE: Sequence[dict[str, Any]] = (
    {"title": MARKUP, "excerpt": MARKUP, "authors": (MARKUP, "B & C"), "tags": (MARKUP, "parks")},
    {"title": DIRT, "excerpt": DIRT, "authors": (DIRT,), "tags": (DIRT,), "licence": DIRT},
    {"title": "Undated", "published": None, "published_raw": "", "authors": ()},
    {"title": "Changed before it was written", "updated": NOW - 900 * DAY, "licence": CC},
    {"title": "Changed", "updated": NOW, "licence": "© us, <b>all</b> rights reserved"},
    {"title": "Nothing but a title", "excerpt": "", "text": "", "html": "", "tags": ("", " ")},
    {"title": "Note", "titled": False, "authors": ("A", "B", "C", "A")},
    {"title": "Cymraeg", "language": "cy", "authors": ("Siân Ŵyn",)},
    {"title": "No language", "language": 'en" onload="x'},
    {"title": "Long\nbroken\ttitle", "tags": ("two\nlines", "parks"), "language": "en_GB"},
    {"title": "Odd address", "url": 'https://parks.example/ŵ b?q="x"&r=100%#a#b'},
    {"title": "No address", "url": "javascript:alert(1)"},
    {"title": "No host", "url": 'https://"><script>.example/'},
)
SEARCHES = ("q=parking", urlencode({"q": f"parking -{MARKUP}"}), urlencode({"q": MARKUP}))


@dataclass(frozen=True, slots=True)
class Sent:
    """A feed as it came: its form, where it is, and what it is of."""

    form: str
    address: str
    content: bytes


def _entries() -> list[Entry]:
    """Enough for three pages of each feed, the hostile ones first and at the page's end."""
    odd = [entry(f"odd{n}", **SAME | values) for n, values in enumerate(HOSTILE)]
    plain = [
        entry(f"Parking {n}", tags=("Parking",), published=NOW - (n // 3) * DAY) for n in range(60)
    ]
    return odd + plain


@pytest.fixture
def site(site: Site) -> Site:
    """A site with a hub."""
    settings = read_settings(home=site.settings.home, base_url=BASE, hub="https://hub.example/")
    return replace(site, settings=settings)


@pytest.fixture(autouse=True)
def slug(planet: Planet, site: Site) -> str:
    """A blog that is odd in all ways, and its slug."""
    blog = replace(FEED, councils=("kent",), title=f"{MARKUP} {DIRT}", site="https://a b.example/")
    planet.publish(blog, *_entries())
    planet.index()
    return site.catalogue.listed()[0].slug


@pytest.fixture
def kinds(slug: str) -> list[str]:
    """The address of every kind of feed, full ones and empty ones."""
    return [
        "/feed.{form}",
        "/feed.{form}?topic=parking",
        f"/feed.{{form}}?{urlencode({'tag': MARKUP})}",
        f"/blogs/{slug}.{{form}}",
        "/topics/parking.{form}",
        "/topics/housing-repairs.{form}",
        "/tags/park.{form}",
        "/councils/kent.{form}",
        "/councils/leeds.{form}",
        *(f"/search.{{form}}?{quoted}" for quoted in SEARCHES),
        "/search.{form}",
    ]


Walk = Callable[[str, str], list[Sent]]


@pytest.fixture
def walk(client: TestClient) -> Walk:
    """Read a feed from its first page to its last, by its own links; there must be no loop."""

    def walk(path: str, form: str) -> list[Sent]:
        pages: list[Sent] = []
        left = path.format(form=form)
        while left:
            answer = client.get(left, follow_redirects=True)
            assert answer.status_code == 200, left
            pages.append(Sent(form, f"{BASE}{left}", answer.content))
            left = _turn(pages[-1], "next").removeprefix(BASE)
            assert f"{BASE}{left}" not in [page.address for page in pages], "a loop"
        return pages

    return walk


def _turn(page: Sent, rel: str) -> str:
    """The neighbour that a page names, or nothing."""
    if page.form == "json":
        return str(json.loads(page.content).get(f"{rel}_url", ""))
    hrefs = _linked(page.content, rel)
    assert len(hrefs) <= 1
    return hrefs[0] if hrefs else ""


def _linked(content: bytes, rel: str) -> list[str]:
    root = etree.fromstring(content)
    links = (*root.findall(f"{A}link"), *root.findall(f"channel/{A}link"))
    return [str(link.get("href")) for link in links if link.get("rel") == rel]


def _ids(page: Sent) -> list[str]:
    if page.form == "json":
        return [item["id"] for item in json.loads(page.content)["items"]]
    path = {"atom": f"{A}entry/{A}id", "rss": "channel/item/guid"}[page.form]
    return [str(one.text) for one in etree.fromstring(page.content).findall(path)]


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_feed_keeps_every_rule_on_every_page(
    form: str, kinds: list[str], walk: Walk, client: TestClient
) -> None:
    broken: dict[str, list[str]] = {}
    for path in kinds:
        for page in walk(path, form):
            here = _canonical(page)
            if found := faults(form, page.content, here):
                broken[page.address] = found
    assert broken == {}


def _canonical(page: Sent) -> str:
    """Where a feed says it is, if it is the address that was asked for, written in another way."""
    if page.form == "json":
        said = str(json.loads(page.content)["feed_url"])
    else:
        said = _turn(page, "self")
    same = said.partition("?")[0] == page.address.partition("?")[0]
    return said if (same and "search" in page.address) or "tag=" in page.address else page.address


@pytest.mark.parametrize("form", FORMS)
def test_where_a_feed_says_it_is_it_is(form: str, kinds: list[str], client: TestClient) -> None:
    for path in kinds:
        first = client.get(path.format(form=form), follow_redirects=True)
        said = json.loads(first.content)["feed_url"] if form == "json" else _self(first.content)
        again = client.get(said.removeprefix(BASE))
        assert again.content == first.content


def _self(content: bytes) -> str:
    [me] = _linked(content, "self")
    return me


@pytest.mark.parametrize("form", FORMS)
def test_walking_a_feed_gives_every_post_once(
    form: str, kinds: list[str], walk: Walk, site: Site
) -> None:
    every = {identity(post.id) for post in site.catalogue.latest(1000)}
    for path in kinds:
        ids = [one for page in walk(path, form) for one in _ids(page)]
        assert len(ids) == len(set(ids)), path
        assert set(ids) <= every
        if path in ("/feed.{form}", "/councils/kent.{form}") or "/blogs/" in path:
            assert set(ids) == every, path


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_the_pages_of_a_feed_agree_about_their_order(
    form: str, kinds: list[str], walk: Walk, client: TestClient
) -> None:
    # https://www.rfc-editor.org/rfc/rfc5005#section-3
    for path in kinds:
        pages = walk(path, form)
        assert {_turn(page, "first") for page in pages} == {_turn(pages[0], "self")}
        assert _turn(pages[0], "previous") == ""
        assert not any(_turn(page, rel) for page in pages for rel in ("prev-archive", "current"))
        for before, page in pairwise(pages):
            back = client.get(_turn(page, "previous").removeprefix(BASE))
            assert _ids(Sent(form, path, back.content)) == _ids(before), path


def test_the_feeds_have_pages_and_posts_to_be_held_against_the_rules(
    kinds: list[str], walk: Walk
) -> None:
    lengths = {path: len(walk(path, "atom")) for path in kinds}
    assert sum(pages >= 3 for pages in lengths.values()) >= 5
    assert [len(rules) >= 8 for rules in RULES.values()] == [True] * 3


# A rule that nothing breaks may be no rule: each of these breaks one.
BREAKS = {
    "atom": [
        ("<id>urn:uuid", "<id>/urn"),
        ("<title>Council Planet</title>", ""),
        ('rel="self"', 'rel="related"'),
        ("Z</updated>", "</updated>"),
        ('href="https://parks.example/odd0"', 'href="/odd0"'),
        ('xml:lang="cy"', 'xml:lang="Welsh language"'),
        ('<category term="', '<category label="'),
        ("<summary type", "<summary>b</summary><summary type"),
        ('type="text/html"', 'type="html"'),
    ],
    "rss": [
        ('isPermaLink="false"', 'isPermaLink="true"'),
        ("+0000</pubDate>", "</pubDate>"),
        ("Mon, ", "Tue, "),
        ("<link>https://", "<link>//"),
        ('rel="self"', 'rel="related"'),
        ("<dc:creator>", "<author>nobody</author><dc:creator>"),
        ("&lt;a href", "<a href"),
        ("<description>On", "<description>&lt;a href='/x'&gt;On"),
        ("<language>en-gb", "<language>British English"),
    ],
    "json": [
        ("version/1.1", "version/1"),
        ('"id": "urn', '"uid": "urn'),
        ('"content_text"', '"_content"'),
        ('"tags": [', '"tags": [1, '),
        ('Z"', '"'),
        ('"url": "https://parks', '"url": "//parks'),
        ('"feed_url": "https://planet', '"feed_url": "https://another'),
        ('"language": "cy"', '"language": "Welsh language"'),
    ],
}


@pytest.mark.parametrize(
    ("form", "sound", "broken"),
    [(form, *pair) for form, pairs in BREAKS.items() for pair in pairs],
)
def test_a_breach_of_a_rule_is_noticed(
    form: str, sound: str, broken: str, client: TestClient
) -> None:
    path = f"/feed.{form}"
    text = client.get(path).text
    if sound not in text:
        pytest.fail(f"the feed has no {sound}")
    damaged = text.replace(sound, broken)
    try:
        found = faults(form, damaged.encode(), f"{BASE}{path}")
    except (etree.XMLSyntaxError, ValueError):
        return
    assert found


def test_a_post_without_anything_is_still_an_entry(planet: Planet, client: TestClient) -> None:
    bare = replace(ENTRY, key="bare", url="", title="Bare", authors=(), tags=(), excerpt="")
    planet.publish(replace(FEED, url="https://bare.example/f", title="", site=""), bare)
    for form in FORMS:
        answer = client.get(f"/feed.{form}")
        assert faults(form, answer.content, f"{BASE}/feed.{form}") == []
