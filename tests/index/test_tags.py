"""Tags that authors spell differently are one, and those that say nothing are none."""

import re
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.tags import LONGEST, tag_key, tag_keys, tag_slug


@pytest.mark.parametrize(
    ("tags", "key"),
    [
        pytest.param(["Bins", "bin", "BINS", " bins "], "bin", id="case and plural"),
        pytest.param(
            ["week notes", "Week-note", "week_notes", "#weekNotes", "weeknotes", "Week Notes!"],
            "weeknote",
            id="hyphens, underscores, humps and a hash",
        ),
        pytest.param(["Policies", "policy"], "policy", id="a plural in -ies"),
        pytest.param(["taxes", "Tax"], "tax", id="a plural in -es"),
        pytest.param(["Address", "addresses"], "address", id="a word in -ss"),
        pytest.param(["data analysis"], "dataanalysis", id="a word in -is"),
        pytest.param(["SaaS"], "saas", id="an abbreviation in -s"),
        pytest.param(["GIS"], "gis", id="a short one in -s"),
        pytest.param(["Children’s services", "childrens-services"], "childrensservice", id="’"),
        pytest.param(["R&D", "R and D"], "randd", id="an ampersand"),
        pytest.param(["digitization", "Digitisation"], "digitisation", id="-ization"),
        pytest.param(
            ["reorganization of services", "reorganisation of services"],
            "reorganisationofservice",
            id="-ization within",
        ),
        pytest.param(["prioritize", "prioritise"], "prioritise", id="-ize"),
        pytest.param(["modernizing", "modernising"], "modernising", id="-izing"),
        pytest.param(["prize", "Prizes"], "prize", id="but a prize is a prize"),
        pytest.param(["team size"], "teamsize", id="and a size a size"),
        pytest.param(["Caffi Llŷn", "caffi llyn"], "caffillyn", id="accents"),
        pytest.param(["GOV.UK", "gov.uk"], "govuk", id="a dot"),
        pytest.param(["日本"], "日本", id="no Latin letter"),
        pytest.param(["", "#", " - ", "🎉"], "", id="nothing"),
    ],
)
def test_a_key_is_what_spellings_share(tags: list[str], key: str) -> None:
    assert {tag_key(tag) for tag in tags} == {key}


@pytest.mark.parametrize(
    "pair", [("housing", "house"), ("planning", "plan"), ("data", "date"), ("SEND", "sending")]
)
def test_tags_that_mean_different_things_stay_apart(pair: tuple[str, str]) -> None:
    assert tag_key(pair[0]) != tag_key(pair[1])


def test_the_tags_of_a_post_are_each_there_once_in_their_order() -> None:
    assert tag_keys(["Waste", "bins", "Bin", "waste", ""]) == ("waste", "bin")
    assert tag_keys([]) == ()


@pytest.mark.parametrize(
    "tag", ["Uncategorized", "uncategorised", "General", "news", "Blog", "Blog posts", "Posts"]
)
def test_a_tag_that_says_nothing_is_dropped(tag: str) -> None:
    assert tag_keys([tag, "Parking"]) == ("parking",)


tags = st.text(max_size=40) | st.text("aeisxyz-’'#&_ ŷ\u0302ßİ日½", max_size=LONGEST * 2)


@given(tags)
def test_a_key_is_its_own_key(tag: str) -> None:
    assert tag_key(tag_key(tag)) == tag_key(tag)


@given(tags)
@example("⼀")  # the sign of a radical, which is no letter but stands for one
def test_a_key_is_empty_only_if_there_is_no_letter_or_digit(tag: str) -> None:
    key = tag_key(tag)
    assert len(key) <= LONGEST
    plain = normalize("NFKD", tag)
    assert (key != "") == any(map(str.isalnum, plain)) or "&" in plain


@given(tags)
def test_a_slug_can_stand_in_an_address(tag: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]*", tag_slug(tag_key(tag)))


@given(tags, tags)
def test_two_keys_never_share_a_slug(one: str, other: str) -> None:
    keys = {tag_key(one), tag_key(other)}
    assert len({tag_slug(key) for key in keys}) == len(keys)
