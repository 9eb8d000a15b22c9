"""A refresh that is interrupted, edited into or killed at any point is made good by the next."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from index.database import Database
from index.finding import Change
from index.outbox import Outbox
from index.query import parse_query
from index.refresh import Refreshed, rebuild, refresh
from index.search import choose_engine, open_search
from tests.index.conftest import Publish, entries, equal, found


class Interrupted(Outbox):
    """The real outbox, with something that happens once, in the midst of a refresh."""

    def __init__(self, outbox: Outbox, **happens: Callable[[], object]) -> None:
        super().__init__(outbox.database)
        self.happens = happens

    def begin(self, generation: str) -> int:
        self._happen("begin")
        return super().begin(generation)

    def changes(self, generation: str, limit: int) -> list[Change]:
        changes = super().changes(generation, limit)
        self._happen("changes" if changes else "no more")
        return changes

    def done(self, generation: str, changes: Iterable[Change]) -> None:
        self._happen("done")
        super().done(generation, changes)

    def end(self, generation: str) -> None:
        self._happen("end")
        super().end(generation)

    def _happen(self, where: str) -> None:
        self.happens.pop(where, lambda: None)()


class Killed(BaseException):
    """Stands for the end of the process: nothing after it is done."""


def kill() -> None:
    raise Killed


@pytest.mark.parametrize("where", ["changes", "done"])
def test_a_refresh_killed_half_way_is_made_good(
    url: str, database: Database, outbox: Outbox, publish: Publish, where: str
) -> None:
    publish(*entries(3))
    refresh(outbox, url)
    publish(*(replace(entry, title=f"Edited {entry.title}") for entry in entries(5)))
    with pytest.raises(Killed):
        refresh(Interrupted(outbox, **{where: kill}), url, batch=2)
    assert refresh(outbox, url).updated == 5
    assert equal(url, database, outbox)


@pytest.mark.parametrize(
    ("first", "where"),
    [
        *product([True], ["begin", "changes", "done"]),
        (False, "begin"),
        (False, "done"),
        (False, "end"),
    ],
)
@pytest.mark.parametrize("again", [refresh, rebuild])
def test_a_rebuild_killed_half_way_is_made_good(
    url: str,
    database: Database,
    outbox: Outbox,
    publish: Publish,
    where: str,
    again: Callable[[Outbox, str], Refreshed],
    first: bool,
) -> None:
    publish(*entries(3))
    if not first:
        refresh(outbox, url)
    with pytest.raises(Killed):
        rebuild(Interrupted(outbox, **{where: kill}), url, batch=2)
    publish(*entries(1, start=7))
    again(outbox, url)
    assert equal(url, database, outbox)


def test_a_rebuild_first_removes_what_a_killed_one_left(
    url: str, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(3))
    refresh(outbox, url)
    live = outbox.generations()
    for _ in range(3):
        with pytest.raises(Killed):
            rebuild(Interrupted(outbox, changes=kill), url)
    [other] = set(outbox.generations()) - set(live)
    assert choose_engine(url).generations() == sorted([*live, other])


def test_a_rebuild_goes_live_with_what_came_during_it(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(3))
    late = {"no more": lambda: publish(*entries(2, start=3))}
    assert rebuild(Interrupted(outbox, **late), url) == Refreshed(updated=5)
    assert equal(url, database, outbox)


@pytest.mark.parametrize("where", ["changes", "done"])
def test_an_edit_in_the_midst_of_it_is_not_lost(
    url: str, database: Database, outbox: Outbox, publish: Publish, where: str
) -> None:
    publish(*entries(3))
    edited = [replace(entry, title=f"Edited {entry.title}") for entry in entries(3)]
    refresh(Interrupted(outbox, **{where: lambda: publish(*edited)}), url, batch=2)
    refresh(outbox, url)
    assert equal(url, database, outbox)
    assert len(found(open_search(url), "edited")) == 3


def test_new_posts_stay_searchable_during_a_rebuild(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(5))
    refresh(outbox, url)
    reader, seen = open_search(url), []

    def meanwhile() -> None:
        publish(*entries(2, start=5, word="fountain"))
        assert refresh(outbox, url) == Refreshed(updated=2)
        seen.extend(found(reader, "fountain"))

    rebuild(Interrupted(outbox, changes=meanwhile), url, batch=2)
    assert len(seen) == 2
    assert equal(url, database, outbox)
    assert reader.count() == 7


WORK = """
import sys
from index.database import open_database
from index.outbox import Outbox
from index.refresh import rebuild, refresh
outbox, url = Outbox(open_database(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
while True:
    refresh(outbox, url, batch=3)
    rebuild(outbox, url, batch=3)
"""


def test_a_process_killed_at_any_moment_leaves_nothing_amiss(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    chance = random.Random(7)
    publish(*entries(20))
    for turn in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", WORK, str(database.engine.url), url],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": ""},
        )
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            edited = [replace(entry, title=f"Edited {turn} {entry.key}") for entry in entries(15)]
            publish(*edited, *entries(2, start=20 + 2 * turn))
            threading.Event().wait(chance.random() * 0.3)
            process.kill()
        if chance.random() < 0.5:
            refresh(outbox, url)
            assert equal(url, database, outbox)
    refresh(outbox, url)
    assert equal(url, database, outbox)
    assert open_search(url).find(parse_query("edited"), limit=1).total == 15
