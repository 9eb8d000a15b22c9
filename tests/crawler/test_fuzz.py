"""What odd input comes to: nothing but what we promise, and no error that is not ours.

FUZZ=50 tries fifty times as much, and something else each time.
"""

import os
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.candidate import MAX_CANDIDATES
from crawler.discover import look, next_address
from index import opml
from index.errors import OpmlError
from tests.crawler.oddities import CONTENT_TYPES, json_feeds, mutated, xml_feeds
from tests.crawler.promises import read

TOP = Path(__file__).parents[2]
SHARED = TOP.parent / "shared/data/feeds"  # other people's feeds, where there are any
FOLDERS = [
    TOP / "tests/feeds",
    *(folder for folder in sorted(SHARED.glob("*")) if folder.is_dir()),
]
LARGEST = 30_000  # bytes of a file that is mutated
URL = "https://blog.example.org/2024/"

TIMES = int(os.environ.get("FUZZ", "1"))
seeds = st.integers(0, 2**32)
content_types = st.sampled_from(CONTENT_TYPES)


def tries(number: int) -> settings:
    """Try so many examples: always the same ones, unless more are asked for."""
    return settings(
        max_examples=number * TIMES,
        derandomize=TIMES == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@cache
def files_of(folder: Path, pattern: str = "*") -> tuple[bytes, ...]:
    """Return what is in a folder's files, but for what they become."""
    files = (f for f in sorted(folder.rglob(pattern)) if f.is_file())
    named = (f for f in files if not f.name.endswith((".becomes.json", ".md", ".gz")))
    return tuple(f.read_bytes() for f in named if f.stat().st_size <= LARGEST)


@pytest.mark.rule(36)
@tries(250)
@given(xml_feeds(), content_types)
def test_xml_of_odd_elements_keeps_every_promise(body: bytes, content_type: str) -> None:
    read(body, content_type)


@pytest.mark.rule(36)
@tries(250)
@given(json_feeds())
def test_json_of_odd_values_keeps_every_promise(body: bytes) -> None:
    read(body)


@pytest.mark.rule(36)
@tries(200)
@given(st.binary(max_size=300), content_types)
def test_bytes_of_no_kind_keep_every_promise(body: bytes, content_type: str) -> None:
    read(body, content_type)
    read(b"<rss><channel><item>" + body + b"</item></channel></rss>", content_type)


@pytest.mark.rule(36)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@tries(300)
@given(seed=seeds, content_type=content_types)
def test_a_mutated_feed_keeps_every_promise(folder: Path, seed: int, content_type: str) -> None:
    read(mutated(files_of(folder), seed), content_type)


@pytest.mark.rule(41)
@tries(600)
@given(seeds, content_types)
def test_a_mutated_page_names_only_addresses(seed: int, content_type: str) -> None:
    body = mutated(files_of(TOP / "tests/pages", "*.html"), seed)
    page = look(body, content_type=content_type, url=URL, link='<x>; rel="alternate"')
    assert len(page.feeds) <= MAX_CANDIDATES
    for address in (page.refresh, *(feed.url for feed in page.feeds)):
        assert not address or urlsplit(address).scheme in ("http", "https")
    tried: list[str] = []
    while lead := next_address(page, tried):
        tried.append(lead.url)
        assert len(tried) <= 2 * MAX_CANDIDATES


@tries(600)
@given(seeds)
def test_a_mutated_list_is_read_or_refused_in_our_own_words(seed: int) -> None:
    body = mutated(files_of(TOP / "tests/opml", "*.opml"), seed)
    found = _list(body)
    if isinstance(found, OpmlError):
        assert "\n" not in str(found)
        return
    again = opml.parse(opml.unparse(found.feeds, title="Again"))
    assert {*again.feeds} == {*found.feeds}
    assert not again.warnings


def _list(body: bytes) -> opml.Outlines | OpmlError:
    try:
        return opml.parse(body)
    except OpmlError as error:
        return error
