"""Reading the planet: filters, which may be remembered, no flood, what is new, and chance."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from protego import Protego

from index.chance import old_post
from index.errors import NotFound
from index.finding import By, Filter
from index.model import Cursor, Feed, Kind, Post
from index.narrowing import narrow
from index.vocabulary import vocabulary
from tests.conftest import NOW
from tests.web.conftest import BASE, Planet, entry, feed, words
from web.chosen import cookie_text, read_chosen, read_remembered, read_since, since_text
from web.planet import COOKIE
from web.runs import MOST, Item, days, thinned, whole
from web.site import Site

Look = Callable[[str], html.HtmlElement]
DAY = timedelta(days=1)
OURS = {  # what a browser says, of an empty form too
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/x-www-form-urlencoded",
}


@pytest.fixture
def four(planet: Planet) -> Planet:
    """A planet of four blogs, of different kinds, nations, councils and topics."""
    damp = "damp and mould in council homes, damp and mould"
    hackney = replace(feed("parks"), councils=("hackney",), nation="england")
    planet.publish(hackney, entry("damp", text=damp, title="Damp and mould", published=NOW))
    cardiff = replace(feed("roads"), councils=("cardiff",), nation="wales")
    planet.publish(cardiff, entry("Potholes", published=NOW - DAY))
    vendor = replace(feed("vendor", kind=Kind.SUPPLIER), councils=(), nation="wales")
    planet.publish(vendor, entry("Sensors", published=NOW - 2 * DAY))
    person = replace(feed("person", kind=Kind.PRACTITIONER), councils=(), nation="england")
    planet.publish(person, entry("Weeknotes", published=NOW - 3 * DAY))
    planet.index()
    return planet


def _titles(page: html.HtmlElement) -> list[str]:
    return [words(h) for h in page.cssselect("article h3")]


def _post(number: int, blog: int, age: int = 0) -> Post:
    moment = NOW - age * DAY
    return Post(
        id=f"{number:x}", feed=Feed(id=blog), url="", title="", titled=True, excerpt="",
        complete=True, words=0, authors=(), tags=(), topics=(), councils=(), language="",
        licence="",
        published=moment, updated=None, first_seen=moment, sort_at=moment, late=False,
    )  # fmt: skip


# Filters


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("kind=supplier", ["Sensors"]),
        ("nation=wales", ["Potholes", "Sensors"]),
        ("nation=Wales&kind=council", ["Potholes"]),
        ("council=hackney", ["Damp and mould"]),
        ("region=london", ["Damp and mould"]),
        ("topic=damp-and-mould", ["Damp and mould"]),
        ("kind=supplier&kind=practitioner", ["Sensors", "Weeknotes"]),
        ("kind=-supplier", ["Damp and mould", "Potholes", "Weeknotes"]),
        ("kind=supplier&nation=england", []),
        ("q=nothing&blog=parks&kind=supplier", ["Sensors"]),
    ],
)
def test_filters_combine_and_live_in_the_address(
    four: Planet, look: Look, client: TestClient, asked: str, titles: list[str]
) -> None:
    page = look(f"/?{asked}")
    assert _titles(page) == titles
    followed = client.get(f"/feed.json?{asked}").json()
    assert [item["title"] for item in followed["items"]] == titles
    robots = page.cssselect("meta[name=robots]")
    assert [meta.get("content") for meta in robots] == ["noindex, follow"]


def test_a_filter_can_be_removed_alone(four: Planet, look: Look) -> None:
    page = look("/?nation=wales&kind=supplier&since=2026-04-01")
    links = {words(a): str(a.get("href")) for a in page.cssselect(".choices a")}
    assert links == {
        "Remove the filter Suppliers ×": "/?nation=wales&since=2026-04-01T00:00",
        "Remove the filter Wales ×": "/?kind=supplier&since=2026-04-01T00:00",
    }
    [last] = look("/?nation=wales").cssselect(".choices a")
    assert last.get("href") == "/?all=1"


def test_the_form_asks_for_the_same_again(four: Planet, look: Look, client: TestClient) -> None:
    asked = "/?nation=wales&kind=supplier&kind=council&kind=-community&since=2026-04-01"
    [form] = look(asked).cssselect("form.find[action='/']")
    held = form.form_values()
    assert sorted(name for name, _ in held) == [
        "council", "kind", "kind", "kind", "nation", "region", "since", "topic",
    ]  # fmt: skip
    led = client.get(f"/?{urlencode(held)}").headers["location"]
    assert sorted(parse_qsl(urlsplit(led).query)) == [
        ("kind", "-community"), ("kind", "council"), ("kind", "supplier"),
        ("nation", "wales"), ("since", "2026-04-01T00:00"),
    ]  # fmt: skip


def test_an_option_without_a_value_says_its_topic_by_its_words(look: Look) -> None:
    every = look("/").cssselect("select[name=topic] option")[1:]
    assert not any(one.get("value") for one in every)  # they would be a third of a kilobyte more
    read = [narrow("topic", words(one)) for one in every]
    assert read == [Filter(By.TOPIC, slug) for slug in vocabulary().topics]


def test_the_form_offers_the_councils_that_write(four: Planet, look: Look) -> None:
    [council] = look("/").cssselect("select[name=council]")
    assert [words(one) for one in council.cssselect("option")] == ["Any", "Cardiff", "Hackney"]
    [unknown] = look("/?council=nowhere").cssselect("option[selected]")
    assert words(unknown).lower() == "nowhere"


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ("kind=&nation=wales&region=&topic=&council=", "/?nation=wales"),
        ("kind=&nation=&region=&topic=&council=", "/?all=1"),
        ("kind=&since=2026-04-01", "/?since=2026-04-01T00:00&all=1"),
    ],
)
def test_a_form_with_empty_fields_leads_to_a_short_address(
    client: TestClient, sent: str, place: str
) -> None:
    answer = client.get(f"/?{sent}")
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert answer.headers["cache-control"] == "no-store"


def test_filtered_pages_and_feeds_are_turned_alike(
    planet: Planet, look: Look, client: TestClient
) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(45)))
    planet.index()
    path, pages = "/?kind=council&since=2026-04-20", list[list[str]]()
    while path:
        page = look(path)
        pages.append(_titles(page))
        path = "".join(str(a.get("href")) for a in page.cssselect("[rel=next]"))
        assert not path or "since=2026-04-20T00:00" in path
    assert [len(one) for one in pages] == [20, 20, 5]
    url, items = f"{BASE}/feed.json?kind=council", list[str]()
    while url:
        followed = client.get(url.removeprefix(BASE)).json()
        items += [item["title"] for item in followed["items"]]
        url = followed.get("next_url", "")
    assert items == [title for one in pages for title in one]


def test_a_feed_leaves_it_to_its_reader_what_is_new(four: Planet, client: TestClient) -> None:
    plain = client.get("/feed.json?kind=supplier").content
    for since in ("now", "2026-04-01", "nonsense"):
        assert client.get(f"/feed.json?kind=supplier&since={since}").content == plain


def test_there_is_no_page_after_the_last(four: Planet, client: TestClient) -> None:
    for path in (
        "/?kind=supplier&page=2",
        "/?kind=supplier&page=x",
        "/feed.atom?kind=supplier&page=9",
    ):
        assert client.get(path).status_code == 404


def test_what_nobody_wrote_leads_back_to_everything(four: Planet, look: Look) -> None:
    page = look("/?kind=supplier&nation=england")
    assert words(page.cssselect("h1")[0]) == "No posts yet"
    assert page.cssselect("main a[href='/?all=1']")


def test_a_filtered_page_names_its_feed(four: Planet, look: Look, client: TestClient) -> None:
    page = look("/?kind=supplier&nation=wales")
    offered = page.cssselect("link[type='application/atom+xml']")
    assert [link.get("href") for link in offered] == [
        "/feed.atom?nation=wales&kind=supplier",
        "/feed.atom",
    ]
    assert client.get("/feed.json?kind=supplier").json()["title"] == "Suppliers on Council Planet"


def test_without_an_index_filters_wait_and_the_rest_goes_on(
    planet: Planet, client: TestClient
) -> None:
    planet.publish(feed("parks"), entry("one"))
    assert client.get("/?kind=council").status_code == 503
    assert client.get("/feed.atom?kind=council").status_code == 503
    client.cookies.set(COOKIE, "kind%3Dcouncil")
    own = client.get("/")
    assert own.status_code == 200
    assert "one" in own.text
    assert "Your filters cannot be used while the search is being rebuilt" in own.text


# Filters that are remembered


def test_remembered_filters_decide_what_the_plain_page_shows(
    four: Planet, client: TestClient, look: Look
) -> None:
    form = look("/?kind=supplier&nation=wales").cssselect("form[method=post]")[0]
    answer = client.post(form.action, data=dict(form.form_values()), headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    kept = answer.headers["set-cookie"]
    assert kept.startswith("planet-filters=nation%3Dwales%26kind%3Dsupplier;")
    for promise in ("HttpOnly", "Max-Age=31536000", "Path=/", "SameSite=lax", "Secure"):
        assert promise in kept
    page = look("/")
    assert _titles(page) == ["Sensors"]
    [everything] = [a for a in page.cssselect("main a") if words(a) == "Show everything"]
    assert len(_titles(look(str(everything.get("href"))))) == 4
    forget = page.cssselect("form[method=post]")[0]
    client.post(forget.action, data=dict(forget.form_values()), headers=OURS)
    assert len(client.cookies) == 0
    assert len(_titles(look("/"))) == 4


def test_a_page_of_ones_own_is_kept_by_nobody(four: Planet, client: TestClient) -> None:
    plain = client.get("/")
    client.cookies.set(COOKIE, "kind%3Dsupplier")
    own = client.get("/", headers={"If-None-Match": plain.headers["etag"]})
    assert own.status_code == 200
    assert own.headers["cache-control"] == "private, no-store"
    assert own.headers["vary"] == "Cookie"
    assert "etag" not in own.headers


def test_what_all_readers_see_alike_may_be_shared(four: Planet, client: TestClient) -> None:
    shared = (
        "/?all=1",
        "/?kind=supplier",
        "/?before=1-a",
        "/feed.atom",
        "/feed.json?kind=supplier",
    )
    before = {path: client.get(path) for path in ("/", *shared)}
    client.cookies.set(COOKIE, "kind%3Dsupplier")
    for path in shared:
        answer = client.get(path)
        assert answer.content == before[path].content, path
        assert "Cookie" not in answer.headers.get("vary", ""), path
        assert answer.headers["cache-control"].startswith("public"), path
        assert "set-cookie" not in answer.headers, path
    # One address with two answers has to say so, or a cache would give one for the other.
    assert before["/"].headers["cache-control"] == "public, max-age=60"
    assert before["/"].headers["vary"] == "Cookie"


def test_what_is_new_is_marked_in_remembered_filters_too(
    four: Planet, client: TestClient, look: Look
) -> None:
    client.cookies.set(COOKIE, "kind%3Dsupplier")
    page = look("/?since=2026-04-01")
    assert _titles(page) == ["Sensors"]
    assert "1 post is new since 1 April 2026" in words(page)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": BASE}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_no_other_site_can_set_a_readers_filters(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/filters", data={"kind": "supplier"}, headers=headers)
    assert answer.status_code == status
    assert ("set-cookie" in answer.headers) == (status == 303)
    assert answer.headers["cache-control"] == "no-store"


def test_a_form_that_is_none_of_ours_is_refused(client: TestClient) -> None:
    for body, status in (
        (b"kind=" + b"x" * 9000, 413),
        (b"&".join([b"a=b"] * 400), 400),
        (b"\xff", 400),
    ):
        assert client.post("/filters", content=body, headers=OURS).status_code == status
    assert client.get("/filters").status_code == 405


@pytest.mark.parametrize("value", ["", "nonsense", "%00", "kind", "q%3Ddamp", "page%3D9", '"%"'])
def test_a_cookie_that_says_nothing_is_as_good_as_none(
    four: Planet, client: TestClient, value: str
) -> None:
    answer = client.get("/", headers={"Cookie": f"{COOKIE}={value}"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"


@given(st.lists(st.tuples(st.sampled_from(["kind", "topic", "council", "q", "page"]), st.text())))
def test_what_is_remembered_is_what_was_chosen(pairs: list[tuple[str, str]]) -> None:
    chosen = read_chosen([one for one in pairs if one[0] != "page"])
    kept = cookie_text(chosen)
    assert re.fullmatch(r"[\w.~%-]*", kept, re.ASCII)
    assert read_remembered(kept).asked.filters == chosen.asked.filters


def test_the_cookie_is_explained(look: Look) -> None:
    [told] = look("/about").cssselect("#cookie + div")
    assert "planet-filters" in words(told)


# No flood


def test_of_many_posts_of_a_blog_in_a_row_the_first_are_shown_and_the_rest_named(
    planet: Planet, look: Look
) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(7)))
    planet.publish(feed("roads"), entry("r", published=NOW - 9 * DAY))
    page = look("/")
    assert _titles(page) == ["p0", "p1", "p2", "r"]
    [rest] = page.cssselect(".posts details")
    assert words(rest.cssselect("summary")[0]) == "And 4 more from Parks"
    assert [words(a) for a in rest.cssselect("a")] == ["p3", "p4", "p5", "p6"]
    assert rest.cssselect("a")[0].get("href") == "https://parks.example/p3"


def test_a_feed_holds_all_of_them(planet: Planet, client: TestClient) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(7)))
    planet.publish(feed("roads"), entry("r", published=NOW - 9 * DAY))
    assert len(client.get("/feed.json").json()["items"]) == 8


def test_one_blog_read_alone_is_shown_whole(planet: Planet, look: Look) -> None:
    hackney = replace(feed("parks"), councils=("hackney",))
    planet.publish(hackney, *(entry(f"p{n}", published=NOW - n * DAY) for n in range(7)))
    planet.publish(replace(feed("roads"), councils=()), entry("r", published=NOW - 9 * DAY))
    planet.index()
    assert len(_titles(look("/?council=hackney"))) == 7


@given(st.lists(st.integers(0, 2), max_size=30))
def test_no_post_is_lost_and_no_order_changed(blogs: list[int]) -> None:
    posts = [_post(n, blog, n // 4) for n, blog in enumerate(blogs)]
    items = thinned(posts)
    assert [post for item in items for post in (item.post, *item.rest)] == posts
    for n, item in enumerate(items[MOST:], MOST):
        run = [one.post.feed.id for one in items[n - MOST : n + 1]]
        assert len(set(run)) > 1
        assert not item.rest or items[n + 1 : n + 2] == [] or items[n + 1].post.feed.id != run[-1]
    assert [item for _, members in days(items) for item in members] == items
    assert [item.post for item in whole(posts)] == posts


def test_as_many_as_may_be_shown_have_no_rest() -> None:
    posts = [_post(n, 1) for n in range(MOST)]
    assert thinned(posts) == [Item(post=post) for post in posts]


def test_cursors_go_by_the_posts_and_not_by_what_is_shown(
    planet: Planet, look: Look, site: Site
) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(40)))
    planet.publish(feed("roads"), entry("r", published=NOW - 50 * DAY))
    [older] = look("/").cssselect("[rel=next]")
    last = site.catalogue.latest(20)[-1]
    assert older.get("href") == f"/?before={Cursor.of(last)}"


# What is new


def test_posts_first_seen_since_then_are_marked_in_words_and_counted(
    planet: Planet, look: Look
) -> None:
    planet.publish(feed("parks"), entry("old"), at=NOW - 3 * DAY)
    planet.publish(feed("roads"), entry("new"), entry("late", published=NOW - 40 * DAY))
    page = look("/?since=2026-04-30T10:00")
    marked = {
        words(p.find(".//h3")): [words(s) for s in p.cssselect(".by .kind")]
        for p in page.cssselect("article")
    }
    assert marked == {"old": [], "new": ["New"], "late": ["New"]}
    [notice] = page.cssselect(".notice")
    assert words(notice).startswith(
        "2 posts are new since 30 April 2026, 10:00am, and marked “New”. Bookmark this page"
    )
    assert "New" not in {words(s) for s in look("/").cssselect(".kind")}


def test_a_title_in_the_rest_is_marked_too(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(5)))
    planet.publish(feed("roads"), entry("r", published=NOW - 9 * DAY))
    marked = look("/?since=2026-04-30").cssselect(".posts details li .kind")
    assert [words(one) for one in marked] == ["New", "New"]


def test_nothing_new_is_said(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), entry("old"), at=NOW - 3 * DAY)
    assert "Nothing is new since 1 May 2026." in words(look("/?since=2026-05-01"))


def test_what_is_counted_has_an_end_and_says_so(planet: Planet, look: Look) -> None:
    many = [entry(f"p{n}", published=NOW - n * timedelta(hours=1)) for n in range(210)]
    planet.publish(feed("parks"), *many)
    said = words(look("/?since=2026-04-01").cssselect(".notice")[0])
    assert said.startswith("Of the newest 200 posts, 200 are new since 1 April 2026")


def test_from_now_on_is_an_address_to_keep(four: Planet, client: TestClient, look: Look) -> None:
    [link] = [a for a in look("/?kind=supplier").cssselect("a") if "from now on" in words(a)]
    answer = client.get(str(link.get("href")))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?kind=supplier&since=2026-05-01T10:00"
    assert answer.headers["cache-control"] == "no-store"
    assert "1 May 2026, 10:00am" in words(look(answer.headers["location"]))


def test_turning_the_page_keeps_the_moment(planet: Planet, look: Look) -> None:
    planet.publish(feed("parks"), *(entry(f"p{n}", published=NOW - n * DAY) for n in range(40)))
    [older] = look("/?since=2026-04-01").cssselect("[rel=next]")
    assert str(older.get("href")).startswith("/?since=2026-04-01T00:00&before=")
    assert "New" in {words(s) for s in look(str(older.get("href"))).cssselect(".by .kind")}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", datetime(2026, 4, 30, 23, tzinfo=UTC)),
        ("2026-05-01T10:00", datetime(2026, 5, 1, 9, tzinfo=UTC)),
        ("2026-01-01T10:00:59", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00 01:00", datetime(2026, 5, 1, 9, tzinfo=UTC)),
        ("2026-05-01T09:00Z", datetime(2026, 5, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_day_or_a_time_in_london(text: str, moment: datetime) -> None:
    assert read_since(text) == moment
    assert read_since(since_text(read_since(text))) == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00", "9" * 50])
def test_a_moment_that_is_none_is_not_found(client: TestClient, text: str) -> None:
    with pytest.raises(NotFound):
        read_since(text)
    assert client.get("/", params={"since": text}).status_code == 404


# By chance


def test_a_surprise_is_a_post_older_than_a_year(planet: Planet, client: TestClient) -> None:
    old = [entry(f"old{n}", published=NOW - (400 + n) * DAY) for n in range(3)]
    planet.publish(feed("parks"), entry("new"), *old)
    places = set()
    for _ in range(60):
        answer = client.get("/surprise")
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        places.add(answer.headers["location"])
    assert len(places) == 3
    pages = [html.document_fromstring(client.get(place).text) for place in places]
    titles = {words(page.cssselect("h1")[0]) for page in pages}
    assert titles == {"old0", "old1", "old2"}


def test_no_surprise_is_of_a_blog_that_left(planet: Planet, client: TestClient) -> None:
    planet.publish(feed("parks"), entry("old", published=NOW - 400 * DAY))
    planet.withdraw(feed("parks"))
    assert client.get("/surprise").status_code == 404


def test_after_the_last_id_comes_the_first(planet: Planet) -> None:
    planet.publish(feed("parks"), entry("old", published=NOW - 400 * DAY))
    found = {old_post(planet.database, NOW, place) for place in ("0", "f" * 16)}
    assert len(found) == 1
    assert "" not in found
    assert old_post(planet.database, NOW - 500 * DAY, "0") == ""


def test_robots_are_not_surprised(client: TestClient, look: Look) -> None:
    rules = Protego.parse(client.get("/robots.txt").text)
    assert not rules.can_fetch(f"{BASE}/surprise", "anybot")
    links = look("/").cssselect("a[href='/surprise']")
    assert len(links) == 2
    assert {link.get("rel") for link in links} == {"nofollow"}


# By keyboard


def test_a_keyboard_comes_to_the_posts_in_two_steps(four: Planet, look: Look) -> None:
    page = look("/")
    first, second = page.cssselect("a.skip")
    assert first.get("href") == "#main"
    assert page.cssselect(str(second.get("href")))[0].tag == "h2"
    assert not page.cssselect("[accesskey], [tabindex]:not([tabindex='-1'])")
    for section in page.cssselect("section"):
        assert page.cssselect(f"#{section.get('aria-labelledby')}")


def test_everything_but_is_a_filter_too() -> None:
    chosen = read_chosen([("kind", "-supplier")])
    assert chosen.asked.filters == (Filter(By.KIND, "supplier", without=True),)
    assert chosen.query
    assert not read_chosen([]).query
