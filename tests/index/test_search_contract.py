"""What every search engine promises of what it finds, run on each of them."""

import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.finding import Document, Fragment, Query, Sort
from index.model import (
    EPOCH,
)
from index.query import parse_query
from index.search import Search, open_search
from index.weights import ENOUGH
from tests.index.conftest import BINS, DAMP, ENGINES, FORMS, Fill, build, found, many

HOSTILE = [
    '"' * 500,
    "AND OR NOT ( ) [1 TO 2} *:* title:damp^9 damp~ d?mp*",
    "a" * 5_000,
    "damp\x00mould\ud800",
    "🎉" * 300,
    " ".join(f"damp{i}" for i in range(500)),
    "-damp -mould",
    "\u202edamp\u202c \u0302\u0302",
    "../../etc/passwd %00 <script>alert(1)</script>",
]

# Matching


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("damp", ["damp"], id="a word of the text"),
        pytest.param("reminder", ["bins"], id="... of another"),
        pytest.param("Days", ["bins"], id="... of the title"),
        pytest.param("Plumstead", ["bins"], id="... of the blog's title"),
        pytest.param("harding", ["damp"], id="... of an author's name"),
        pytest.param("internet", ["damp"], id="... of a tag"),
        pytest.param("DAMP", ["damp"], id="capitals"),
        pytest.param("sensor", ["damp"], id="a plural found by its singular"),
        pytest.param("repairing", ["damp"], id="a verb found by another form"),
        pytest.param("damp and mould", ["damp"], id="a stop word is ignored"),
        pytest.param("the reminder", ["bins"], id="so it does not find by itself"),
        pytest.param("before", ["bins"], id="a word that is no stop word"),
        pytest.param("nowhere", [], id="a word that occurs nowhere"),
        pytest.param("damp nowhere", ["damp"], id="... does not count"),
        pytest.param("nowhere elsewhere", [], id="... and if all do, nothing answers"),
        pytest.param("ffurflenni", ["forms"], id="Welsh"),
        pytest.param("llŷn", ["forms"], id="an accent"),
        pytest.param(unicodedata.normalize("NFD", "Llŷn"), ["forms"], id="... by itself"),
        pytest.param("Llyn", ["forms"], id="... left out"),
        pytest.param("mae'r", ["forms"], id="an apostrophe"),
        pytest.param("ar-lein", ["forms"], id="a hyphen"),
    ],
)
def test_words_find_posts(fill: Fill, text: str, ids: list[str]) -> None:
    assert found(fill(DAMP, BINS, FORMS), text) == ids


@pytest.mark.parametrize("text", ["council’s", "council's", "councils", "COUNCIL"])
def test_either_apostrophe_finds_the_other(fill: Fill, text: str) -> None:
    assert set(found(fill(DAMP, BINS, FORMS), text)) == {"damp", "bins", "forms"}


def test_stop_words_are_looked_for_if_there_is_nothing_else(fill: Fill) -> None:
    assert found(fill(DAMP, BINS, FORMS), "before the") == ["bins"]
    assert found(fill(*many(["who are you", "damp"])), "the who") == ["0000"]


