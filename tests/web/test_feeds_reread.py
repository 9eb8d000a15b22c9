"""Other people's feed readers get out of our feeds what we put in.

feedparser is ours; `reader` and fastfeedparser are those that `make bench` installs.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pytest
from fastapi.testclient import TestClient

from benchmarks.programs import MISSING, RIVALS
from index.model import Post
from tests.web.conftest import BASE
from tests.web.test_feed_validity import FORMS, site, slug
from web.feeds import identity
from web.site import Site
from web.uris import uri
from web.words import clean

__all__ = ["site", "slug"]


def _expected(post: Post) -> dict[str, Any]:
    blog = clean(post.feed.title).strip()
    return {
        "id": identity(post.id),
        "title": " ".join(clean(post.title).split()),
        "link": uri(post.url) or f"{BASE}/posts/{post.id}",
        "authors": [clean(name) for name in post.authors] or [blog],
        "tags": [clean(tag) for tag in post.tags if clean(tag).strip()],
        "published": (post.published or post.first_seen).strftime("%Y-%m-%dT%H:%M:%S"),
        "licence": clean(post.licence),
    }


@pytest.fixture
def expected(site: Site) -> list[dict[str, Any]]:
    """What the first page has, as a feed reader should have it."""
    return [_expected(post) for post in site.catalogue.latest(30)]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_loses_nothing(
    form: str, client: TestClient, expected: list[dict[str, Any]]
) -> None:
    found = feedparser.parse(client.get(f"/feed.{form}").content, sanitize_html=False)
    assert not found.bozo
    rows = [
        {
            "id": item.id,
            "title": " ".join(item.title.split()),
            "link": item.link,
            "authors": [author.name for author in item.authors],
            "tags": [tag.term for tag in item.get("tags", [])],
            "published": "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*item.published_parsed[:6]),
            "licence": item.get("rights", ""),
        }
        for item in found.entries
    ]
    for row, wanted in zip(rows, expected, strict=True):
        assert row == wanted


REREAD = """
import json, sys
from pathlib import Path
def rows_of_reader(path):
    from reader import make_reader
    reader = make_reader(":memory:", feed_root="")
    reader.add_feed(str(path))
    reader.update_feeds()
    assert reader.get_feed(str(path)).last_exception is None
    for one in reader.get_entries():
        yield {
            "id": one.id, "title": one.title, "link": one.link,
            "published": one.published.strftime("%Y-%m-%dT%H:%M:%S"),
            "authors": [author.name for author in one.authors],
        }
def rows_of_fastfeedparser(path):
    import fastfeedparser
    for one in fastfeedparser.parse(path.read_bytes()).entries:
        yield {
            "id": one["id"], "title": one["title"], "link": one["link"],
            "published": one["published"][:19],
            "authors": [author["name"] for author in one.get("authors", [])],
            "tags": [tag["term"] for tag in one.get("tags") or []],
        }
print(json.dumps([*globals()["rows_of_" + sys.argv[1]](Path(sys.argv[2]))]))
"""


@pytest.fixture
def reread(tmp_path: Path) -> Callable[[str, str, bytes], list[dict[str, Any]]]:
    """Parse a feed with a program that is installed apart."""
    if not RIVALS.exists():
        pytest.skip(MISSING)

    def read(program: str, form: str, content: bytes) -> list[dict[str, Any]]:
        path = tmp_path / f"feed.{form}"
        path.write_bytes(content)
        done = subprocess.run(
            [RIVALS, "-c", REREAD, program, path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    return read


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("program", ["reader", "fastfeedparser"])
def test_other_readers_get_what_we_sent(
    program: str,
    form: str,
    reread: Callable[[str, str, bytes], list[dict[str, Any]]],
    client: TestClient,
    expected: list[dict[str, Any]],
) -> None:
    rows = reread(program, form, client.get(f"/feed.{form}").content)
    found = {row["id"]: row for row in rows}
    assert len(rows) == len(found) == len(expected)
    for wanted in expected:
        row = found[wanted["id"]]
        assert (row["link"], row["published"]) == (wanted["link"], wanted["published"])
        assert row.get("tags", wanted["tags"]) == wanted["tags"]
        # What looks like markup each has its own way with, and JSON Feed gives a note no title.
        if row["title"] and "<" not in wanted["title"]:
            assert " ".join(row["title"].split()) == wanted["title"]
        assert {*row["authors"]} & {*wanted["authors"]}  # both keep one author of several
