"""The file is written so that nobody loses anything, whenever a process is killed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index import rewriting
from index.edits import Add, Alter, Which
from index.errors import OpmlError
from index.model import Feed
from index.opml import parse, unparse
from index.rewriting import rewrite
from tests.conftest import FEED

OTHER = Feed(url="https://bins.example/feed", title="Bins")
TOP = Path(__file__).parents[2]
# Two lists in turn, for ever: each is whole, and each change is a rename.
WRITER = """
import sys
from pathlib import Path
from index.edits import Alter, Which
from index.rewriting import rewrite
which = Which.of("https://parks.example/feed")
print("ready", flush=True)
n = 0
while True:
    n += 1
    rewrite(Path(sys.argv[1]), [Alter(which=which, title="Parks " + "x" * (n % 2 * 5000))])
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_bytes(unparse([FEED], title="Ours"))
    return path


def names(path: Path) -> set[str]:
    return {feed.title for feed in parse(path.read_bytes()).feeds}


def beside(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir() if one.suffix != ".lock"}


def test_a_change_is_written_once_and_leaves_nothing_beside(path: Path) -> None:
    assert rewrite(path, [Add(OTHER)])
    first = path.stat().st_mtime_ns
    assert not rewrite(path, [Add(OTHER)])
    assert path.stat().st_mtime_ns == first
    assert names(path) == {FEED.title, "Bins"}
    assert beside(path) == {"feeds.opml"}


def test_the_mode_stays_and_a_symlink_is_followed(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = elsewhere / "list.opml"
    link.symlink_to(path)
    assert rewrite(link, [Add(OTHER)])
    assert link.is_symlink()
    assert names(path) == {FEED.title, "Bins"}
    assert path.stat().st_mode & 0o777 == 0o640


def saving(
    monkeypatch: pytest.MonkeyPatch, save: Callable[[int], object], times: int, before: bool
) -> list[int]:
    """Let a person save the file just before, or in the very moment of, each of our renames."""
    real = rewriting._write
    saved: list[int] = []

    def write(handle: int, body: bytes, like: os.stat_result) -> None:
        real(handle, body, like)
        if len(saved) < times:
            saved.append(1)
            save(len(saved))

    renamed = Path.replace

    def rename(self: Path, target: Path) -> Path:
        if self.suffix == ".new" and len(saved) < times:
            saved.append(1)
            save(len(saved))
        return renamed(self, target)

    if before:
        monkeypatch.setattr(rewriting, "_write", write)
    else:
        monkeypatch.setattr(Path, "replace", rename)
    return saved


def hand_edit(number: int) -> bytes:
    by_hand = Feed(url=f"https://hand{number}.example/feed", title="By hand")
    return unparse([FEED, by_hand], title="Ours")


@pytest.mark.parametrize("before", [True, False], ids=["before the rename", "in that moment"])
def test_what_a_person_saves_meanwhile_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    saving(monkeypatch, lambda n: path.write_bytes(hand_edit(n)), 2, before)
    assert rewrite(path, [Add(OTHER)])
    assert names(path) == {FEED.title, "By hand", "Bins"}
    assert beside(path) == {"feeds.opml"}


def test_what_an_editor_renames_into_place_meanwhile_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(number: int) -> None:
        swap = path.with_name("swap")
        swap.write_bytes(hand_edit(number))
        os.rename(swap, path)  # noqa: PTH104  (Path.replace is watched)

    saving(monkeypatch, save, 1, before=True)
    assert rewrite(path, [Add(OTHER)])
    assert names(path) == {FEED.title, "By hand", "Bins"}


def test_who_goes_on_saving_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saving(monkeypatch, lambda n: path.write_bytes(hand_edit(n)), 99, before=True)
    with pytest.raises(OpmlError, match="somebody is editing the list"):
        rewrite(path, [Add(OTHER)])
    assert path.read_bytes() == hand_edit(5)
    assert beside(path) == {"feeds.opml"}


def test_a_list_that_an_editor_is_writing_is_waited_for(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    threading.Timer(rewriting.PAUSE / 2, path.write_bytes, [whole]).start()
    assert rewrite(path, [Add(OTHER)])
    assert names(path) == {FEED.title, "Bins"}


def test_a_broken_list_is_left_alone_and_the_place_is_told(path: Path) -> None:
    broken = path.read_bytes().replace(b"</outline>", b"")
    path.write_bytes(broken)
    with pytest.raises(OpmlError, match=r"feeds\.opml: Line \d+, column \d+"):
        rewrite(path, [Add(OTHER)])
    assert path.read_bytes() == broken
    path.unlink()
    with pytest.raises(OpmlError, match="cannot be written: No such file"):
        rewrite(path, [Add(OTHER)])


def test_two_of_us_at_once_both_succeed(path: Path) -> None:
    def add(number: int) -> None:
        for n in range(10):
            url = f"https://x{number}-{n}.example/feed"
            rewrite(path, [Add(replace(OTHER, url=url, title=url))])

    threads = [threading.Thread(target=add, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(parse(path.read_bytes()).feeds) == 31


def test_a_killed_process_leaves_the_old_list_or_the_new_one(path: Path) -> None:
    luck = random.Random(6)
    command = [sys.executable, "-c", WRITER, str(path)]
    for _ in range(12):
        with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(luck.random() * 0.1)
            process.send_signal(signal.SIGKILL)
        assert names(path) <= {FEED.title, "Parks", "Parks " + "x" * 5000}
        assert path.read_bytes().endswith(b"</opml>\n")
    rewrite(path, [Alter(which=Which.of(FEED.url), title="Last")])
    assert names(path) == {"Last"}
    assert beside(path) == {"feeds.opml"}