@pytest.mark.rule(49)
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("*amp", [], id="at the start"),
        pytest.param("d?mp", [], id="in the middle"),
        pytest.param("/.*amp/", [], id="a pattern"),
        pytest.param("dump~1", [], id="nearly"),
        pytest.param("*", [], id="everything"),
        pytest.param("*damp*", ["damp"], id="the word between them is looked for"),
    ],
)
def test_there_are_no_other_wildcards(fill: Fill, text: str, ids: list[str]) -> None:
    assert found(fill(DAMP, BINS, FORMS), text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param('"damp and mould"', ["damp"], id="with a stop word"),
        pytest.param('"mould and damp"', [], id="in another order"),
        pytest.param('"sensors into homes"', ["damp"], id="in the text"),
        pytest.param('"sensor into home"', [], id="in another form: not exact"),
        pytest.param('"sensors"', ["damp"], id="one word"),
        pytest.param('"sensor"', [], id="one word in another form"),
        pytest.param('"council homes"', ["damp"], id="in the title"),
        pytest.param('"homes we put"', [], id="across title and text"),
        pytest.param('"the council’s missed bins"', ["bins"], id="with an apostrophe"),
        pytest.param('"damp and mould" bins', [], id="demanded, and words besides"),
        pytest.param('"damp and mould" nowhere', ["damp"], id="... that occur nowhere"),
        pytest.param('"mould" "repairs"', ["damp"], id="two"),
        pytest.param('"mould" "reminder"', [], id="both demanded"),
    ],
)
def test_a_phrase_is_exact(fill: Fill, text: str, ids: list[str]) -> None:
    assert found(fill(DAMP, BINS, FORMS), text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("council -damp", {"bins", "forms"}, id="a word"),
        pytest.param("council -sensor", {"bins", "forms"}, id="in any form"),
        pytest.param('council -"damp and mould"', {"bins", "forms"}, id="a phrase"),
        pytest.param('council -"sensor into home"', {"damp", "bins", "forms"}, id="an exact one"),
        pytest.param("council -nowhere", {"damp", "bins", "forms"}, id="what occurs nowhere"),
        pytest.param("council -council", set(), id="what is wished for"),
        pytest.param("-council", set(), id="and nothing else"),
        pytest.param('"bin days" -damp', {"bins"}, id="beside a phrase"),
    ],
)
def test_what_is_excluded_is_not_found(fill: Fill, text: str, ids: set[str]) -> None:
    assert set(found(fill(DAMP, BINS, FORMS), text)) == ids


def test_posts_with_enough_of_the_words_answer(fill: Fill) -> None:
    rare = ["damp mould sensor", "damp mould council", "damp", "mould", "sensor"]
    search = fill(*many(rare + ["council"] * 40))
    # The three rare words weigh alike, and "council", which nearly all hold, hardly anything.
    assert 2 / 3 < ENOUGH[0] < 1
    assert found(search, "damp mould sensor council") == ["0000"]
    assert found(search, "damp council") == ["0001", "0002", "0000"]
    assert len(found(search, "council")) == 41


def test_of_four_words_that_weigh_alike_any_three_are_enough(fill: Fill) -> None:
    words = ["damp", "mould", "sensor", "tenant"]
    pairs = [" ".join(pair) for pair in combinations(words, 2)]
    triples = [" ".join(triple) for triple in combinations(words, 3)]
    search = fill(*many([*triples, *pairs, "kerb"]))
    assert set(found(search, " ".join(words))) == {"0000", "0001", "0002", "0003"}
    assert len(found(search, "damp")) == 6


def test_posts_with_all_the_words_come_first(fill: Fill) -> None:
    texts = ["damp damp damp mould homes", "damp mould repairs homes", "damp repairs homes"]
    search = fill(*many(texts + ["homes"] * 20))
    assert found(search, "damp mould repairs homes")[0] == "0001"


def test_a_word_in_the_title_counts_more(fill: Fill) -> None:
    titled, other = many(["in homes", "damp in"])  # equals would come the other way round
    search = fill(replace(titled, title="Damp"), replace(other, title="Homes"))
    assert found(search, "damp") == [titled.id, other.id]


def test_a_phrase_in_the_title_counts_more(fill: Fill) -> None:
    titled, other = many(["in homes", "damp sensors in"])
    search = fill(replace(titled, title="Damp sensors"), replace(other, title="Homes"))
    assert found(search, '"damp sensors"') == [titled.id, other.id]


def test_words_near_each_other_count_more(fill: Fill) -> None:
    far = "sensors were bought by one team and much later the other wrote of damp"
    search = fill(*many([far, "it was the damp sensors that were bought by one team and later"]))
    assert found(search, "damp sensors") == ["0001", "0000"]


# Order and paging


def test_newest_first_is_strictly_by_time(fill: Fill) -> None:
    hours = [3, -30 * 365 * 24, 7, 1, 5]  # one of them before 1970
    posts = [
        replace(post, sort_at=datetime(1990, 1, 1, tzinfo=UTC) + timedelta(hours=hour))
        for post, hour in zip(many(["damp " * (i + 1) for i in range(5)]), hours, strict=True)
    ]
    search = fill(*posts)
    assert found(search, "damp", Sort.NEWEST) == ["0002", "0004", "0000", "0003", "0001"]
    assert sorted(found(search, "damp")) == sorted(post.id for post in posts)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("size", [1, 7, 10, 60])
