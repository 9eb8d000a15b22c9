"""Pages of posts become their text, and pages of no use say why they are none."""

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import LARGEST, Extract, agrees, extract
from crawler.fetched import NoResponse, Response
from tests.conftest import NOW

ARTICLES = Path(__file__).parent.parent / "articles"
PAGES = sorted(ARTICLES.glob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_becomes_what_stands_beside_it(page: Path) -> None:
    becomes: dict[str, Any] = json.loads(page.with_suffix(".becomes.json").read_text())
    headers = becomes.get("headers", {"content-type": "text/html; charset=utf-8"})
    came = Response(url=becomes["url"], status=200, headers=headers, body=page.read_bytes())
    found = extract(came, becomes.get("asked", becomes["url"]), NOW)
    if code := becomes.get("code"):
        assert isinstance(found, NoResponse)
        assert (found.code, found.reason.startswith("The page https://")) == (code, True)
        return
    assert isinstance(found, Extract)
    assert found.title == becomes["title"]
    assert list(found.authors) == becomes["authors"]
    assert (found.published and found.published.isoformat()) == becomes["published"]
    assert (found.language, found.url) == (becomes["language"], becomes["address"])
    assert [words for words in becomes["has"] if words not in found.text] == []
    assert [words for words in becomes["not"] if words in found.text + found.html] == []
    assert [link for link in becomes.get("links", ()) if f'href="{link}"' not in found.html] == []


def test_each_page_has_what_it_must_become() -> None:
    assert len(PAGES) > 10
    assert {p.stem for p in PAGES} == {
        p.name.removesuffix(".becomes.json") for p in ARTICLES.glob("*.becomes.json")
    }


def test_what_was_found_can_leave_the_process_that_read_it() -> None:
    found = Extract(url="https://a.example/b", title="T", html="<p>x</p>", text="x")
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(("status", "code"), [(404, "http-404"), (410, "gone"), (503, "http-503")])
def test_an_error_is_no_post(status: int, code: str) -> None:
    found = extract(Response(url="https://a.example/b", status=status), "https://a.example/b", NOW)
    assert isinstance(found, NoResponse)
    assert found.code == code


def test_a_page_of_twenty_megabytes_is_no_post() -> None:
    body = b"<p>word " * (LARGEST // 8 + 1)
    found = extract(
        Response(url="https://a.example/b", status=200, body=body), "https://a.example/b", NOW
    )
    assert isinstance(found, NoResponse)
    assert found.code == "too-large"


@pytest.mark.parametrize(
    ("page", "summary", "same"),
    [
        ("We fitted sensors in forty homes of two tower blocks", "We fitted sensors in […]", True),
        (
            "Welcome to the council. Pay, report, apply.",
            "Sensors found damp in forty homes",
            False,
        ),
        ("Sensors found nothing in forty flats.", "Sensors found damp in forty homes", True),
        ("Welcome to the council.", "Read more", True),  # too little to judge by
    ],
)
def test_a_page_is_that_of_the_post_if_it_has_the_words_of_its_summary(
    page: str, summary: str, same: bool
) -> None:
    assert agrees(page, summary) is same


@given(
    st.binary(max_size=2_000) | st.text(max_size=2_000).map(lambda t: t.encode("utf-8", "replace"))
)
def test_no_page_raises(body: bytes) -> None:
    came = Response(url="https://a.example/b", status=200, body=b"<html><p>" + body)
    assert extract(came, "https://a.example/b", datetime(2026, 5, 1, tzinfo=UTC))
