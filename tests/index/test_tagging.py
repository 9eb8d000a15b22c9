"""A post gets the topics that it is about, and none for what it says in passing."""

from itertools import permutations
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.signs import LONGEST, signs
from index.tagging import MOST, enough, topics_of
from index.vocabulary import vocabulary

FILLER = "We met on Tuesday and talked about what went well and what did not. "

ABOUT = [
    pytest.param("Council tax bills, rewritten", "", (), "council-tax", id="the title says it"),
    pytest.param(
        "What the lorry saw",
        "Bin collections were missed on four streets. Missed bins are our commonest call, and "
        "garden waste the second.",
        (),
        "waste",
        id="a joke for a title",
    ),
    pytest.param(
        "A quiet week", "We moved house.", ("weeknotes",), "working-in-the-open", id="tag"
    ),
    pytest.param("A quiet week", "We moved house.", ("ai",), "ai", id="a tag in lower case"),
    pytest.param("A quiet week", "We moved house.", ("CTR",), "council-tax", id="a synonym"),
    pytest.param("Ffurflen newydd", "Biniau a gwastraff.", ("biniau",), "waste", id="Welsh"),
    pytest.param(
        "What we learned about SEND",
        "Parents ask where their EHCPs are. The SEND team answers.",
        (),
        "send",
        id="abbreviations",
    ),
    pytest.param(
        "Residents’ permits",
        "Residents’ permits, visitors’ permits and blue‑badge renewals.",
        (),
        "parking",
        id="curly apostrophes and hyphens of another kind",
    ),
    pytest.param("Fly tipping, fly-tipping", "", (), "streets-report-it", id="hyphens"),
    pytest.param("Our GIS and every UPRN in it", "", (), "gis-addressing", id="GIS"),
    pytest.param(
        "Lógo", "Acc\u0301essibility audits.", ("accessibility",), "accessibility", id="é"
    ),
]


@pytest.mark.parametrize(("title", "text", "tags", "topic"), ABOUT)
def test_a_post_is_about_what_its_words_say(
    title: str, text: str, tags: tuple[str, ...], topic: str
) -> None:
    assert topic in topics_of(title, text, tags)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("Please send it", "Send us a form, and we send it back. Send it.", id="send"),
        pytest.param("SEND US YOUR PHOTOS", "Please.", id="a title that is all in capitals"),
        pytest.param("Sprint planning", "Planning is hard. Planning poker is fun.", id="planning"),
        pytest.param("The benefits of tea", "Tea has benefits.", id="benefits"),
        pytest.param("What the OS did", "The OS crashed; a new OS came.", id="an ambiguous OS"),
        pytest.param("Two things", "We did the planning. Applications came.", id="two sentences"),
        pytest.param("Party", FILLER * 80 + "Council tax. " + FILLER * 80, id="once in passing"),
    ],
)
def test_a_word_alone_makes_no_topic(title: str, text: str) -> None:
    assert not {"send", "planning", "gis-addressing", "revenues-benefits", "council-tax"} & set(
        topics_of(title, text, ())
    )


def test_an_ambiguous_abbreviation_counts_beside_another_sign() -> None:
    mapped = "We use OS data. OS tells us each boundary, and the OS map is good."
    assert topics_of("OS", "OS, OS and OS.", ()) == ()
    assert topics_of("OS", mapped + " Ordnance survey.", ())[0] == "gis-addressing"


def test_the_best_comes_first_and_six_are_the_most() -> None:
    title = "Council tax, housing benefit, homelessness, blue badges, FOI, weeknotes, AI and GIS"
    found = topics_of(title, "Homelessness. Homeless people. Rough sleepers.", ())
    assert len(found) == MOST
    assert found[0] == "homelessness"


def test_a_long_text_needs_more_than_a_short_one() -> None:
    assert enough(0) == enough(100) < enough(1_000) < enough(10_000)


def test_what_comes_after_the_end_is_not_looked_at() -> None:
    end = "Homelessness, rough sleeping, temporary accommodation. " * 500
    assert topics_of("", end, ()) == ("homelessness",)
    assert topics_of("", "la " * (LONGEST // 3) + end, ()) == ()


def test_the_longest_sign_goes_first_and_is_one() -> None:
    names = [sign.name for _, sign in signs().found("a single person discount off council tax")]
    assert names == ["single person discount*", "council tax*"]


def test_every_strong_sign_is_found_where_it_stands() -> None:
    for topic in vocabulary().topics.values():
        for phrase in (*topic.phrases, *topic.weak, *topic.abbr, *topic.ambiguous):
            text = f"about {phrase.replace('*', 's')} today"
            found = [sign for _, sign in signs().found(text) if sign.topic == topic.slug]
            assert found, f"{topic.slug}: {phrase}"


def test_the_order_of_tags_does_not_matter() -> None:
    every = permutations(["bins", "council tax", "AI"])
    assert len({topics_of("", "", tags) for tags in every}) == 1


@given(st.text(), st.text(), st.lists(st.text(max_size=20), max_size=5))
def test_any_post_can_be_tagged(title: str, text: str, tags: list[str]) -> None:
    found = topics_of(title, text, tags)
    assert found == topics_of(title, text, tags)
    assert len(found) == len(set(found)) <= MOST
    assert set(found) <= vocabulary().topics.keys()


@pytest.mark.parametrize(
    "word", ["council ", "data ", "AI ", "a", "e\u0301 ", "\n", "council tax "]
)
def test_a_hostile_text_costs_no_more_than_any_other(word: str) -> None:
    def tagged(length: int) -> float:
        """Return the seconds of CPU that a text of so many characters took, at best of three."""
        took, text = list[float](), word * (length // len(word))
        for _ in range(3):
            start = process_time()
            topics_of("A title", text, ())
            took.append(process_time() - start)
        return min(took)

    topics_of("", "", ())
    assert tagged(800_000) < 8 * tagged(200_000)  # four times as much; sixteen if quadratic
