"""feeds.opml, the list that a new planet starts from, keeps the promises it makes."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from index.address import normal
from index.councils import councils
from index.model import Feed, Kind
from index.opml import DISCOVER, parse

LIST = Path(__file__).parents[1] / "feeds.opml"


@pytest.fixture(scope="module")
def blogs() -> tuple[Feed, ...]:
    return parse(LIST.read_bytes()).feeds


def outlines() -> list[ElementTree.Element]:
    every = ElementTree.parse(LIST).iter("outline")  # our own file, so no entities to fear
    return [outline for outline in every if not len(outline)]


def test_the_list_is_read_without_a_warning() -> None:
    assert parse(LIST.read_bytes()).warnings == ()


def test_every_outline_becomes_a_blog(blogs: tuple[Feed, ...]) -> None:
    assert len(blogs) == len(outlines()) > 100


def test_every_outline_says_its_name_its_home_page_and_what_kind_of_blog_it_is() -> None:
    for outline in outlines():
        assert outline.get("text")
        assert outline.get("htmlUrl") or outline.get("url"), outline.get("text")
        labels = str(outline.get("category")).split(",")
        kinds = [label for label in labels if label.startswith("/kind/")]
        assert len(kinds) == 1, outline.get("text")
        assert kinds[0].removeprefix("/kind/") in set(Kind)


def test_every_council_in_the_list_is_known(blogs: tuple[Feed, ...]) -> None:
    assert {slug for blog in blogs for slug in blog.councils} <= set(councils())


def test_a_council_is_named_on_every_council_s_own_blog_and_on_no_other(
    blogs: tuple[Feed, ...],
) -> None:
    for blog in blogs:
        assert bool(blog.councils) == (blog.kind is Kind.COUNCIL), blog.title


def test_a_council_blog_belongs_to_the_nation_of_its_councils(blogs: tuple[Feed, ...]) -> None:
    for blog in blogs:
        for slug in blog.councils:
            assert blog.nation == councils()[slug].nation, blog.title


def test_no_feed_no_home_page_and_no_name_stands_there_twice(blogs: tuple[Feed, ...]) -> None:
    for values in (
        [normal(blog.url) for blog in blogs if blog.url],
        [normal(blog.site) for blog in blogs],
        [blog.title.casefold() for blog in blogs],
    ):
        assert sorted(values) == sorted(set(values))


def test_addresses_are_http_or_https(blogs: tuple[Feed, ...]) -> None:
    for blog in blogs:
        for address in (blog.url, blog.site):
            assert not address or address.startswith(("http://", "https://"))


def test_blogs_whose_feed_is_not_known_stand_in_a_group_of_their_own() -> None:
    groups = ElementTree.parse(LIST).getroot().findall("body/outline")
    for group in groups:
        for outline in group:
            unknown = group.get("text") == DISCOVER
            assert outline.get("type") == ("link" if unknown else "rss")
            assert bool(outline.get("xmlUrl")) != unknown
