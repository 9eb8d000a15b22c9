"""What every engine promises of its files: who may use them, and what happens when they go."""

import json
import resource
import shutil
import threading
from pathlib import Path

import psutil
import pytest

from index.errors import AlreadyRunning, IndexDamaged, SearchError
from index.finding import Sort
from index.generations import Generations
from index.query import parse_query
from index.search import ENGINES, Search, choose_engine, open_search
from tests.index.conftest import BINS, DAMP, FORMS, Fill, build, found, many


def test_an_empty_index_answers_nothing(fill: Fill) -> None:
    search = fill()
    assert search.count() == 0
    for sort in Sort:
        assert found(search, "damp", sort) == []
    [fragments] = search.highlight(parse_query("damp"), ["damp"])
    assert "".join(piece.text for piece in fragments) == "damp"


def test_a_new_generation_is_not_seen_before_it_is_published(url: str, fill: Fill) -> None:
    reader = fill(DAMP)
    former = reader.generation
    engine = choose_engine(url)
    search = engine.create()
    search.update([BINS], ())
    assert found(reader, "damp") == ["damp"]
    engine.publish(search.generation)
    assert found(reader, "damp") == []
    assert found(reader, "bins") == ["bins"]
    assert reader.generation == engine.live() == search.generation != former
    search.close()


def test_what_is_open_stays_readable_when_its_generation_goes(url: str, fill: Fill) -> None:
    fill(DAMP, BINS)
    engine = choose_engine(url)
    pinned = engine.open(writable=True)
    former = pinned.generation
    build(url, [FORMS])
    engine.discard(former)
    assert engine.generations() == [engine.live()]
    assert found(pinned, "damp") == ["damp"]
    pinned.close()


def test_readers_go_on_while_generations_come_and_go(url: str, fill: Fill) -> None:
    reader = fill(DAMP)
    engine, finished, wrong = choose_engine(url), threading.Event(), []

    def read() -> None:
        while not finished.is_set():
            try:
                if found(reader, "damp") != ["damp"]:
                    wrong.append("not found")
            except SearchError as error:
                wrong.append(str(error))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    former = engine.live()
    for _ in range(10):
        current = build(url, [DAMP])
        engine.discard(former)
        former = current
    finished.set()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_reader_keeps_what_it_has_while_the_index_is_away(
    url: str, fill: Fill, tmp_path: Path
) -> None:
    reader = fill(DAMP)
    shutil.rmtree(tmp_path / "index")
    assert found(reader, "damp") == ["damp"]
    build(url, [BINS])
    assert found(reader, "bins") == ["bins"]


# Writing


def test_a_full_disk_is_no_damage(url: str, fill: Fill) -> None:
    fill(DAMP)
    writer = open_search(url, writable=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    long = many(" ".join(f"word{i}x{j}" for j in range(500)) for i in range(50))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # as a full disk would
        with pytest.raises(SearchError) as caught:
            writer.update(long, ())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not isinstance(caught.value, IndexDamaged)
    assert "Nothing is lost" in str(caught.value)
    writer.update([BINS], ())  # nothing of what failed comes along
    assert writer.count() == 2
    writer.update(long, ())
    assert writer.count() == 52
    writer.close()


def test_one_writer_at_a_time(url: str, fill: Fill) -> None:
    fill(DAMP)
    writer = open_search(url, writable=True)
    with pytest.raises(AlreadyRunning, match="Another process is writing"):
        open_search(url, writable=True)
    writer.close()
    open_search(url, writable=True).close()


def test_a_reader_does_not_write(fill: Fill) -> None:
    with pytest.raises(SearchError, match="for reading only"):
        fill(DAMP).update([BINS], ())


def test_a_reader_sees_what_a_writer_commits(url: str, fill: Fill) -> None:
    reader = fill(DAMP)
    writer = open_search(url, writable=True)
    for i, post in enumerate(many(["kerb"] * 5)):
        writer.update([post], ())
        assert len(found(reader, "kerb")) == i + 1
    writer.close()
    assert found(reader, "damp") == ["damp"]


def test_readers_go_on_while_a_writer_commits(url: str, fill: Fill) -> None:
    reader = fill(*many(["damp"] * 50))
    finished, wrong = threading.Event(), []

    def read() -> None:
        while not finished.is_set():
            results = reader.find(parse_query("damp"), limit=100)
            if results.total != 50 or len(results.hits) != 50:
                wrong.append(results)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    writer = open_search(url, writable=True)
    for _ in range(20):
        writer.update(many(["damp"] * 50), ())
    finished.set()
    for thread in threads:
        thread.join()
    writer.close()
    assert not wrong


# Damage


def test_a_missing_index_is_said_to_be_missing(url: str) -> None:
    for writable in (False, True):
        with pytest.raises(IndexDamaged, match="There is no search index"):
            open_search(url, writable=writable)


@pytest.mark.parametrize("size", [0, 0.5])
def test_a_truncated_index_is_damaged(url: str, fill: Fill, tmp_path: Path, size: float) -> None:
    fill(DAMP, BINS)
    writer = open_search(url, writable=True)
    writer.update(many(["damp"] * 50), ["damp"])
    writer.close()
    files = [path for path in (tmp_path / "index").rglob("*") if path.is_file()]
    for path in [path for path in files if path.stat().st_size]:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * size)])
        with pytest.raises(IndexDamaged, match=r"No posts are lost"):
            open_search(url)
        path.write_bytes(whole)
    assert open_search(url).count() == 51


