"""A feed reader that is given a page's address finds the feeds of what the page lists."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.conftest import FEED, NOW
from tests.web.conftest import BASE, Planet, entry
from web.feeds import FORMATS
from web.site import Site

Look = Callable[[str], html.HtmlElement]

MEDIA = {media: form for form, (_, media) in FORMATS.items()}
LIST = "//article[contains(@class, 'post')]"
START = ("/", "/topics", "/councils", "/blogs", "/search?q=parking", "/search", "/about")
FEW = 12  # pages of a kind: the others are like them


@pytest.fixture(autouse=True)
def posts(planet: Planet) -> None:
    """Posts for two pages of every list."""
    some = [
        entry(f"Parking {n}", tags=("Node.js", "<b>&"), published=NOW, authors=("A & B",))
        for n in range(65)
    ]
    planet.publish(replace(FEED, councils=("kent",), title='"><b>Parks'), *some)
    planet.index()


def _alternates(page: html.HtmlElement) -> list[tuple[str, str, str]]:
    """The media type, title and address of each feed that a page's head names."""
    return [
        (one.get("type", ""), one.get("title", ""), one.get("href", ""))
        for one in page.xpath("//head/link[@rel='alternate']")
    ]


def _walked(look: Look) -> dict[str, html.HtmlElement]:
    """Every kind of page that links lead to, a few of each."""
    left, found, kinds = [*START], dict[str, html.HtmlElement](), dict[str, int]()
    while left:
        path = left.pop(0).partition("#")[0]
        kind = path.partition("?")[0].split("/")[1]
        if path in found or kinds.get(kind, 0) >= FEW:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        found[path] = look(path)
        hrefs = found[path].xpath("//main//a[starts-with(@href, '/')]/@href")
        left += [str(one) for one in hrefs if not _no_page(str(one))]
    return found


def _no_page(path: str) -> bool:
    ends = tuple(f".{form}" for form in (*FORMATS, "opml"))
    aside = path.startswith(("/api/", "/surprise")) or "since=now" in path
    return aside or path.partition("?")[0].endswith(ends)


def test_every_page_names_feeds_in_three_forms_that_are_there(
    look: Look, client: TestClient, site: Site
) -> None:
    pages = _walked(look)
    kinds = {path.partition("?")[0].split("/")[1] for path in pages}
    assert kinds >= {"", "search", "topics", "tags", "councils", "blogs", "follow", "posts"}
    known = dict[str, tuple[str, str]]()
    for path, page in pages.items():
        named = _alternates(page)
        assert len(named) in (3, 6), path
        assert len({href for _, _, href in named}) == len(named), path
        assert len({title for _, title, _ in named}) == len(named), path
        known |= {href: (media, title) for media, title, href in named}
    for href, (media, title) in known.items():
        answer = client.get(urljoin(BASE, href))
        assert answer.status_code == 200, href
        assert answer.headers["content-type"] == media
        assert href.partition("?")[0].endswith(f".{MEDIA[media]}")
        assert title.strip()


def test_a_page_with_a_list_names_the_feed_of_that_list_first(
    look: Look, client: TestClient
) -> None:
    for path, page in _walked(look).items():
        atom = page.xpath("//p[@class='follow']/a[. = 'Atom']/@href")
        if not (atom and page.xpath(LIST)):
            continue
        media, _, href = _alternates(page)[0]
        assert (media, href) == ("application/atom+xml", atom[0]), path
        feed = client.get(urljoin(BASE, href))
        assert "<entry>" in feed.text or "<entry " in feed.text, path
