"""`planet import`, `planet export` and decisions on moves, as their users type them."""

import json
from pathlib import Path

import pytest

from index.model import Feed, Kind
from index.opml import parse
from tests.api.running import Installation
from tests.api.test_crawl import feed
from tests.server import Server, page, rss

LIST = """<opml version="2.0"><body>
<outline text="&#x9b;31mBins" xmlUrl="https://bins.example/feed"/>
<outline text="At home" xmlUrl="http://10.0.0.1/feed"/>
<outline text="Nothing"/>
{}
</body></opml>"""


@pytest.fixture
def theirs(installation: Installation, server: Server, tmp_path: Path) -> Path:
    """Follow one blog, and be given a list with that one and others."""
    server.pages["/feed"] = page(rss("Damp sensors"))
    ours = feed(server, "/feed")
    installation.follow(ours)
    installation.planet("crawl")
    path = tmp_path / "theirs.opml"
    path.write_text(LIST.format(f'<outline text="Ours" xmlUrl="{ours.url}"/>'))
    return path


def listed(installation: Installation) -> list[str]:
    return [one.title for one in parse((installation.folder / "feeds.opml").read_bytes()).feeds]


def test_a_list_is_looked_at_before_it_is_taken(installation: Installation, theirs: Path) -> None:
    before = (installation.folder / "feeds.opml").read_bytes()
    said = installation.planet("import", str(theirs))
    assert "new                 31mBins (https://bins.example/feed)" in said
    assert "in the list        Ours (http://127.0.0.1" in said
    assert "cannot be visited  At home" in said
    assert "cannot be read     Line 4: “Nothing” has no address" in said
    assert "1 new, 1 in the list, 1 cannot be visited, 1 cannot be read." in said
    assert "Nothing was written" in said
    assert (installation.folder / "feeds.opml").read_bytes() == before


def test_what_is_new_in_a_list_is_taken(installation: Installation, theirs: Path) -> None:
    said = installation.document("import", str(theirs), "--apply")
    assert said["applied"]
    assert said["counts"]["new"] == 1
    assert {"fate": "new", "url": "https://bins.example/feed"}.items() <= said["lines"][0].items()
    assert len(listed(installation)) == 2
    assert "import" in installation.planet("submissions", "log")
    again = installation.document("import", str(theirs), "--apply")
    assert (again["applied"], again["counts"]["new"], again["counts"]["there"]) == (False, 0, 2)


def test_what_is_no_list_is_said_plainly(installation: Installation, theirs: Path) -> None:
    theirs.write_text("<html><p>Hello</p></html>")
    assert "this is not an OPML list" in installation.planet("import", str(theirs), status=1)
    theirs.unlink()
    assert "cannot be read: No such file" in installation.planet("import", str(theirs), status=1)


def test_some_of_the_list_can_be_exported(installation: Installation, tmp_path: Path) -> None:
    installation.follow(
        Feed(url="http://127.0.0.1:1/a", title="A", kind=Kind.COUNCIL, councils=("hackney",)),
        Feed(url="http://127.0.0.1:1/b", title="B", nation="wales"),
    )
    installation.planet("crawl")
    out = tmp_path / "out.opml"

    def exported(*options: str) -> list[str]:
        installation.planet("export", str(out), *options)
        return [one.title for one in parse(out.read_bytes()).feeds]

    assert exported() == ["A", "B"]
    assert exported("--kind", "council") == ["A"]
    assert exported("--council", "hackney") == ["A"]
    assert exported("--nation", "wales") == ["B"]
    none = installation.planet("export", str(out), "--council", "nowhere", status=1)
    assert "No blog that we follow is like that" in none
    installation.planet("export", str(out), "--nation", "france", status=2)


def propose(installation: Installation, to: str) -> None:
    """Write down what a week of redirects would come to."""
    installation.python(
        "from index.database import open_database as o; from index.settings import read_settings;"
        "from sqlalchemy import text; d = o(read_settings().database)\n"
        'with d.write() as db: db.execute(text("UPDATE polls SET moving_to = :to, '
        f"moving_why = 'redirect', moving_seen = 5\"), {{'to': {json.dumps(to)}}})"
    )


def test_a_move_is_accepted_into_the_list(installation: Installation, theirs: Path) -> None:
    [slug] = [one["blog"]["slug"] for one in installation.document("feeds")]
    propose(installation, "http://127.0.0.1:1/new")
    assert f"planet feeds accept {slug}" in installation.planet("feeds", slug)
    said = installation.planet("feeds", "accept", slug)
    assert "is at http://127.0.0.1:1/new now" in said
    body = (installation.folder / "feeds.opml").read_bytes()
    assert [one.url for one in parse(body).feeds] == ["http://127.0.0.1:1/new"]
    [one] = installation.document("feeds", slug)
    assert one["blog"]["feed"] == "http://127.0.0.1:1/new"
    assert "Nothing says that" in installation.planet("feeds", "accept", slug, status=1)


def test_a_move_is_refused(installation: Installation, theirs: Path) -> None:
    [slug] = [one["blog"]["slug"] for one in installation.document("feeds")]
    propose(installation, "http://127.0.0.1:1/new")
    assert "stays at http://127.0.0.1" in installation.planet("feeds", "refuse", slug)
    assert installation.planet("feeds", "--status", "moved").startswith("No blog is doing")
