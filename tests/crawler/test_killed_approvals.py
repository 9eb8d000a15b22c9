"""Wherever an approval was killed, the list and the store agree once a crawler has started."""

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.listing import Listing
from index.database import Database, migrate, open_database
from index.decisions import Decisions
from index.model import Status
from index.opml import parse, unparse
from index.schema import submissions
from index.store import Store
from index.submission import Found, Proposal, State
from index.submissions import Submissions
from tests.conftest import FEED, NOW

BINS = Found(url="https://bins.example/feed", title="Hackney Council")
TEXT = unparse([FEED], title="Blogs").replace(b"\n", b"<!-- mine -->\r\n")


def prepare(folder: Path, *, begun: bool) -> None:
    """Make an installation with a suggestion that waits, or whose approval was begun."""
    folder.mkdir()
    (folder / "feeds.opml").write_bytes(TEXT)
    url = f"sqlite:///{folder / 'planet.db'}"
    migrate(url)
    database = open_database(url)
    Listing(path=folder / "feeds.opml", store=Store(database)).follow(NOW, print)
    kept = Submissions(database)
    kept.submit("https://bins.example/", Proposal())
    kept.found(kept.take(1)[0], [BINS])
    if begun:
        with database.write() as db:
            db.execute(submissions.update().values(approved=True))
    database.close()


def approved(database: Database) -> bool:
    """Whether the store knows of an approval."""
    return bool(Decisions(database, Path()).log())


def started(folder: Path, database: Database) -> None:
    """Do what a crawler does when it starts."""
    said: list[str] = []
    listing = Listing(path=folder / "feeds.opml", store=Store(database))
    listing.settle(said.append)
    listing.reread(NOW, said.append)
    assert said == []


def check(folder: Path, *, begun: bool) -> bool:
    """Start again after a kill; check that list and store agree; return whether it is listed."""
    database = open_database(f"sqlite:///{folder / 'planet.db'}")
    listed = begun or approved(database)
    started(folder, database)
    one = Submissions(database).by_id(1)
    assert not one.approved
    assert one.state is (State.LISTED if listed else State.WAITING)
    status = {feed.url: feed.status for feed in Store(database).feeds()}
    assert status == {FEED.url: Status.LIVE, BINS.url: Status.LIVE if listed else Status.PENDING}
    database.close()
    body = (folder / "feeds.opml").read_bytes()
    assert [feed.url for feed in parse(body).feeds] == [FEED.url, *[BINS.url] * listed]
    more = [line for line in body.splitlines(True) if line not in TEXT.splitlines(True)]
    assert len(more) == listed
    assert body.replace(b"".join(more), b"") == TEXT
    assert not [*folder.glob(".*.new"), *folder.glob(".*.old")]
    return listed


@pytest.mark.parametrize("what", ["approve", "settle"])
def test_a_kill_before_any_write_of_an_approval_is_made_good_at_the_next_start(
    tmp_path: Path, what: str
) -> None:
    begun = what == "settle"
    prepare(tmp_path / "0", begun=begun)
    command = [sys.executable, "-m", "tests.crawler.killed", str(tmp_path), what]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    ended = sorted(int(folder.name) for folder in tmp_path.iterdir())[1:]
    listed = [check(tmp_path / str(last), begun=begun) for last in ended]
    assert len(ended) > 15
    assert listed[-1]
    assert listed == sorted(listed)  # once it is noted in the store, it is carried out
    assert begun or not listed[0]
