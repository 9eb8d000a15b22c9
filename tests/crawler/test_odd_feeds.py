"""Every feed in tests/feeds becomes what stands beside it."""

import gzip
import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.normalise import normalise
from crawler.parse import parse_feed
from index.errors import ParseError
from index.model import Entry, Feed

FEEDS = Path(__file__).parent.parent / "feeds"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://feeds.example.net/blog/feed"


def becomes(feed: Path, content_type: str) -> dict[str, Any]:
    """Return what the feed becomes, as its neighbour writes it."""
    try:
        parsed = parse_feed(_body(feed), content_type=content_type, url=URL)
    except ParseError as error:
        return {"error": error.code}
    entries = normalise(parsed, Feed(), URL, NOW)
    found: dict[str, Any] = {"truncated": True} if parsed.truncated else {}
    return found | {"entries": [_plain(entry) for entry in entries]}


def _body(feed: Path) -> bytes:
    body = feed.read_bytes()
    return gzip.decompress(body) if feed.suffix == ".gz" else body


def _plain(entry: Entry) -> dict[str, Any]:
    values = ((f, getattr(entry, f.name)) for f in fields(entry))
    return {f.name: _json(v) for f, v in values if f.default is MISSING or v != f.default}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return list(value) if isinstance(value, tuple) else value


def _cases() -> list[Any]:
    cases = []
    for feed in sorted(FEEDS.iterdir()):
        if feed.name.endswith(".becomes.json") or feed.name == "README.md":
            continue
        expected = json.loads(feed.with_suffix(".becomes.json").read_text("utf-8"))
        marks = [pytest.mark.rule(number) for number in expected.pop("rules", [])]
        cases.append(pytest.param(feed, expected, id=feed.name, marks=marks))
    return cases


@pytest.mark.parametrize(("feed", "expected"), _cases())
def test_an_odd_feed_becomes_what_stands_beside_it(feed: Path, expected: dict[str, Any]) -> None:
    assert becomes(feed, expected.pop("content_type", "")) == expected
