"""Our feeds, parsed back by other people's code, say what the pages say."""

import json
from calendar import timegm
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from fastapi.testclient import TestClient
from lxml import etree

from index.model import Post
from tests.conftest import ENTRY, FEED, NOW
from tests.web.conftest import BASE, Planet, entry, feed
from web.feeds import FORMATS, Channel, atom, identity
from web.site import Site
from web.uris import uri

DAY = timedelta(days=1)
Read = Callable[[str], Any]

ODD = replace(
    ENTRY,
    key="odd",
    url='https://parks.example/a?b=1&c="2"',
    title="Bins & <b>bobs</b>: 5 < 6 – “naïve” 🎉",
    excerpt="Less < more & <em>so on</em>.",
    authors=("Ann O’Nym", "B & C"),
    tags=("bins & bobs", "<waste>"),
    language="cy",
    licence="https://creativecommons.org/licenses/by/4.0/",
    updated=datetime(2026, 4, 25, 7, 30, tzinfo=UTC),
)


@pytest.fixture
def read(client: TestClient) -> Read:
    """Parse one of our feeds, which must be sound."""

    def parse(path: str) -> Any:
        answer = client.get(path)
        assert answer.status_code == 200
        found = feedparser.parse(answer.content, response_headers=dict(answer.headers))
        assert not found.bozo, found.get("bozo_exception")
        return found

    return parse


@pytest.fixture
def posts(planet: Planet, site: Site) -> list[Post]:
    """A plain post, an odd one and one without a date or an author, as the pages see them."""
    planet.publish(
        FEED, ENTRY, ODD, replace(ENTRY, key="bare", authors=(), published=None, tags=())
    )
    return site.catalogue.latest(30)


def test_atom_says_of_every_post_what_we_know(posts: list[Post], read: Read) -> None:
    found = read("/feed.atom")
    assert found.version == "atom10"
    assert found.feed.title == "Council Planet"
    for item, post in zip(found.entries, posts, strict=True):
        assert item.id == identity(post.id)
        assert item.title_detail.type == item.summary_detail.type == "text/plain"
        assert (item.title, item.summary, item.link) == (post.title, post.excerpt, uri(post.url))
        assert [author.name for author in item.authors] == list(post.authors or [post.feed.title])
        assert [tag.term for tag in item.get("tags", [])] == list(post.tags)
        assert item.get("rights", "") == post.licence
        assert _moment(item.published_parsed) == (post.published or post.first_seen)
        changed = post.updated or post.published or post.first_seen
        assert _moment(item.updated_parsed) == changed
        assert (item.source.title, item.source.id) == (post.feed.title, post.feed.url)
        assert {link.rel: link.href for link in item.source.links} == {
            "alternate": post.feed.site,
            "self": post.feed.url,
        }
        expected = "cy" if post.language == "cy" else "en-GB"
        assert item.title_detail.language == expected