def test_pages_neither_overlap_nor_leave_gaps(url: str, sort: Sort, size: int) -> None:
    # Equals in plenty, and spread over several commits.
    posts = many(["damp", "damp", "damp damp", "damp mould"] * 15)
    build(url, posts[40:])
    writer = open_search(url, writable=True)
    writer.update(posts[:20], ())
    writer.update(posts[20:40], ())
    query = parse_query("damp")
    paged = [
        hit
        for offset in range(0, 70, size)
        for hit in writer.find(query, sort=sort, limit=size, offset=offset).hits
    ]
    assert tuple(paged) == writer.find(query, sort=sort, limit=100).hits
    assert sorted(hit.id for hit in paged) == [post.id for post in posts]
    keys = [(hit.score, hit.id) for hit in paged]
    assert keys == sorted(keys, reverse=True)
    writer.close()


def test_a_page_knows_how_many_there_are(fill: Fill) -> None:
    search = fill(*many(["damp"] * 12))
    query = parse_query("damp")
    for limit, offset, shown in [(5, 0, 5), (5, 10, 2), (5, 12, 0), (0, 0, 0), (5, 10**12, 0)]:
        results = search.find(query, limit=limit, offset=offset)
        assert (results.total, len(results.hits)) == (12, shown)


# Highlights


