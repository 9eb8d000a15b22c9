"""What an index keeps of a post, apart from any engine."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.clauses import Field
from index.finding import Document
from index.model import EPOCH
from index.record import number, prior, record
from index.welsh import lemma, lemmas
from tests.index.conftest import DAMP, FORMS


def test_a_post_has_the_fields_that_are_looked_in() -> None:
    kept = record(replace(DAMP, topics=("housing-repairs",), headings="Sensors\nCosts")).fields
    assert kept[Field.TITLE] == ["Damp sensors in council homes"]
    assert kept[Field.WHOLE] == ["damp sensors in council homes"]
    assert kept[Field.NAME] == ["barchester digital"]
    assert kept[Field.HEADING] == ["Sensors\nCosts"]
    assert kept[Field.LABEL] == [
        "housing",
        "internet of things",
        "Housing repairs and maintenance",
    ]
    assert kept[Field.TAG] == ["housing", "internetofthing"]
    assert kept[Field.YEAR] == ["2026"]
    assert kept[Field.HAS] == ["author", "council", "tag", "text", "topic"]
    assert Field.WELSH not in kept


def test_a_post_in_welsh_has_its_lemmas() -> None:
    assert "ffurflen" in record(FORMS).fields[Field.WELSH][0].split()


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("gwasanaethau", "gwasanaeth"),
        ("nghyngor", "cyngor"),
        ("mae'r", "bod"),
        ("tai", "ty"),
        ("zzz", "zzz"),
    ],
)
def test_mutations_plurals_and_what_is_joined_are_undone(word: str, found: str) -> None:
    assert lemma(word) == found


@given(st.text())
def test_any_text_has_lemmas(text: str) -> None:
    assert not set(lemmas(text)) & set("\n\t")


def test_a_younger_post_is_worth_a_little_more() -> None:
    old, new = (
        prior(replace(DAMP, sort_at=datetime(year, 1, 1, tzinfo=UTC))) for year in (2016, 2026)
    )
    assert 1 < new / old < 1.15
    first = prior(replace(DAMP, sort_at=datetime(2005, 1, 1, tzinfo=UTC)))
    assert prior(replace(DAMP, sort_at=EPOCH)) == pytest.approx(first, rel=0.001)


def test_links_and_weeknotes_are_worth_less() -> None:
    whole = prior(DAMP)
    assert prior(replace(DAMP, linked=1.0)) < prior(replace(DAMP, linked=0.5)) < whole
    for title in ("Weeknotes #12", "Week notes: 3 May", "week-note"):
        assert prior(replace(DAMP, title=title)) < whole


def test_blogs_are_told_apart_by_number() -> None:
    assert number("") == 0
    assert 0 < number("hackney") != number("leeds")
    assert number("hackney") < 2**63


@given(st.builds(Document, id=st.just("odd"), sort_at=st.just(EPOCH), linked=st.floats(-1, 2)))
def test_any_post_can_be_kept(document: Document) -> None:
    made = record(document)
    assert 0.5 <= made.prior <= 2
    assert all(text for values in made.fields.values() for text in values)
