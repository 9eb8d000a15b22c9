"""Other spellings of a word, and what a typing error meant."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.clauses import Clause, Field
from index.spelling import correction, variants


class Words:
    """A lexicon of words and how many posts hold each; it knows no more."""

    def __init__(self, held: Mapping[str, int]) -> None:
        self._held = held

    def posts(self) -> int:
        return 1_000

    def holding(self, field: Field, term: str) -> int:
        assert field is Field.EXACT
        return self._held.get(term, 0)

    def count(self, must: tuple[Clause, ...], never: tuple[Clause, ...] = ()) -> int:
        raise AssertionError("nothing is searched for")

    def beginning(self, field: Field, letters: str, most: int) -> Sequence[tuple[str, int]]:
        return [one for one in sorted(self._held.items()) if one[0].startswith(letters)][:most]

    def words(self, text: str) -> list[tuple[int, str]]:
        return list(enumerate(text.split()))

    def stem(self, word: str) -> str:
        return word


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("digitise", "digitize"),
        ("organisation", "organization"),
        ("analysed", "analyzed"),
        ("colour", "color"),
        ("behaviours", "behaviors"),
        ("centre", "center"),
        ("catalogue", "catalog"),
        ("modelling", "modeling"),
        ("licence", "license"),
        ("programme", "program"),
        ("enrolment", "enrollment"),
        ("co-operation", "cooperation"),
    ],
)
def test_a_word_has_a_british_and_an_american_spelling(british: str, american: str) -> None:
    assert american in variants(british)
    assert british in variants(american)


@pytest.mark.parametrize("word", ["council", "bins", "form", "data", ""])
def test_most_words_have_one_spelling(word: str) -> None:
    assert variants(word) == ()


@given(st.text())
def test_no_word_is_its_own_variant(word: str) -> None:
    assert word not in variants(word)


HELD = {
    "accessible": 90,
    "accessibility": 200,
    "access": 80,
    "benefits": 60,
    "research": 300,
    "researcher": 40,
    "planning": 100,
    "plannning": 1,
    "council": 500,
    "councils": 300,
    "typo": 1,
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("acessible", "accessible", id="a letter left out"),
        pytest.param("reserach", "research", id="two letters swapped: one error"),
        pytest.param("acessibilty", "accessibility", id="two errors in a long word"),
        pytest.param("benifits", "benefits", id="a wrong letter"),
        pytest.param("cuoncil", "council", id="the second letter"),
        pytest.param("plannning", "planning", id="one that a post has too"),
        pytest.param("council", "", id="a word that is right"),
        pytest.param("access", "", id="... though others are like it"),
        pytest.param("bnfts", "", id="too many errors"),
        pytest.param("typoo", "", id="only one post has the other word"),
        pytest.param("cncl", "", id="a short word has too many neighbours"),
        pytest.param("2024x", "", id="no word"),
    ],
)
def test_a_typing_error_is_read_as_the_commonest_of_the_nearest_words(
    typed: str, meant: str
) -> None:
    assert correction(typed, Words(HELD)) == meant
