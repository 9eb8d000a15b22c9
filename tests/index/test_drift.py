"""A blog that was bought up is told from one that was redesigned: the cases are in tests/drift."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from index.derived import Byline, derive
from index.drift import Brought, Piece, Profile, drift, hosts_of, tongue
from tests.conftest import NOW

CASES = sorted((Path(__file__).parents[1] / "drift").glob("*.json"))


def pieces(said: list[dict[str, Any]]) -> tuple[Piece, ...]:
    return tuple(piece for one in said for piece in [_piece(one)] * one["times"])


def _piece(one: dict[str, Any]) -> Piece:
    made = derive(
        title=one["title"], html=one["html"], text=one["text"], tags=(), by=Byline("blog")
    )
    hosts = hosts_of(one["html"], ["barchester.example"])
    return Piece(one["title"], one["text"], one["language"], hosts, made.linked)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_held_or_not_as_it_says(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    was = case["was"]
    profile = Profile(
        titles=tuple(was["titles"]),
        names=tuple(was["names"]),
        posts=was["posts"],
        newest=NOW - timedelta(days=was["quiet_days"]),
        latest=pieces(was["latest"]),
    )
    brought = Brought(case["brings"]["title"], pieces(case["brings"]["posts"]))
    verdict = drift(profile, brought, NOW)
    assert (verdict.reason if verdict else None) == case["held"], verdict


def test_the_sentence_tells_each_sign() -> None:
    post = Piece("Online casino", "", "en", frozenset(), 0.0)
    known = Piece("Weeknote", "", "en", frozenset(), 0.0)
    was = Profile(
        titles=("Parks",),
        names=(),
        posts=1,
        newest=NOW - timedelta(days=400),
        latest=(known,),
    )
    verdict = drift(was, Brought("W" * 90, (post,)), NOW)
    assert verdict
    assert verdict.sentence == (
        "Its new post has the words of adverts for gambling, medicines or loans; the feed was "
        f"called “Parks” and is called “{'W' * 59}…”; nothing had come for 400 days."
    )


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("the bins of our town and what we have learned from it " * 5, "de", "en"),
        ("mae gan y cyngor ffurflen newydd ac mae hyn wedi bod yn help " * 5, "en", "en"),
        ("wir haben heute mit allen gesprochen " * 10, "en-GB", "de"),
        ("folk vil vide hvorfor nogen måler hos dem " * 10, "en-GB", "other"),
        ("wir haben heute mit allen gesprochen " * 10, "de-DE", "de"),
        ("bench", "en", ""),
        ("", "", ""),
    ],
)
def test_a_language_is_what_it_reads_like(text: str, said: str, language: str) -> None:
    assert tongue(Piece("", text, said, frozenset(), 0.0)) == language


def test_links_to_the_blog_itself_do_not_count() -> None:
    html = """<a href="https://www.parks.example/a">a</a> <a class=x href='HTTP://Else.example:80/'>b</a>
        <a href="/c">c</a> <a href="mailto:d@d.example">d</a>"""
    assert hosts_of(html, ["parks.example"]) == {"else.example"}
