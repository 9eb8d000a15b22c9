"""The list of councils: complete, consistent, and named as people name them."""

import re
from collections import Counter
from datetime import date

import pytest

from index.councils import NATIONS, council_name, councils, predecessors


def test_every_principal_council_of_2025_is_there() -> None:
    today = Counter(council.nation for council in councils().values() if council.ended is None)
    assert today == {"england": 317 + 15, "scotland": 32, "wales": 22, "northern-ireland": 11}
    assert sum(council.ended is not None for council in councils().values()) == 73


def test_a_council_says_who_it_is() -> None:
    hackney = councils()["hackney"]
    assert hackney.name == "London Borough of Hackney"
    assert (hackney.short_name, hackney.type) == ("Hackney", "London borough")
    assert (hackney.nation, hackney.region) == ("england", "London")
    assert hackney.gss_code == "E09000012"
    assert (hackney.ended, hackney.replaced_by) == (None, ())


def test_an_abolished_council_names_the_councils_that_took_over() -> None:
    cumbria = councils()["cumbria"]
    assert cumbria.ended == date(2023, 4, 1)
    assert cumbria.replaced_by == ("cumberland", "westmorland-and-furness")


def test_a_county_and_the_council_that_took_its_name_are_told_apart() -> None:
    assert councils()["dorset-county"].replaced_by == ("dorset",)
    assert councils()["dorset"].ended is None


def test_a_council_knows_whom_it_took_over_from() -> None:
    assert {"cumbria", "allerdale", "carlisle", "copeland"} == set(predecessors("cumberland"))
    assert predecessors("hackney") == predecessors("nosuch") == ()


def test_successors_exist_and_lead_to_a_council_of_today() -> None:
    known = councils()
    for council in known.values():
        assert council.ended or not council.replaced_by
        heirs, steps = {council.slug}, 0
        while any(known[heir].replaced_by for heir in heirs):
            heirs = {after for heir in heirs for after in known[heir].replaced_by or (heir,)}
            steps += 1
            assert steps < 5, council.slug
        # The source does not say who followed the councils that Northern Ireland had until 2015.
        assert council.nation == "northern-ireland" or not any(known[heir].ended for heir in heirs)


def test_slugs_can_stand_in_an_address_and_names_are_tidy() -> None:
    for slug, council in councils().items():
        assert slug == council.slug
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert council.nation in NATIONS
        for text in (council.name, council.short_name, council.type):
            assert text == " ".join(text.split()) != ""


def test_no_two_councils_share_a_short_name_or_a_code() -> None:
    every = councils().values()
    assert len({council.short_name for council in every}) == len(every)
    codes = [council.gss_code for council in every if council.gss_code]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        pytest.param("hackney", "Hackney", id="known"),
        pytest.param("st-helens", "St Helens", id="without the dot it had"),
        pytest.param("newry-mourne-down", "Newry, Mourne and Down", id="with its commas"),
        pytest.param("shepway", "Folkestone and Hythe", id="whose slug is older than its name"),
        pytest.param("barsetshire-county", "Barsetshire County", id="unknown"),
        pytest.param("isle-of-barset", "Isle of Barset", id="unknown with a small word"),
        pytest.param("the-barsets", "The Barsets", id="unknown with a small word first"),
        pytest.param("", "", id="none"),
    ],
)
def test_a_council_is_called_what_people_call_it(slug: str, name: str) -> None:
    assert council_name(slug) == name
