"""What a text reads like: the labelled texts are in languages.toml, beside this file."""

import tomllib
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from index.database import Database
from index.facts import DERIVED, keep_fact
from index.language import COMMON, HOME, LEAST, homely, language, written_in
from index.outbox import Outbox
from index.rederive import rederive
from index.schema import entries
from tests.index.conftest import Publish
from tests.index.conftest import entries as some

LABELLED = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
TEXTS = {one["name"]: one for one in LABELLED["text"]}
WELSH, ENGLISH = TEXTS["Welsh"]["text"], TEXTS["English"]["text"]


@pytest.mark.parametrize("one", TEXTS.values(), ids=TEXTS)
def test_a_text_reads_as_its_label_says(one: dict[str, str]) -> None:
    if "reads" in one:
        assert language(one["text"]) == one["reads"]
    assert written_in(one["text"], one["claimed"]) == one["kept"]


@pytest.mark.parametrize("one", TEXTS.values(), ids=TEXTS)
def test_capitals_and_another_way_of_writing_accents_make_no_difference(
    one: dict[str, str],
) -> None:
    for text in (one["text"].upper(), normalize("NFD", one["text"])):
        assert language(text) == language(one["text"])


def test_every_language_that_can_be_told_has_a_text() -> None:
    assert {one.get("reads", "") for one in TEXTS.values()} - {""} == set(COMMON)


def test_one_word_too_few_and_the_claim_is_believed() -> None:
    words = " ".join(["the"] * LEAST)
    assert written_in(words, "cy") == "en"
    assert written_in(words.removesuffix(" the"), "cy") == "cy"


def test_only_the_beginning_is_read() -> None:
    assert language(f"{WELSH} {WELSH} {WELSH} {WELSH} {WELSH} " + ENGLISH * 50) == "cy"


@given(text=st.text(), claimed=st.text(max_size=12))
def test_whatever_is_written_the_answer_is_a_known_code_or_the_claim(
    text: str, claimed: str
) -> None:
    assert language(text) in {"", *COMMON}
    assert written_in(text, claimed) in {claimed, *COMMON}


@given(st.permutations(f"{WELSH} {ENGLISH}".split()))
def test_the_order_of_words_makes_no_difference(words: list[str]) -> None:
    assert language(" ".join(words)) == language(f"{WELSH} {ENGLISH}")


def test_words_of_home_are_seen_where_the_language_is_unclear() -> None:
    both = TEXTS["Half in Welsh and half in English, of a blog that says Welsh"]["text"]
    assert (language(both), homely(both * 2)) == ("", True)
    assert homely(TEXTS["Swedish, which has no list"]["text"] * 2) is False
    assert homely("a few words") is None
    assert set(COMMON) >= HOME


def test_a_post_is_kept_in_the_language_it_reads_like_with_the_claim_beside(
    database: Database, publish: Publish
) -> None:
    [post] = some(1)
    publish(replace(post, text=WELSH, language="en-us"))
    with database.read() as db:
        [row] = db.execute(select(entries.c.language, entries.c.claimed)).all()
    assert tuple(row) == ("cy", "en-us")


def test_posts_that_were_there_before_are_read_again_and_told_to_the_index(
    database: Database, publish: Publish
) -> None:
    welsh, english = (
        replace(post, text=text, language="en")
        for post, text in zip(some(2), (WELSH, ENGLISH), strict=True)
    )
    publish(welsh, english)
    with database.write() as db:
        db.execute(update(entries).values(language=entries.c.claimed))
        keep_fact(db, DERIVED, "before")
    outbox = Outbox(database)
    outbox.begin("live")
    outbox.done("live", outbox.changes("live", 10))
    assert rederive(database) == 1
    with database.read() as db:
        kept = db.execute(
            select(entries.c.language, entries.c.claimed).order_by(entries.c.language)
        )
        assert [tuple(row) for row in kept] == [("cy", "en"), ("en", "en")]
    [change] = outbox.changes("live", 10)
    assert change.document
    assert change.document.language == "cy"
