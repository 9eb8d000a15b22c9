"""Whatever is typed into the search box is understood somehow."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.finding import By, Filter, Query
from index.query import LONGEST, MOST, RUNS, bounded, narrowed, parse_query, telling
from index.understood import describe


@pytest.mark.parametrize(
    ("text", "query"),
    [
        pytest.param("damp mould", Query(words=("damp", "mould")), id="words"),
        pytest.param('"damp and mould"', Query(phrases=("damp and mould",)), id="a phrase"),
        pytest.param("“damp  and\nmould”", Query(phrases=("damp and mould",)), id="curly quotes"),
        pytest.param("damp -pilot", Query(words=("damp",), without=("pilot",)), id="without"),
        pytest.param(
            'damp -"right to buy"',
            Query(words=("damp",), without=("right to buy",)),
            id="without a phrase",
        ),
        pytest.param("co-production", Query(words=("co-production",)), id="a hyphen is no minus"),
        pytest.param("damp - mould", Query(words=("damp", "mould")), id="nor is a dash"),
        pytest.param("--damp", Query(without=("damp",)), id="two minuses are one"),
        pytest.param('damp "mould', Query(words=("damp", "mould")), id="a quote left open"),
        pytest.param(
            'damp -"mould', Query(words=("damp",), without=("mould",)), id="... after a minus"
        ),
        pytest.param('"" damp ""', Query(words=("damp",)), id="empty quotes"),
        pytest.param("+damp (mould)!", Query(words=("damp", "mould")), id="stray operators"),
        pytest.param("damp Damp DAMP", Query(words=("damp",)), id="once is enough"),
        pytest.param("council’s", Query(words=("council’s",)), id="an apostrophe"),
        pytest.param("Lly\u0302n", Query(words=("Llŷn",)), id="an accent apart from its letter"),
        pytest.param("damp\x00mould", Query(words=("damp", "mould")), id="NUL"),
        pytest.param("co\xadoperation", Query(words=("cooperation",)), id="a soft hyphen"),
        pytest.param("damp 🎉 \ud83c", Query(words=("damp",)), id="emoji, and half of one"),
        pytest.param("  ?! - \" '", Query(), id="nothing"),
    ],
)
def test_a_query_is_words_phrases_and_what_to_leave_out(text: str, query: Query) -> None:
    assert parse_query(text) == query


@pytest.mark.rule(49)
def test_a_query_has_an_end() -> None:
    words = parse_query(" ".join(f"w{i}" for i in range(MOST + 5))).words
    assert words == tuple(f"w{i}" for i in range(MOST))
    assert parse_query('"' + "damp " * (MOST + 5) + '"').phrases == (" ".join(["damp"] * MOST),)
    assert len(parse_query("damp " + "m" * 2_000).words) == 1  # no half word
    assert len(parse_query("m" * 2_000).words[0]) == LONGEST
    assert not parse_query("\0" * 2_000)


@given(st.text() | st.text('"- “”’\x00aeŷ\u0302🎉 \ud800\n', max_size=LONGEST * 2))
def test_any_text_at_all_is_a_query(text: str) -> None:
    query = parse_query(text)
    terms = [*query.words, *query.phrases, *query.without]
    assert all(any(c.isalnum() for c in term) for term in terms)
    assert sum(len(term.split()) for term in terms) <= MOST
    assert describe(query).endswith((".", "!"))


@given(st.text('"- aeŷ’', max_size=60))
def test_what_was_understood_reads_back_to_itself(text: str) -> None:
    query = parse_query(text)
    phrases = [f'"{phrase}"' for phrase in query.phrases]
    without = [f'-"{term}"' if " " in term else f"-{term}" for term in query.without]
    assert parse_query(" ".join([*query.words, *phrases, *without])) == query


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("damp", "Posts about damp."),
        ("how to stop damp and mould", "Posts about stop, damp and mould."),
        ('damp "in the home"', "Posts about damp, with the exact words “in the home”."),
        ("damp -pilot -trial", "Posts about damp, without pilot or trial."),
        ("-pilot", "Say what to look for as well: this only leaves out pilot."),
        ("", "There is nothing to look for yet: type a word or two."),
        ("the who", "Posts about the and who."),
    ],
)
def test_a_reader_is_told_what_was_understood(text: str, sentence: str) -> None:
    assert describe(parse_query(text)) == sentence


@pytest.mark.rule(49)
@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param(" ".join(f"w{i}" for i in range(MOST)), False, id="as many words as may be"),
        pytest.param(" ".join(f"w{i}" for i in range(MOST + 1)), True, id="a word more"),
        pytest.param("damp " * 90, False, id="one word said again"),
        pytest.param('"' + "damp mould " * MOST + '"', True, id="a long phrase"),
        pytest.param("damp " + "m" * (LONGEST - 5), False, id="as many characters as may be"),
        pytest.param("damp " + "m" * (LONGEST - 4), True, id="a character more"),
        pytest.param("damp" + " " * LONGEST, False, id="blanks at the end"),
    ],
)
def test_a_reader_is_told_that_the_rest_was_not_read(text: str, cut: bool) -> None:
    sentence = describe(parse_query(text))
    assert sentence.endswith("Only 32 words, or 500 characters, are looked for.") is cut


@given(st.text('"- aeŷ\u0302’\0', max_size=LONGEST * 2))
def test_what_cannot_matter_need_not_be_passed_on(text: str) -> None:
    whole, passed = parse_query(text), parse_query(bounded(text))
    assert (passed, passed.cut) == (whole, whole.cut)
    assert len(bounded(text)) <= LONGEST + 1


def test_stop_words_count_if_there_is_nothing_else() -> None:
    assert telling(["The", "damp"]) == ["damp"]
    assert telling(["The", "who"]) == ["The", "who"]


@pytest.mark.rule(49)
def test_more_phrases_than_are_looked_for_are_read_as_words() -> None:
    query = parse_query(" ".join(f'"of thing{i}"' for i in range(RUNS + 2)))
    assert len(query.phrases) == RUNS
    assert query.words == ("of", f"thing{RUNS}", f"thing{RUNS + 1}")
    assert query.cut


@pytest.mark.parametrize(
    ("text", "query"),
    [
        pytest.param(
            "tablets OR ipads homes",
            Query(words=("homes",), either=(("tablets", "ipads"),)),
            id="either",
        ),
        pytest.param(
            'damp OR mould OR "wet rot"', Query(either=(("damp", "mould", "wet rot"),)), id="three"
        ),
        pytest.param("OR damp OR", Query(words=("damp",)), id="an OR with nothing beside it"),
        pytest.param("damp OR -mould", Query(words=("damp",), without=("mould",)), id="or not"),
        pytest.param("digi*", Query(words=("digi*",)), id="a beginning"),
        pytest.param("di*", Query(words=("di",)), id="too short a beginning is a word"),
        pytest.param("(digi*)", Query(words=("digi*",)), id="... in brackets"),
        pytest.param("*gital", Query(words=("gital",)), id="no ending"),
        pytest.param("topic:SEND", Query(filters=(Filter(By.TOPIC, "send"),)), id="a topic"),
        pytest.param(
            'council:"Tower Hamlets" -kind:supplier',
            Query(
                filters=(Filter(By.COUNCIL, "tower-hamlets"), Filter(By.KIND, "supplier", True))
            ),
            id="filters",
        ),
        pytest.param(
            "after:2020-02 before:2021",
            Query(after=date(2020, 2, 1), before=date(2021, 1, 1)),
            id="dates",
        ),
        pytest.param("after:2020-13", Query(words=("after", "2020-13")), id="no such month"),
        pytest.param(
            "Topic:housing", Query(filters=(Filter(By.TOPIC, "housing"),)), id="capitals"
        ),
        pytest.param("has:cheese", Query(words=("has", "cheese")), id="what nothing has"),
        pytest.param("topic:", Query(words=("topic",)), id="a name and nothing else"),
        pytest.param("re:mould", Query(words=("re", "mould")), id="a colon that means nothing"),
        pytest.param(
            "http://a.example/b", Query(words=("http", "a.example/b")), id="a web address"
        ),
    ],
)
def test_operators_and_filters_are_read(text: str, query: Query) -> None:
    assert parse_query(text) == query


def test_a_forms_fields_become_filters() -> None:
    asked = [
        ("topic", "housing"),
        ("council", ""),
        ("council", "Leeds"),
        ("after", "2020"),
        ("x", "y"),
    ]
    query = narrowed(parse_query("damp topic:housing"), asked)
    assert query == parse_query("damp topic:housing council:leeds after:2020")
    assert narrowed(query, [("after", "soon"), ("kind", "-supplier")]) == parse_query(
        "damp topic:housing council:leeds -kind:supplier after:2020"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tablets OR ipads", "Posts about tablets or ipads."),
        ("digi*", "Posts about digi…."),
        ("damp council:tower-hamlets", "Posts about damp, from Tower Hamlets."),
        (
            "topic:waste nation:wales",
            "Posts on the topic of Waste, recycling and bins, from Wales.",
        ),
        ("after:2020 -kind:supplier", "Posts since 1 January 2020, not suppliers."),
        ("-kind:supplier", "Say what to look for as well: this only leaves out suppliers."),
    ],
)
def test_operators_and_filters_are_said_back(text: str, sentence: str) -> None:
    assert describe(parse_query(text)) == sentence
