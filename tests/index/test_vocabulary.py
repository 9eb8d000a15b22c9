"""The list of topics is whole, a query is widened by it, and a slip in it is told by name."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import PlanetError, VocabularyError
from index.vocabulary import read_vocabulary, vocabulary
from index.words import said

TOPIC = """
[[topic]]
slug = "waste"
label = "Waste and bins"
group = "Services"
meaning = "What becomes of rubbish."
phrases = ["bins", "recycl*"]
same = [["bins", "waste collection"]]
"""


def test_every_topic_says_what_it_is_and_how_it_is_told() -> None:
    topics = vocabulary().topics
    assert len(topics) == 70
    assert len({topic.group for topic in topics.values()}) == 7
    assert len({topic.label for topic in topics.values()}) == 70
    for slug, topic in topics.items():
        assert topic.slug == slug
        assert topic.phrases
        assert all(phrase == phrase.lower() for phrase in (*topic.phrases, *topic.weak))
        assert all(re.search("[A-Z]", abbr) for abbr in (*topic.abbr, *topic.ambiguous))


def test_every_topic_is_explained_in_one_sentence_of_its_own() -> None:
    meanings = [topic.meaning for topic in vocabulary().topics.values()]
    assert len(set(meanings)) == 70
    assert all(40 < len(meaning) < 160 for meaning in meanings)


def test_no_sign_is_listed_twice_in_a_topic() -> None:
    for topic in vocabulary().topics.values():
        signs = [*topic.abbr, *topic.ambiguous, *topic.phrases, *topic.weak]
        assert len(set(signs)) == len(signs), topic.slug


def test_there_are_rings_enough_to_matter() -> None:
    assert sum(len(topic.same) for topic in vocabulary().topics.values()) > 200


def also(query: str) -> dict[str, tuple[str, ...]]:
    return {one.typed: one.also for one in vocabulary().expansions(query.split())}


@pytest.mark.parametrize(
    ("query", "typed", "other"),
    [
        ("revs and bens", "revs and bens", "revenues and benefits"),
        ("revs & bens", "revs & bens", "revenues and benefits"),
        ("moving foi online", "foi", "freedom of information"),
        ("freedom of information", "freedom of information", "FOI"),
        ("Blue-Badges renewal", "Blue-Badges", "disabled parking badge"),
        ("residents’ permits", "residents’ permits", "parking permit"),
        ("SEND letters", "SEND", "special educational needs"),
        ("SARs", "SARs", "subject access request"),
        ("coproduction", "coproduction", "co-production"),
        ("co production", "co production", "coproduction"),
        ("Cyber-Security", "Cyber-Security", "infosec"),
        ("EHCPs", "EHCPs", "education health and care plan"),
    ],
)
def test_a_query_is_widened_by_what_means_the_same(query: str, typed: str, other: str) -> None:
    assert other in also(query)[typed]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("send a parcel", id="a verb that is an abbreviation in capitals"),
        pytest.param("it is a pip", id="more of them"),
        pytest.param("nothing of ours", id="no word of a ring"),
        pytest.param("", id="nothing"),
        pytest.param("& - ’", id="signs that are no words"),
    ],
)
def test_other_queries_stay_as_they_are(query: str) -> None:
    assert also(query) == {}


def test_what_is_offered_is_said_otherwise() -> None:
    assert "SEND" in also("special educational needs")["special educational needs"]
    assert also("bins")["bins"].count("bins") == 0
    assert "council tax" not in also("Council Taxes")["Council Taxes"]


def test_the_longest_words_win_and_nothing_is_widened_twice() -> None:
    [one] = vocabulary().expansions(["council", "tax", "reduction", "scheme"])
    assert (one.start, one.end) == (0, 4)
    words = ["our", "FOI", "and", "council", "tax", "reduction"]
    assert [(one.start, one.end) for one in vocabulary().expansions(words)] == [(1, 2), (3, 6)]


def test_every_member_of_a_ring_leads_to_the_others() -> None:
    known = vocabulary()
    for ring in (ring for topic in known.topics.values() for ring in topic.same):
        for one in ring:
            found = known.expansions(one.split())
            assert {other for span in found for other in span.also} == {*ring} - {one}, one


@given(st.lists(st.text() | st.sampled_from(["council", "tax", "SEND", "co-design", "’s", "-"])))
def test_any_words_can_be_widened(words: list[str]) -> None:
    place = 0
    for one in vocabulary().expansions(words):
        assert place <= one.start < one.end <= len(words)
        assert one.typed == " ".join(words[one.start : one.end])
        assert one.also
        place = one.end


def test_a_query_costs_little() -> None:
    words, calls = ["council", "tax", "data", "service"] * 8, list[str]()
    known = vocabulary()
    rings = sum(len(topic.same) for topic in known.topics.values())
    sys.setprofile(lambda frame, event, told: calls.append(event))
    known.expansions(words)
    sys.setprofile(None)
    assert 0 < len(calls) < len(words) * rings  # what walks the list for each word calls more


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Council tax", "council-tax"),
        ("council-tax", "council-tax"),
        ("SEND", "send"),
        ("send", "send"),
        ("Waste, recycling and bins", "waste"),
        ("bins", "waste"),
        ("brown bins", "waste"),
        ("LGR", "lgr"),
        ("artificial intelligence", "ai"),
        ("OS", "gis-addressing"),
        ("os", None),
        ("bins and boxes", None),
        ("local authority", None),
        ("", None),
    ],
)
def test_a_topic_is_known_by_its_names(text: str, slug: str | None) -> None:
    topic = vocabulary().topic_named(text)
    assert (topic and topic.slug) == slug


def test_every_topic_is_known_by_its_slug_and_its_label() -> None:
    for slug, topic in vocabulary().topics.items():
        assert vocabulary().topic_named(slug) == topic
        assert vocabulary().topic_named(topic.label) == topic


def test_an_ordinary_word_is_one_that_some_entry_uses() -> None:
    known = vocabulary()
    signs = {"".join(said(abbr)).lower() for t in known.topics.values() for abbr in t.ambiguous}
    signs |= {"".join(said(abbr)).lower() for t in known.topics.values() for abbr in t.abbr}
    for word in known.words_too:
        assert word in signs or known.expansions([word.upper()]), word


def test_any_edit_changes_the_fingerprint() -> None:
    one, other = (read_vocabulary(text.encode()) for text in (TOPIC, TOPIC + "\n"))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == read_vocabulary(TOPIC.encode()).fingerprint


def test_a_vocabulary_may_do_without_rings() -> None:
    [topic, *_] = read_vocabulary(TOPIC.partition("same")[0].encode()).topics.values()
    assert (topic.same, topic.note) == ((), "")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("[[topic", "no TOML", id="no TOML"),
        pytest.param("", "no [[topic]]", id="nothing"),
        pytest.param("topic = [1]", "topic 1", id="a topic that is no table"),
        pytest.param("[[topic]]\nlabel = 'Bins'", "topic 1", id="no slug"),
        pytest.param(TOPIC.replace('"waste"', '"Waste!"'), "topic 1", id="a bad slug"),
        pytest.param(TOPIC.replace("label", "lable"), "lable", id="a misspelt key"),
        pytest.param("word_too = []\n" + TOPIC, "word_too", id="... at the top"),
        pytest.param(TOPIC.replace('"Waste and bins"', '" "'), "waste", id="no label"),
        pytest.param(TOPIC.replace('"Services"', "3"), "waste", id="a group that is no text"),
        pytest.param(TOPIC.replace("meaning", "# "), "waste", id="no meaning"),
        pytest.param(TOPIC.replace("rubbish", "it. More"), "waste", id="two sentences"),
        pytest.param(TOPIC + TOPIC, "waste", id="a topic twice"),
        pytest.param(TOPIC.replace('["bins", "recycl*"]', '"bins"'), "phrases", id="no list"),
        pytest.param(TOPIC.replace('"recycl*"', '"-"'), "phrases", id="no word"),
        pytest.param(TOPIC.replace('"recycl*"', "7"), "phrases", id="a number"),
        pytest.param(TOPIC.replace('"recycl*"', '"bin*"'), "bin*", id="a stem of three letters"),
        pytest.param(TOPIC.replace(', "waste collection"', ""), "bins", id="a ring of one"),
        pytest.param(TOPIC.replace("waste collection", "Bin"), "waste", id="a ring of one word"),
        pytest.param('same = "bins"\n' + TOPIC, "same", id="no list of rings"),
        pytest.param('same = [["Bins", "rubbish"]]\n' + TOPIC, "“bins”", id="in two rings"),
    ],
)
def test_a_slip_is_told_with_its_entry(text: str, named: str) -> None:
    with pytest.raises(VocabularyError, match=re.escape(named)) as caught:
        read_vocabulary(text.encode())
    assert isinstance(caught.value, PlanetError)


def test_what_is_no_text_at_all_is_told_too() -> None:
    with pytest.raises(VocabularyError, match="no TOML"):
        read_vocabulary(b"\xff")
