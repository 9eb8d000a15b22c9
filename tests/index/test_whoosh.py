"""What is Whoosh's own: its segments and postings; and that it finds and scores as Tantivy."""

from array import array
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.filedb.structfile import StructFile

from index.finding import By, Document, Query, Sort
from index.query import parse_query
from index.search import Search, choose_engine, open_search
from index.whoosh_files import SMALLEST, TIER, committed
from index.whoosh_postings import Gathered, Postings, TermWriter
from index.whoosh_segment import _near, _together
from index.whoosh_terms import stem, words
from tests.index.conftest import BINS, DAMP, DAY, FORMS, build, found, many

URL = "whoosh://{folder}/index"


@pytest.fixture
def address(tmp_path: Path) -> str:
    return URL.format(folder=tmp_path)


def segments(address: str) -> dict[str, int]:
    """Return the segments of the live index, and how many posts each has."""
    engine = choose_engine(address)
    folder = Path(address.partition("://")[2]) / engine.live()
    _, stored = committed(folder)
    return {one.segment_id(): one.doc_count_all() for one in stored}


# Words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Council’s co-op", [(0, "council"), (1, "s"), (2, "co"), (3, "op")]),
        ("Llŷn ÉTÉ snake_case", [(0, "llyn"), (1, "ete"), (2, "snake"), (3, "case")]),
        (f"a {'x' * 40} b", [(0, "a"), (1, "x" * 40), (2, "b")]),
        (f"a {'x' * 41} b", [(0, "a"), (2, "b")]),
        (f"a {'й' * 21} b", [(0, "a"), (2, "b")]),
        ("\ud800 🎉", []),
    ],
)
def test_words(text: str, read: list[tuple[int, str]]) -> None:
    assert words(text) == read


def test_a_stem_is_of_every_form() -> None:
    assert {stem(word) for word in ("repair", "repairs", "repaired", "repairing")} == {"repair"}


# Postings


def written(*pieces: Gathered) -> Postings:
    file = BytesIO(b"")
    writer = TermWriter(StructFile(file))
    file.write(b"what stands before")
    writer.start_postings(None, None)  # type: ignore[arg-type]
    for piece in pieces:
        writer.add_piece(piece)
    offset, _ = writer.finish_postings().extent()
    return Postings(StructFile(BytesIO(file.getvalue() + b"what follows")), offset)


NUMBERS = st.integers(0, 300) | st.integers(0, 70_000) | st.integers(0, 2**32 - 1)


@given(st.dictionaries(NUMBERS, st.lists(NUMBERS, min_size=1, max_size=300), min_size=1))
def test_postings_are_read_as_they_were_written(held: dict[int, list[int]]) -> None:
    pieces = []
    for post, places in sorted(held.items()):
        piece = Gathered()
        piece.posts.append(post)
        piece.times.append(len(places))
        piece.places.extend(places)
        pieces.append(piece)
    read = written(*pieces)
    assert list(read.posts) == sorted(held)
    assert {post: list(read.at(post)) for post in read.posts} == held


def test_postings_without_places() -> None:
    piece = Gathered()
    piece.posts, piece.times = array("I", [3, 400, 70_000]), array("I", [1, 300, 2])
    read = written(piece)
    assert (list(read.posts), list(read.times)) == ([3, 400, 70_000], [1, 300, 2])
    assert not read.places


# Runs


@pytest.mark.parametrize(
    ("begins", "slop", "times"),
    [
        pytest.param([[3], [3]], 2, 1, id="next to each other"),
        pytest.param([[3], [5]], 2, 1, id="as far apart as may be"),
        pytest.param([[3], [6]], 2, 0, id="further"),
        pytest.param([[3], [2]], 2, 0, id="in another order"),
        pytest.param([[1, 3], [4]], 3, 2, id="twice before"),
        pytest.param([[1], [2], [3]], 2, 1, id="three, each further on"),
        pytest.param([[1], [3], [2]], 2, 0, id="... in another order"),
    ],
)
def test_a_run_with_words_between(begins: list[list[int]], slop: int, times: int) -> None:
    assert _near(begins, slop) == times


def test_a_run_without() -> None:
    assert _together([[1, 5, 9], [5, 9], [2, 9]]) == 1


def test_a_word_too_long_to_be_indexed_leaves_its_place_in_a_phrase(address: str) -> None:
    build(address, many([f"damp {'x' * 50} mould", "damp mould", "damp and also mould"]))
    search = open_search(address)
    assert search.find(Query(phrases=(f"damp {'y' * 50} mould",)), limit=5).total == 1
    assert found(search, '"damp mould"') == ["0001"]


# Segments


def test_small_commits_leave_what_is_large_alone(address: str) -> None:
    build(address, many(["damp"] * 10 * SMALLEST))
    [large] = segments(address)
    writer = open_search(address, writable=True)
    reader = open_search(address)
    for i in range(3 * TIER):
        writer.update([replace(DAMP, id=f"small {i}", text="kerb")], ())
        assert len(found(reader, "kerb")) == i + 1
        assert len(segments(address)) <= TIER + 1
        assert large in segments(address)
    writer.close()


def test_segments_are_merged_as_the_index_grows(address: str) -> None:
    build(address, ())
    writer = open_search(address, writable=True)
    posts = many(f"damp word{i} stays" for i in range(TIER * TIER))
    for post in posts:
        writer.update([post], ())
    writer.close()
    assert len(segments(address)) <= TIER
    search = open_search(address)
    assert search.find(parse_query("damp"), limit=1).total == len(posts)
    for i, post in enumerate(posts):
        assert found(search, f'"damp word{i} stays"') == [post.id]


