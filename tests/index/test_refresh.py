"""Whatever happens, the next refresh makes the index equal to the store."""

import json
import resource
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.database import Database
from index.errors import AlreadyRunning, IndexDamaged, SearchError
from index.outbox import Outbox
from index.refresh import IndexStatus, Refreshed, rebuild, refresh, status
from index.search import choose_engine, open_search
from tests.index.conftest import DAMP, Publish, build, entries, equal, found

# From nothing


def test_the_first_refresh_builds_the_index(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(7))
    assert refresh(outbox, url, batch=3) == Refreshed(updated=7)
    assert equal(url, database, outbox)


def test_an_empty_store_has_an_empty_index(url: str, database: Database, outbox: Outbox) -> None:
    assert refresh(outbox, url) == Refreshed()
    assert open_search(url).count() == 0
    assert equal(url, database, outbox)


def test_a_refresh_tells_what_has_changed_and_no_more(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(3))
    refresh(outbox, url)
    first, *_ = entries(1)
    publish(replace(first, title="Edited"), *entries(2, start=10))
    reader = open_search(url)
    assert refresh(outbox, url) == Refreshed(updated=3)
    assert len(found(reader, "edited")) == 1
    assert refresh(outbox, url) == Refreshed()
    assert equal(url, database, outbox)


def test_what_may_no_longer_be_shown_leaves_the_index(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(3))
    refresh(outbox, url)
    publish(*(replace(entry, title=f"Edited {entry.title}") for entry in entries(3)))
    with database.write() as db:
        db.exec_driver_sql("UPDATE feeds SET status = 'withdrawn'")
    assert refresh(outbox, url) == Refreshed(deleted=3)
    assert open_search(url).count() == 0