def test_atom_keeps_the_rules_of_its_standard(posts: list[Post], client: TestClient) -> None:
    # https://www.rfc-editor.org/rfc/rfc4287#section-4.1
    root = etree.fromstring(client.get("/feed.atom").content)
    names = {"a": "http://www.w3.org/2005/Atom"}
    for element in (root, *root.findall("a:entry", names)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", names)) == 1
        assert element.findall("a:author", names)
        alternates = element.findall("a:link[@rel='alternate']", names)
        assert len(alternates) == 1
    ids = [e.text for e in root.iterfind("a:entry/a:id", names)]
    assert len(ids) == len(set(ids))
    [me] = root.findall("a:link[@rel='self']", names)
    assert me.get("href") == f"{BASE}/feed.atom"


def test_rss_says_of_every_post_what_we_know(posts: list[Post], read: Read) -> None:
    found = read("/feed.rss")
    assert found.version == "rss20"
    assert (found.feed.link, found.feed.language) == (f"{BASE}/", "en-gb")
    for item, post in zip(found.entries, posts, strict=True):
        assert (item.id, item.guidislink) == (identity(post.id), False)
        assert item.link == uri(post.url)
        assert [author.name for author in item.authors] == list(post.authors or [post.feed.title])
        assert [tag.term for tag in item.get("tags", [])] == list(post.tags)
        assert _moment(item.published_parsed) == (post.published or post.first_seen)
        assert (item.source.title, item.source.href) == (post.feed.title, post.feed.url)


def test_rss_descriptions_are_html_and_titles_are_not(
    posts: list[Post], client: TestClient
) -> None:
    # https://www.rssboard.org/rss-profile#element-channel-item-description
    root = etree.fromstring(client.get("/feed.rss").content)
    [odd] = [i for i in root.iterfind("channel/item") if "naïve" in (i.findtext("title") or "")]
    assert odd.findtext("title") == ODD.title
    assert odd.findtext("description") == "Less &lt; more &amp; &lt;em&gt;so on&lt;/em&gt;."
    assert odd.findtext("{http://purl.org/dc/elements/1.1/}rights") == ODD.licence
    assert odd.findtext("{http://purl.org/dc/elements/1.1/}language") == "cy"


def test_json_feed_says_of_every_post_what_we_know(posts: list[Post], client: TestClient) -> None:
    # https://www.jsonfeed.org/version/1.1/
    found = json.loads(client.get("/feed.json").content)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == f"{BASE}/feed.json"
    for item, post in zip(found["items"], posts, strict=True):
        assert item["id"] == identity(post.id)
        assert (item["url"], item["title"]) == (uri(post.url), post.title)
        assert item["content_text"] == post.excerpt
        assert item["authors"] == [{"name": n} for n in post.authors or [post.feed.title]]
        assert item.get("tags", []) == list(post.tags)
        assert item["language"] == post.language
        assert datetime.fromisoformat(item["date_published"]) == (
            post.published or post.first_seen
        )
        assert item["_source"]["title"] == post.feed.title
        assert item["_source"]["feed_url"] == post.feed.url
        assert item["_source"].get("licence", "") == post.licence


def test_a_note_has_no_title_in_json_feed_but_its_words(
    planet: Planet, client: TestClient
) -> None:
    planet.publish(FEED, entry("Fog again…", titled=False, excerpt=""))
    [item] = json.loads(client.get("/feed.json").content)["items"]
    assert "title" not in item
    assert item["content_text"] == "Fog again…"


@pytest.mark.rule(37)
@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_control_characters_do_not_reach_our_readers(
    planet: Planet, client: TestClient, form: str
) -> None:
    dirt = "a\x1b[0m\x00\x08\ufffe\x9fb"
    planet.publish(
        replace(feed("dirty"), title=dirt),
        entry(dirt, excerpt=dirt, authors=(dirt,), tags=(dirt,), licence=dirt),
    )
    body = client.get(f"/feed.{form}").text
    assert body.count("a[0mb") >= 5  # title, excerpt, author, tag and blog
    assert not set(dirt) - set("a[0mb") & set(body)
    assert "\\u00" not in body
    if form != "json":
        etree.fromstring(body.encode())


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_an_address_that_is_none_leads_to_our_page(
    planet: Planet, site: Site, client: TestClient, form: str
) -> None:
    planet.publish(FEED, entry("bad", url="javascript:alert(1)"))
    [post] = site.catalogue.latest(1)
    body = client.get(f"/feed.{form}").text
    assert "javascript:" not in body
    assert f"{BASE}/posts/{post.id}" in body


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_blog_without_addresses_is_named_all_the_same(
    posts: list[Post], site: Site, form: str
) -> None:
    channel = Channel(
        key="k", title="P", description="", base=BASE, page=BASE, url=BASE, first=BASE
    )
    nowhere = [replace(post, feed=replace(post.feed, url="", site="")) for post in posts]
    found = feedparser.parse(FORMATS[form][0](channel, nowhere))
    assert not found.bozo
    assert [item.link for item in found.entries] == [uri(post.url) for post in posts]
    sources = [item.source.title for item in found.entries if "source" in item]
    assert sources == (["Parks and paths"] * 3 if form == "atom" else [])


def test_only_the_excerpt_leaves_us(planet: Planet, client: TestClient) -> None:
    planet.publish(FEED, entry("post", text="the whole body", html="<p>the whole body</p>"))
    for form in ("atom", "rss", "json"):
        assert "whole body" not in client.get(f"/feed.{form}").text


def test_a_post_keeps_its_id_when_the_site_moves(posts: list[Post]) -> None:
    ids = []
    for base in (BASE, "https://elsewhere.example"):
        channel = Channel(
            key="planet", title="P", description="", base=base, page=base, url=base, first=base
        )
        root = etree.fromstring(atom(channel, posts))
        ids.append([e.text for e in root.iter("{http://www.w3.org/2005/Atom}id")])
    assert ids[0] == ids[1]
    # Pinned: another value here is another id for every post in every feed reader.
    assert identity("0123456789abcdef") == "urn:uuid:173a5058-76da-56db-9e20-acaacb8e3783"


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_long_feed_can_be_read_to_its_end(planet: Planet, read: Read, form: str) -> None:
    # https://www.rfc-editor.org/rfc/rfc5005#section-3
    planet.publish(FEED, *(entry(f"p{n}", published=NOW - n * DAY) for n in range(70)))
    path, titles, back = f"/feed.{form}", list[str](), list[str]()
    while path:
        found = read(path)
        titles += [item.title for item in found.entries]
        links = {link.rel: link.href for link in found.feed.links}
        assert links["first"] == f"{BASE}/feed.{form}"
        assert links["self"] == f"{BASE}{path}"
        back.append(links.get("previous", ""))
        path = links.get("next", "").removeprefix(BASE)
    assert titles == [f"p{n}" for n in range(70)]
    assert [bool(link) for link in back] == [False, True, True]


def test_json_feed_names_its_next_page(planet: Planet, client: TestClient) -> None:
    planet.publish(FEED, *(entry(f"p{n}", published=NOW - n * DAY) for n in range(70)))
    path, titles = "/feed.json", list[str]()
    while path:
        found = json.loads(client.get(path).content)
        titles += [item["title"] for item in found["items"]]
        path = found.get("next_url", "").removeprefix(BASE)
    assert titles == [f"p{n}" for n in range(70)]


def test_a_blog_has_a_feed_of_its_own(planet: Planet, read: Read) -> None:
    planet.publish(feed("parks"), entry("swings"))
    planet.publish(feed("roads"), entry("potholes"))
    found = read("/blogs/roads.atom")
    assert [item.title for item in found.entries] == ["potholes"]
    assert found.feed.title == "Roads on Council Planet"
    assert found.feed.link == f"{BASE}/blogs/roads"
    assert found.feed.id != read("/feed.atom").feed.id


def test_a_search_is_a_feed_of_what_is_new(planet: Planet, read: Read) -> None:
    planet.publish(
        FEED,
        entry("Damp damp damp", published=NOW - 9 * DAY),
        entry("The week", text="a word on damp", published=NOW),
        entry("Bins", published=NOW),
    )
    planet.index()
    found = read("/search.atom?q=damp")
    assert [item.title for item in found.entries] == ["The week", "Damp damp damp"]
    assert found.feed.title == "“damp” on Council Planet"
    assert found.feed.link == f"{BASE}/search?q=damp&sort=newest"
    assert read("/search.atom?q=++damp+").feed.id == found.feed.id


def test_an_empty_feed_is_a_sound_feed(read: Read, client: TestClient) -> None:
    for form in ("atom", "rss"):
        assert read(f"/feed.{form}").entries == []
        assert read(f"/search.{form}?q=").entries == []
    assert json.loads(client.get("/feed.json").content)["items"] == []


def test_robots_are_asked_to_list_the_authors_page_instead(client: TestClient) -> None:
    assert client.get("/feed.atom").headers["x-robots-tag"] == "noindex"


def test_another_ending_is_not_found(planet: Planet, client: TestClient) -> None:
    planet.publish(feed("parks"), entry("swings"))
    for path in ("/feed.xml", "/blogs/parks.html", "/search.csv?q=a", "/blogs/nobody.atom"):
        assert client.get(path).status_code == 404, path


def _moment(parsed: Any) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)