COMMITS = {
    "tantivy": "*/meta.json",
    "whoosh": "*/_MAIN_*.toc",
}  # the file that tells of the latest


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("current", "names no index|not all there"),
        ("*/generation.json", "not all there|another version"),
        ("the latest commit", "files are damaged"),
    ],
)
@pytest.mark.parametrize("garbage", [b"\xff\xfe\x00", b"{}", b"[1]", b"../../etc", b"0" * 16])
def test_garbage_is_damage(
    url: str, fill: Fill, tmp_path: Path, name: str, how: str, garbage: bytes
) -> None:
    fill(DAMP)
    engine, _, _ = url.partition(":")
    [path] = (tmp_path / "index").glob(COMMITS[engine] if name == "the latest commit" else name)
    path.write_bytes(garbage)
    for writable in (False, True):
        with pytest.raises(IndexDamaged, match=f"({how}).*planet rebuild"):
            open_search(url, writable=writable)


@pytest.mark.parametrize("garbage", ["", "..", "nothing of the kind", "0" * 17])
def test_what_is_no_name_is_not_live(url: str, fill: Fill, tmp_path: Path, garbage: str) -> None:
    fill(DAMP)
    (tmp_path / "index" / "current").write_text(garbage)
    with pytest.raises(IndexDamaged, match="names no index"):
        choose_engine(url).live()


class Fleeting:
    """Makes whichever engine is there, and has each index replaced as soon as it is opened."""

    def __init__(self, home: Generations) -> None:
        self.home, self.make, self.replacements = home, home.make, [DAMP]
        self.fingerprint = home.make.fingerprint

    def create(self, folder: Path) -> None:
        self.make.create(folder)

    def open(self, folder: Path, generation: str, *, writable: bool) -> Search:
        while self.replacements:
            document = self.replacements.pop()
            search = self.home.create()
            search.update([document], ())
            search.close()
            self.home.publish(search.generation)
            self.home.discard(generation)
        return self.make.open(folder, generation, writable=writable)


def test_an_index_replaced_while_it_is_opened_is_opened_anew(url: str, fill: Fill) -> None:
    fill(BINS)
    home = choose_engine(url)
    if not isinstance(home, Generations):
        pytest.skip("this engine keeps no files")
    reader = Generations(home.folder, Fleeting(home)).open()
    assert found(reader, "damp") == ["damp"]


def test_an_index_of_another_make_is_not_used(url: str, fill: Fill, tmp_path: Path) -> None:
    fill(DAMP)
    [label] = (tmp_path / "index").glob("*/generation.json")
    label.write_text(json.dumps({**json.loads(label.read_text()), "fingerprint": "other"}))
    with pytest.raises(IndexDamaged, match="another version of this program"):
        open_search(url)


def test_a_folder_that_cannot_be_made_is_no_damage(url: str, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file stands in the way")
    engine = choose_engine(url)
    with pytest.raises(SearchError, match="cannot be written"):
        engine.create()
    with pytest.raises(SearchError), engine.refreshing():
        pass
    with pytest.raises(SearchError, match="cannot be read"):
        open_search(url)


@pytest.mark.parametrize(
    "address", ["tantivy", "tantivy://", "whoosh:var", "/var/index", "lucene://var", ""]
)
def test_an_address_that_names_no_engine_is_refused(address: str) -> None:
    with pytest.raises(SearchError, match="PLANET_SEARCH_URL cannot be used"):
        open_search(address)


@pytest.mark.parametrize("engine", list(ENGINES))
def test_an_address_may_be_relative(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    build(f"{engine}://var/index", [DAMP])
    assert open_search(f"{engine}://{tmp_path}/var/index").count() == 1


def test_nothing_is_left_open(url: str, fill: Fill, tmp_path: Path) -> None:
    def held() -> list[str]:
        files = (file.path for file in psutil.Process().open_files())
        return [path for path in files if path.startswith(str(tmp_path))]

    search = fill(DAMP)
    writer = open_search(url, writable=True)
    assert held()
    writer.update([BINS], ())
    with choose_engine(url).refreshing(), choose_engine(url).rebuilding():
        writer.close()
    search.close()
    assert held() == []
