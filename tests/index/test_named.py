"""Which councils a text names, and to which of them a post belongs."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from index.authors import Stay, councils_then, known_stays, parse_stays
from index.councils import councils
from index.errors import VocabularyError
from index.model import Kind
from index.named import councils_named, councils_of
from tests.conftest import NOW

CASES = json.loads(Path(__file__).with_name("named.json").read_text(encoding="utf-8"))
HEAD = "blog,author,council,from,to,source\n"
LINE = "weeknotes,Ann Duck,hackney,2020-01-01,2021-12-31,her post of May 2020\n"


@pytest.mark.parametrize(("text", "slugs"), CASES)
def test_a_text_names_councils_and_never_mere_places(text: str, slugs: list[str]) -> None:
    if "Bath &" in text:
        slugs = [slug for slug, one in councils().items() if one.name.startswith("Bath and")]
    assert list(councils_named(text)) == slugs


@pytest.mark.parametrize("slug", [slug for slug, one in councils().items() if one.ended is None])
def test_every_council_of_today_is_known_by_its_official_name(slug: str) -> None:
    assert councils_named(f"We met {councils()[slug].name} there.") == (slug,)


def test_a_long_text_is_read_and_means_the_same() -> None:
    text = "North South East West and of the Council " * 20_000
    assert councils_named(text, "Hackney Council") == ("hackney",)


def test_a_practitioners_blog_does_not_speak_for_who_employed_her() -> None:
    own, named = ("sutton",), ("hackney", "sutton")
    assert councils_of(Kind.PRACTITIONER, own, ("hackney",)) == ("hackney",)
    assert councils_of(Kind.COUNCIL, own, named) == ("sutton",)
    assert councils_of(Kind.SECTOR_BODY, own, named) == ("sutton", "hackney")


@pytest.mark.parametrize(
    ("blog", "authors", "day", "found"),
    [
        ("weeknotes", ("ann duck",), "2020-01-01", ("hackney",)),
        ("weeknotes", ("Ben", "Ann Duck"), "2021-12-31", ("hackney",)),
        ("weeknotes", ("Ann Duck",), "2022-01-01", ()),
        ("weeknotes", ("Ann Duck",), "2019-12-31", ()),
        ("weeknotes", ("Ben",), "2020-06-01", ()),
        ("another", ("Ann Duck",), "2020-06-01", ()),
    ],
)
def test_an_author_belongs_to_a_council_for_a_time(
    blog: str, authors: tuple[str, ...], day: str, found: tuple[str, ...]
) -> None:
    published = datetime.fromisoformat(f"{day}T12:00+00:00")
    assert councils_then(blog, authors, published, parse_stays(HEAD + LINE)) == found
    assert councils_then(blog, authors, None, parse_stays(HEAD + LINE)) == ()


def test_a_line_without_an_author_or_an_end_is_for_whoever_writes_there() -> None:
    [stay] = parse_stays(HEAD + "weeknotes,,hackney,2020-01-01,,its about page\n")
    assert stay.covers("weeknotes", (), NOW.date())
    assert not replace(stay, author="ann").covers("weeknotes", (), NOW.date())
    assert isinstance(stay, Stay)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("blog,council\n", "line 1"),
        (HEAD + "weeknotes,,nowhere,,,x\n", "line 2"),
        (HEAD + LINE + "weeknotes,,hackney,2020,,x\n", "line 3"),
        (HEAD + "weeknotes,,hackney,2021-01-01,2020-01-01,x\n", "line 2"),
        (HEAD + "weeknotes,,hackney,,,\n", "line 2"),
        (HEAD + ",,hackney,,,x\n", "line 2"),
        (HEAD + "weeknotes\n", "line 2"),
    ],
)
def test_a_wrong_line_is_named(text: str, said: str) -> None:
    with pytest.raises(VocabularyError, match=said):
        parse_stays(text)


def test_our_own_list_can_be_read() -> None:
    assert isinstance(known_stays(), tuple)