def shown(fragments: tuple[Fragment, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in fragments)


@pytest.mark.parametrize(
    ("query", "text", "fragment"),
    [
        ("sensor", "Forty sensors, in homes.", "Forty [sensors], in homes."),
        ("damp mould", "Mouldy, damp", "Mouldy, [damp]"),
        ('"in homes"', "in the homes, in homes", "in the homes, [in homes]"),
        ('"in homes"', "Homes", "Homes"),
        ("the damp", "The damp.", "The [damp]."),
        ("council's", "the Council’s", "the [Council]’s"),
        ("llyn", "Pen Llŷn", "Pen [Llŷn]"),
        ("llyn", unicodedata.normalize("NFD", "Pen Llŷn"), "Pen [Llŷn]"),
        ("damp", "<b>damp</b> & more", "<b>[damp]</b> & more"),
        ("damp", "🎉 damp 🎉", "🎉 [damp] 🎉"),
        ("damp -sensor", "damp sensor", "[damp] sensor"),
        ("nowhere", "Nothing of it.", "Nothing of it."),
        ("damp", "", ""),
    ],
)
def test_what_was_looked_for_is_marked(fill: Fill, query: str, text: str, fragment: str) -> None:
    search = fill(DAMP, BINS, FORMS, *many(["mould"]))
    [fragments] = search.highlight(parse_query(query), [text])
    assert shown(fragments) == fragment


def test_the_run_with_most_of_the_words_is_shown(fill: Fill) -> None:
    search = fill(DAMP)
    text = f"Damp. {'filler ' * 200}At last damp and mould together. {'filler ' * 200}"
    [fragments] = search.highlight(parse_query("damp mould"), [text], width=80)
    run = "".join(piece.text for piece in fragments)
    assert "At last [damp] and [mould] together." in shown(fragments)
    assert run in text
    assert len(run) <= 80
    assert run.strip().split()[0] in {"filler", "At"}


def test_without_a_match_the_text_is_shown_from_its_start(fill: Fill) -> None:
    text = "One two three. " * 50
    [fragments] = fill(DAMP).highlight(parse_query("damp"), [text], width=40)
    assert text.startswith(shown(fragments))
    assert 20 < len(shown(fragments)) <= 40


def test_each_text_has_its_own_fragments(fill: Fill) -> None:
    first, second = fill(DAMP).highlight(parse_query("damp"), ["damp", "dry"])
    assert (shown(first), shown(second)) == ("[damp]", "dry")


# Updating


def test_an_update_puts_replaces_and_takes_away(url: str, fill: Fill) -> None:
    fill(DAMP, BINS)
    writer = open_search(url, writable=True)
    writer.update([replace(DAMP, title="Dry", text="Dry now."), FORMS], ["bins", "unknown"])
    assert found(writer, "damp") == []
    assert found(writer, "dry") == ["damp"]
    assert found(writer, "bins") == []
    assert found(writer, "ffurflenni") == ["forms"]
    assert writer.count() == 2
    writer.close()


def test_the_same_update_twice_is_as_good_as_once(url: str, fill: Fill) -> None:
    fill()
    writer = open_search(url, writable=True)
    for _ in range(2):
        writer.update([DAMP, BINS], ["forms"])
    assert writer.count() == 2
    assert found(writer, "damp") == ["damp"]
    writer.close()


def test_a_word_that_went_with_its_post_does_not_count_any_more(url: str, fill: Fill) -> None:
    fill(*many(["damp mould", "damp", "dry"]))
    writer = open_search(url, writable=True)
    writer.update((), ["0000"])
    assert found(writer, "damp mould") == ["0001"]
    assert found(writer, "mould") == []
    writer.close()


@pytest.mark.rule(49)
def test_an_edition_lasts_until_something_else_may_be_found(url: str, fill: Fill) -> None:
    reader = fill(DAMP)
    editions = [reader.edition]
    assert (found(reader, "damp"), reader.edition) == (["damp"], editions[0])
    writer = open_search(url, writable=True)
    writer.update([BINS], ())
    editions.append(reader.edition)
    writer.update((), ["bins"])
    editions.append(reader.edition)
    assert editions[-1] == writer.edition == open_search(url).edition
    writer.close()
    build(url, [DAMP])
    editions.append(reader.edition)
    assert len(set(editions)) == 4


def test_an_update_that_fails_changes_nothing(url: str, fill: Fill) -> None:
    def broken() -> Iterable[Document]:
        yield FORMS
        raise LookupError

    fill(DAMP, BINS)
    writer = open_search(url, writable=True)
    with pytest.raises(LookupError):
        writer.update(broken(), ["bins"])
    writer.update([replace(DAMP, text="Dry.")], ())
    assert found(writer, "reminder") == ["bins"]
    assert found(writer, "ffurflenni") == []
    writer.close()


# Whatever is asked, whatever is indexed


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_query_is_too_much(fill: Fill, text: str) -> None:
    search = fill(DAMP, BINS, FORMS)
    raw = Query(words=(text,), phrases=(text,), without=(text,))
    for query in (parse_query(text), raw, replace(raw, phrases=(), without=())):
        for sort in Sort:
            search.find(query, sort=sort, limit=10)
        search.highlight(query, [DAMP.text, text])


@pytest.fixture(params=ENGINES, scope="module")
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Search:
    url = str(request.param).format(folder=tmp_path_factory.mktemp("small"))
    build(url, [DAMP, BINS, FORMS, *many(["damp", "mould", "damp mould"])])
    return open_search(url)


WORDS = st.sampled_from(
    ["damp", "mould", "sensors", "council’s", "the", "Llŷn", "nowhere", "co-op", '"', "-", "🎉"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.lists(WORDS, max_size=10).map(" ".join), st.text())
def test_any_query_is_answered_alike_in_both_orders(small: Search, text: str, post: str) -> None:
    query = parse_query(text)
    best = small.find(query, limit=50)
    newest = small.find(query, sort=Sort.NEWEST, limit=50)
    assert {hit.id for hit in best.hits} >= {hit.id for hit in newest.hits}
    assert best.counted == newest.counted == newest.total == len(newest.hits)
    assert best.total == len(best.hits)
    [fragments] = small.highlight(query, [post], width=40)
    run = "".join(piece.text for piece in fragments)
    plain = unicodedata.normalize("NFC", post)
    assert run in plain
    assert bool(run) == bool(plain)


@settings(max_examples=30)
@given(document=st.builds(Document, id=st.just("odd"), sort_at=st.just(EPOCH)))
def test_any_document_can_be_indexed(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    for engine in ENGINES:
        url = str(engine.values[0]).format(folder=folder)
        build(url, [replace(document, text=f"{document.text} damp \ud800")])
        assert found(open_search(url), "damp") == ["odd"]
    shutil.rmtree(folder)
