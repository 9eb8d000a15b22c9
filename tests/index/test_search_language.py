"""The query language, the council vocabulary, facets and likeness, promised by every engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from index.finding import By, Document, Query, Sort, Tally
from index.query import parse_query
from index.search import Search
from tests.index.conftest import BINS, DAMP, DAY, FORMS, Fill, found, many

SEND = replace(
    DAMP,
    id="send",
    title="School transport for children with special educational needs",
    text="Parents of children with SEND wait for a bus. We organised the routes anew.",
    feed="Framley learning",
    slug="framley",
    authors=("Mark Robarts",),
    tags=("#SchoolTransport",),
    topics=("schools-transport",),
    kind="practitioner",
    councils=("hackney",),
    licence="https://creativecommons.org/licenses/by/4.0/",
    sort_at=datetime(2019, 6, 1, tzinfo=UTC),
)
LETTER = replace(
    DAMP,
    id="letter",
    title="We send letters to organizations",
    text="The council sends a letter for each refuse collection that was missed.",
    feed="Silverbridge",
    slug="silverbridge",
    authors=(),
    tags=(),
    topics=("waste",),
    kind="supplier",
    councils=(),
    nation="wales",
    complete=False,
    sort_at=datetime(2020, 2, 1, tzinfo=UTC),
)
POSTS = (DAMP, BINS, FORMS, SEND, LETTER)


@pytest.fixture
def search(fill: Fill) -> Search:
    return fill(*POSTS)


# Operators


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("mould OR reminder", {"damp", "bins"}, id="either of two words"),
        pytest.param("mould | reminder", {"damp", "bins"}, id="... by a bar"),
        pytest.param('mould OR "missed bins"', {"damp", "bins"}, id="a word or a phrase"),
        pytest.param("nowhere OR mould", {"damp"}, id="one of which occurs nowhere"),
        pytest.param("mould or reminder", {"damp", "bins"}, id="a small or is a stop word"),
        pytest.param("remin*", {"bins"}, id="a beginning"),
        pytest.param("REMIN*", {"bins"}, id="... in capitals"),
        pytest.param("remin* OR mou*", {"damp", "bins"}, id="either of two beginnings"),
        pytest.param("council -remin*", {"damp", "forms", "letter"}, id="without a beginning"),
        pytest.param("re*", set(), id="a beginning that is too short is a word"),
    ],
)
def test_operators(search: Search, text: str, ids: set[str]) -> None:
    assert set(found(search, text)) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("topic:waste", ["letter"], id="a topic by its slug"),
        pytest.param('topic:"special educational needs" parents', [], id="... by other words"),
        pytest.param("topic:schools-transport", ["send"], id="... of several words"),
        pytest.param("tag:school-transport", ["send"], id="a tag, however it is written"),
        pytest.param("council:hackney", ["send"], id="a council"),
        pytest.param('council:"London Borough of Hackney"', [], id="a name that is none of ours"),
        pytest.param("council:Hackney", ["send"], id="... in capitals"),
        pytest.param("nation:wales", ["letter"], id="a nation"),
        pytest.param("region:london", ["send"], id="a region, by the council"),
        pytest.param("kind:supplier", ["letter"], id="a kind"),
        pytest.param("blog:framley", ["send"], id="a blog"),
        pytest.param("author:robarts", ["send"], id="an author's surname"),
        pytest.param('author:"Mark Robarts"', ["send"], id="... and whole name"),
        pytest.param("title:letters", ["letter"], id="a word of the title"),
        pytest.param("title:council", ["damp"], id="... not of the text"),
        pytest.param("lang:cy", ["forms"], id="a language"),
        pytest.param("lang:Welsh", ["forms"], id="... by its name"),
        pytest.param("year:2019", ["send"], id="a year"),
        pytest.param("before:2020", ["send"], id="before a year"),
        pytest.param("after:2020 before:2021", ["letter"], id="between two"),
        pytest.param("after:2019-06-01 before:2019-06-02", ["send"], id="one day"),
        pytest.param("has:licence", ["send"], id="what has a licence"),
        pytest.param("has:text has:topic", ["send"], id="what has two things"),
        pytest.param("nation:wales nation:england kind:supplier", ["letter"], id="either nation"),
        pytest.param("council:hackney nation:wales", [], id="both a council and a nation"),
        pytest.param("letters kind:supplier", ["letter"], id="words and a filter"),
        pytest.param("council -kind:council", ["letter"], id="a filter that leaves out"),
        pytest.param("topic:nonsense", [], id="a topic that is none"),
        pytest.param("mould:damp", ["damp"], id="a colon that means nothing"),
        pytest.param("after:lunch damp", ["damp"], id="a day that is none"),
    ],
)
def test_filters(search: Search, text: str, ids: list[str]) -> None:
    assert found(search, text) == ids


def test_filters_alone_give_posts_newest_first(search: Search) -> None:
    best = search.find(parse_query("after:2000"), limit=10)
    newest = search.find(parse_query("after:2000"), sort=Sort.NEWEST, limit=10)
    assert [hit.id for hit in best.hits] == ["forms", "bins", "damp", "letter", "send"]
    assert best == newest


def test_years_are_those_of_london(fill: Fill) -> None:
    new_year = datetime(2020, 6, 30, 23, 30, tzinfo=UTC)  # the first of July there
    search = fill(replace(DAMP, sort_at=new_year))
    assert found(search, "after:2020-07-01") == ["damp"]
    assert found(search, "before:2020-07-01") == []


# The council vocabulary


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("waste collection", {"bins", "letter"}, id="what others call it"),
        pytest.param("special educational needs", {"send"}, id="an abbreviation is looked for"),
        pytest.param("SEND", {"send"}, id="... and what it stands for, in capitals"),
        pytest.param("send", {"letter", "send"}, id="a small one is the verb as well"),
        pytest.param("organisations", {"letter", "send"}, id="American spelling"),
        pytest.param("organized", {"letter", "send"}, id="British spelling"),
    ],
)
def test_what_means_the_same_is_found(search: Search, text: str, ids: set[str]) -> None:
    assert set(found(search, text)) == ids


def test_the_reading_says_what_else_was_looked_for(search: Search) -> None:
    reading = search.read(parse_query("waste collection"))
    assert reading.also["waste collection"] == ("bins", "refuse collection")
    assert search.read(parse_query("mould")).also == {}


def test_what_means_the_same_is_not_looked_for_if_only_what_was_typed_is_wanted(
    search: Search,
) -> None:
    query = replace(parse_query("waste collection"), widened=False)
    assert [hit.id for hit in search.find(query, sort=Sort.NEWEST, limit=9).hits] == ["letter"]
    assert search.read(query).also == {}


@pytest.mark.parametrize("times", [1, 5, 30])
@pytest.mark.parametrize(
    ("typed", "other"), [("bins", "refuse collection"), ("refuse collection", "bins")]
)
def test_what_was_typed_comes_before_what_means_the_same(
    fill: Fill, typed: str, other: str, times: int
) -> None:
    texts = [f"{said} " * times + "filler " * 50 for said in (typed, other)]
    own, same = many(texts)
    search = fill(own, same, *many(["filler"] * 9)[2:])
    assert found(search, typed)[:2] == [own.id, same.id]


# Errors


def test_a_word_that_no_post_has_is_read_as_the_one_it_was_meant_to_be(fill: Fill) -> None:
    search = fill(*many(["accessible forms", "accessible letters", "damp"]))
    query = parse_query("acessible")
    assert set(found(search, "acessible")) == {"0000", "0001"}
    assert search.read(query).instead == {"acessible": "accessible"}
    plain = replace(query, widened=False)
    assert search.find(plain, limit=9).total == 0
    assert search.read(plain).unknown == ("acessible",)


def test_a_word_that_means_nothing_stays_unknown(search: Search) -> None:
    assert search.read(parse_query("xyzzyplugh damp")).unknown == ("xyzzyplugh",)
    assert search.read(parse_query("xyzzyplugh")).unknown == ("xyzzyplugh",)


# Ranking


def test_the_post_whose_title_was_typed_comes_first(fill: Fill) -> None:
    titled, other = many(["nothing of it", "damp sensors " * 30])
    search = fill(replace(titled, title="Damp sensors"), replace(other, title="More damp sensors"))
    assert found(search, "damp sensors")[0] == titled.id


def test_the_posts_of_the_blog_that_was_named_come_first(fill: Fill) -> None:
    own, other = many(["of other things", "barchester digital barchester digital"])
    search = fill(
        replace(own, feed="Barchester Digital", slug="barchester"),
        replace(other, feed="Other", slug="other"),
    )
    assert found(search, "barchester digital")[0] == own.id


def test_one_blog_does_not_fill_the_first_page(fill: Fill) -> None:
    prolific = [
        replace(one, feed="One", slug="one", title="Damp") for one in many(["damp damp"] * 30)
    ]
    others = [
        replace(one, id=f"other {place}", slug=f"blog-{place}", feed=f"Blog {place}")
        for place, one in enumerate(many(["a long post that names damp once"] * 8))
    ]
    search = fill(*prolific, *others)
    first = [hit.id for hit in search.find(parse_query("damp"), limit=10).hits]
    assert sum(id.startswith("other") for id in first) == 3
    own = [hit.id for hit in search.find(parse_query("damp blog:one"), limit=10).hits]
    assert len(own) == 10


def test_a_list_of_links_comes_after_a_post_about_the_thing(fill: Fill) -> None:
    about, links = many(["damp sensors in homes"] * 2)
    search = fill(about, replace(links, linked=1.0))
    assert found(search, "damp sensors") == [about.id, links.id]


def test_an_old_post_that_answers_better_beats_a_new_one(fill: Fill) -> None:
    old, new = many(["damp sensors in homes", "we mention damp once among much else " * 3])
    search = fill(replace(old, sort_at=DAY - timedelta(days=3000)), new)
    assert found(search, "damp sensors")[0] == old.id
    equal = fill(replace(old, sort_at=DAY - timedelta(days=3000)), replace(old, id="newer"))
    assert found(equal, "damp sensors") == ["newer", old.id]


# Welsh


@pytest.mark.parametrize("text", ["ffurflen", "ffurflenni", "cynghorau", "Gyngor"])
def test_a_welsh_word_is_found_in_its_other_forms(search: Search, text: str) -> None:
    assert found(search, text) == ["forms"]


def test_a_welsh_word_is_marked_in_its_other_forms(search: Search) -> None:
    [fragments] = search.highlight(parse_query("cynghorau"), [FORMS.text])
    assert [piece.text for piece in fragments if piece.marked] == ["cyngor"]


# Facets


def test_facets_count_what_is_counted(search: Search) -> None:
    facets = search.facets(parse_query("council"))
    assert facets[By.KIND] == (Tally("council", 3), Tally("supplier", 1))
    assert facets[By.YEAR] == (Tally("2026", 3), Tally("2020", 1))
    assert facets[By.NATION] == (Tally("england", 3), Tally("wales", 1))
    assert facets[By.TOPIC] == (Tally("waste", 1),)
    assert search.facets(parse_query("nowhere at all xyzzyplugh")) == {}


def test_facets_are_of_the_posts_left_by_filters(search: Search) -> None:
    facets = search.facets(parse_query("council kind:supplier"))
    assert facets[By.BLOG] == (Tally("silverbridge", 1),)
    assert facets[By.COUNCIL] == ()


def test_only_the_commonest_values_are_told(fill: Fill) -> None:
    posts = [
        replace(one, slug=f"blog-{place % 7}", feed="", councils=())
        for place, one in enumerate(many(["damp"] * 20))
    ]
    blogs = fill(*posts).facets(parse_query("damp"), most=3)[By.BLOG]
    assert blogs == (Tally("blog-0", 3), Tally("blog-1", 3), Tally("blog-2", 3))


# Likeness and titles


def test_posts_about_the_same_are_alike(fill: Fill) -> None:
    texts = [
        "damp sensors in tenants homes measure humidity",
        "humidity sensors tell tenants of damp",
        "bin days",
        "bin days and other days",
    ]
    posts = many(texts)
    search = fill(*posts)
    assert [hit.id for hit in search.similar(posts[0], limit=5).hits] == ["0001"]
    assert [hit.id for hit in search.similar(posts[2], limit=5).hits] == ["0003"]


def test_a_post_of_no_words_is_like_no_other(search: Search) -> None:
    assert (
        search.similar(Document(id="x", title="", text="", feed="", slug=""), limit=5).hits == ()
    )


@pytest.mark.parametrize(
    ("text", "ids"),
    [("damp", ["damp"]), ("damp sen", ["damp"]), ("sensors", ["damp"]), ("d", []), ("xyzzy", [])],
)
def test_titles_go_on_as_they_were_begun(search: Search, text: str, ids: list[str]) -> None:
    assert [hit.id for hit in search.titles(text, limit=5).hits] == ids


@pytest.mark.parametrize(
    ("names", "query", "ids"),
    [
        (["council home", "nothing of the kind"], "", ["damp"]),
        (["home council"], "", []),  # not in this order
        (["forty sensors"], "", []),  # in the text alone
        (["sensor", "bins"], "", ["bins", "damp"]),
        (["sensor", "bins"], "tag:waste", ["bins"]),
        (["sensor", "bins"], "-tag:waste", ["damp"]),
        ([], "", []),
        ([" – "], "", []),
    ],
)
def test_titles_say_a_name_among_what_filters_leave(
    search: Search, names: list[str], query: str, ids: list[str]
) -> None:
    found = search.titled(names, parse_query(query), limit=5)
    assert sorted(hit.id for hit in found.hits) == ids
    assert found.total == len(ids)


def test_the_title_that_says_more_of_the_names_comes_first(fill: Fill) -> None:
    posts = [replace(one, title=f"Bins {n}") for n, one in enumerate(many(["x"] * 9))]
    posts[4] = replace(posts[4], title="Bins, and recycling of bins")
    search = fill(*posts)
    first, *_ = search.titled(["bin", "recycling"], parse_query(""), limit=3).hits
    assert first.id == posts[4].id


def test_an_empty_index_answers_nothing(fill: Fill) -> None:
    search = fill()
    for text in ("damp", '"damp"', "topic:waste", "dam*", "damp OR mould", "acessible"):
        query: Query = parse_query(text)
        assert search.find(query, limit=5).total == 0
        search.facets(query)
        search.read(query)
    assert search.titles("dam", limit=5).hits == ()
    assert search.titled(["damp"], parse_query(""), limit=5).hits == ()
    assert search.similar(DAMP, limit=5).hits == ()