def test_progress_is_told(url: str, outbox: Outbox, publish: Publish) -> None:
    publish(*entries(5))
    told: list[tuple[int, int]] = []
    refresh(outbox, url, batch=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


# Building anew


def spoil_pointer(folder: Path) -> None:
    (folder / "current").write_text("nothing of the kind")


def spoil_label(folder: Path) -> None:
    [label] = folder.glob("*/generation.json")
    label.write_text(json.dumps({**json.loads(label.read_text()), "fingerprint": "former"}))


def spoil_files(folder: Path) -> None:
    [live] = (path for path in folder.iterdir() if path.is_dir())
    for path in live.iterdir():
        path.write_bytes(path.read_bytes()[:7])


def remove_files(folder: Path) -> None:
    [live] = (path for path in folder.iterdir() if path.is_dir())
    for path in live.iterdir():
        path.unlink()


@pytest.mark.parametrize("spoil", [spoil_pointer, spoil_label, spoil_files, remove_files])
@pytest.mark.parametrize("idle", [True, False])
def test_a_damaged_index_is_built_anew(
    url: str,
    database: Database,
    outbox: Outbox,
    publish: Publish,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    idle: bool,
) -> None:
    publish(*entries(4))
    refresh(outbox, url)
    spoil(tmp_path / "index")
    if not idle:
        publish(*entries(1, start=4))
    with pytest.raises(IndexDamaged):
        open_search(url)
    assert refresh(outbox, url) == Refreshed(updated=4 if idle else 5)
    assert equal(url, database, outbox)


def test_an_index_of_another_database_is_built_anew(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    build(url, [DAMP])
    publish(*entries(2))
    assert refresh(outbox, url) == Refreshed(updated=2)
    assert equal(url, database, outbox)
    assert found(open_search(url), "damp") == []


def test_a_rebuild_replaces_the_index_under_its_readers(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(4))
    refresh(outbox, url)
    reader = open_search(url)
    former = reader.generation
    publish(*entries(2, start=4))
    told: list[tuple[int, int]] = []
    rebuilt = rebuild(outbox, url, progress=lambda done, total: told.append((done, total)))
    assert rebuilt == Refreshed(updated=6)
    assert told == [(6, 6)]
    assert reader.generation != former
    assert reader.count() == 6
    assert equal(url, database, outbox)


# One at a time


@pytest.fixture
def elsewhere(url: str) -> Iterator[Callable[[str], None]]:
    """Holds one of the locks, as another process would."""
    release = threading.Event()
    threads = []

    def hold(lock: str) -> None:
        held = threading.Event()

        def holding() -> None:
            with getattr(choose_engine(url), lock)():
                held.set()
                release.wait()

        threads.append(threading.Thread(target=holding))
        threads[-1].start()
        held.wait()

    yield hold
    release.set()
    for thread in threads:
        thread.join()


def test_two_do_not_refresh_at_once(
    url: str, outbox: Outbox, elsewhere: Callable[[str], None]
) -> None:
    refresh(outbox, url)
    elsewhere("refreshing")
    with pytest.raises(AlreadyRunning, match="searchable soon"):
        refresh(outbox, url)


@pytest.mark.parametrize("work", [rebuild, refresh])
def test_two_do_not_build_at_once(
    url: str,
    outbox: Outbox,
    elsewhere: Callable[[str], None],
    work: Callable[[Outbox, str], Refreshed],
) -> None:
    elsewhere("rebuilding")
    with pytest.raises(AlreadyRunning, match="searchable soon"):
        work(outbox, url)


def test_a_rebuild_does_not_go_live_in_the_midst_of_a_refresh(
    url: str,
    outbox: Outbox,
    elsewhere: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refresh(outbox, url)
    former = choose_engine(url).live()
    elsewhere("refreshing")
    monkeypatch.setattr("index.refresh.WAIT", 0)
    with pytest.raises(AlreadyRunning):
        rebuild(outbox, url)
    assert choose_engine(url).live() == former


def test_a_rebuild_that_is_under_way_is_left_alone(
    url: str, outbox: Outbox, publish: Publish, elsewhere: Callable[[str], None]
) -> None:
    publish(*entries(2))
    refresh(outbox, url)
    engine = choose_engine(url)
    building = engine.create()
    outbox.begin(building.generation)
    elsewhere("rebuilding")
    refresh(outbox, url)
    assert building.generation in outbox.generations()
    assert building.generation in engine.generations()
    building.close()


def test_a_full_disk_loses_nothing(
    url: str, database: Database, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(2))
    refresh(outbox, url)
    long = " ".join(f"word{i}" for i in range(20_000))
    publish(*(replace(entry, text=long) for entry in entries(2, start=2)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # as a full disk would
        with pytest.raises(SearchError, match="Nothing is lost"):
            refresh(outbox, url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refresh(outbox, url) == Refreshed(updated=2)
    assert equal(url, database, outbox)


# How it stands


def test_the_status_of_an_index_that_is_not_there(
    url: str, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(4))
    standing = status(outbox, url)
    assert (standing.ready, standing.indexed, standing.expected) == (False, 0, 4)
    assert "no search index" in standing.message


def test_the_status_while_the_first_index_is_built(
    url: str, outbox: Outbox, publish: Publish
) -> None:
    publish(*entries(8))
    seen: list[IndexStatus] = []
    rebuild(outbox, url, batch=2, progress=lambda *_: seen.append(status(outbox, url)))
    assert seen[0] == IndexStatus(
        ready=False, indexed=2, expected=8, message="Search is being rebuilt, 25 % done."
    )
    assert status(outbox, url) == IndexStatus(
        ready=True, indexed=8, expected=8, message="Search is up to date."
    )


def test_the_status_while_another_is_built(url: str, outbox: Outbox, publish: Publish) -> None:
    publish(*entries(8))
    refresh(outbox, url)
    seen: list[IndexStatus] = []
    rebuild(outbox, url, batch=4, progress=lambda *_: seen.append(status(outbox, url)))
    assert seen[0] == IndexStatus(
        ready=True, indexed=8, expected=8, message="Search is being rebuilt, 50 % done."
    )


def test_the_status_of_an_index_that_lags(url: str, outbox: Outbox, publish: Publish) -> None:
    publish(*entries(2))
    refresh(outbox, url)
    publish(*entries(3, start=2))
    standing = status(outbox, url)
    assert (standing.ready, standing.indexed, standing.expected) == (True, 2, 5)
    assert "3 changes" in standing.message


def test_the_status_of_an_index_that_differs(url: str, outbox: Outbox, publish: Publish) -> None:
    publish(*entries(2))
    refresh(outbox, url)
    writer = open_search(url, writable=True)
    writer.update([DAMP], ())
    writer.close()
    assert "planet rebuild" in status(outbox, url).message