def test_what_has_gone_leaves_the_files(address: str) -> None:
    build(address, many(["damp mould"] * 100))
    writer = open_search(address, writable=True)
    for turn in range(5):
        writer.update(many([f"damp turn{turn}"] * 100), ())
    writer.update((), [f"{i:04}" for i in range(0, 100, 2)])
    assert found(writer, "mould") == []
    assert len(found(writer, "damp")) == writer.count() == 50
    assert sum(segments(address).values()) <= 100
    writer.update((), [f"{i:04}" for i in range(100)])
    assert (segments(address), writer.count()) == ({}, 0)
    writer.close()


def test_a_commit_that_changes_nothing_is_none(address: str) -> None:
    build(address, [DAMP])
    writer = open_search(address, writable=True)
    edition = writer.edition
    writer.update((), ["unknown"])
    assert writer.edition == edition
    writer.close()


def test_what_an_interrupted_writer_left_is_removed(address: str, tmp_path: Path) -> None:
    build(address, [DAMP])
    folder = tmp_path / "index" / choose_engine(address).live()
    left = [folder / "MAIN_0123456789abcdef.trm", folder / "_MAIN_9.toc.1.5"]
    for path in left:
        path.write_bytes(b"half")
    writer = open_search(address, writable=True)
    writer.update([BINS], ())
    writer.close()
    assert [path for path in left if path.exists()] == []
    assert found(open_search(address), "bins") == ["bins"]


# Beside Tantivy


@pytest.fixture
def both(tmp_path: Path) -> tuple[Search, Search]:
    """Tantivy and Whoosh, with the same posts in several commits."""
    texts = ["damp", "damp damp mould", "mould sensors", "the sensors of damp homes", "repairs"]
    posts = [replace(post, sort_at=DAY) for post in many(text * 3 for text in texts * 4)]
    facts = [
        replace(DAMP, id="topics", topics=("housing", "waste"), sort_at=DAY - timedelta(days=900)),
        replace(DAMP, id="blog", slug="bins", kind="person", tags=("housing", "Internet")),
    ]
    searches = []
    for name in ("tantivy", "whoosh"):
        url = f"{name}://{tmp_path}/{name}"
        build(url, [*posts, DAMP])
        writer = open_search(url, writable=True)
        writer.update([BINS, FORMS, posts[3]], [posts[7].id])
        writer.update(facts, ())
        writer.close()
        searches.append(open_search(url))
    return searches[0], searches[1]


QUERIES = [
    *("damp", "damp mould", '"damp damp"', "sensors damp homes", "repair*", "the", "mold"),
    *("damp OR mould", "council -damp", "kind:person", "damp topic:waste", "tag:housing"),
    *("after:2025-01-01 damp", "before:2025-01-01 damp", "title:sensors", "author:harding"),
    *("ffurflenni", "Barchester Digital", "sensers", "has:author", "year:2026 homes", "lang:cy"),
]


@pytest.mark.parametrize("text", QUERIES)
def test_both_find_the_same(both: tuple[Search, Search], text: str) -> None:
    query = parse_query(text)
    tantivy, whoosh = both
    for sort in Sort:
        first, second = (one.find(query, sort=sort, limit=50) for one in both)
        assert {hit.id for hit in first.hits} == {hit.id for hit in second.hits}
        assert first.total == second.total
    newest = [one.find(query, sort=Sort.NEWEST, limit=50).hits for one in both]
    assert newest[0] == newest[1]
    assert tantivy.facets(query) == whoosh.facets(query)
    assert tantivy.read(query) == whoosh.read(query)


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        *((text, 0.05) for text in ("damp", "mould", '"damp damp"', "sensors")),
        ("damp mould", 0.2),  # how often two words stand near each other is counted otherwise
    ],
)
def test_both_score_alike(both: tuple[Search, Search], text: str, apart: float) -> None:
    query = parse_query(text)
    first, second = (
        {hit.id: hit.score for hit in one.find(query, limit=50).hits if hit.id.isdigit()}
        for one in both
    )
    share = max(first.values()) / max(second.values())
    assert first == pytest.approx(
        {post: score * share for post, score in second.items()}, rel=apart
    )


def test_both_find_posts_and_titles_that_are_alike(both: tuple[Search, Search]) -> None:
    for search in both:
        assert {hit.id for hit in search.titles("damp sen", limit=9).hits} == {
            "damp", "topics", "blog"
        }  # fmt: skip
        alike = search.similar(DAMP, limit=2).hits
        assert {hit.id for hit in alike} == {"topics", "blog"}


def test_facets_are_counted_over_all_segments(both: tuple[Search, Search]) -> None:
    _, whoosh = both
    facets = whoosh.facets(parse_query("sensors housing"))
    assert [(one.value, one.posts) for one in facets[By.TOPIC]] == [("housing", 1), ("waste", 1)]
    assert {one.value: one.posts for one in facets[By.BLOG]}["bins"] == 1


def test_a_document_may_be_named_twice_in_an_update(address: str) -> None:
    build(address, ())
    writer = open_search(address, writable=True)
    former = Document(id="one", title="", text="damp", feed="", slug="")
    writer.update([former, replace(former, text="dry")], ())
    assert (found(writer, "damp"), found(writer, "dry"), writer.count()) == ([], ["one"], 1)
    writer.close()
