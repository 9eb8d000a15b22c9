"""A post's own page, the page about us, and the pages for when something went wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html

from index.model import Kind
from index.settings import read_settings
from tests.conftest import FEED, NOW
from tests.index.test_clusters import BODY
from tests.web.conftest import BASE, Planet, entry, feed, post_id, words
from web.pages import create_pages
from web.problems import problem_page
from web.site import Site

Look = Callable[[str], html.HtmlElement]


def _details(look: Look) -> tuple[html.HtmlElement, dict[str, str]]:
    page = look(look("/").cssselect("a.more")[0].get("href"))
    facts = {words(d.find("dt")): words(d.find("dd")) for d in page.cssselect(".facts div")}
    return page, facts


def test_a_posts_page_tells_all_we_know_of_it(planet: Planet, look: Look) -> None:
    planet.publish(
        replace(FEED, kind=Kind.SECTOR_BODY, councils=("hackney", "leeds")),
        entry(
            "Ffurflenni",
            text="gair " * 460,
            authors=("Ann", "Bob", "Cai"),
            tags=("forms", "Welsh language"),
            language="cy",
            licence="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            updated=datetime(2026, 4, 25, 12, tzinfo=UTC),
        ),
    )
    page, facts = _details(look)
    assert facts == {
        "By": "Ann, Bob and Cai",
        "Blog": "Parks and paths, sector body",
        "Councils": "Hackney and Leeds",
        "Published": "Monday 20 April 2026",
        "Changed": "Saturday 25 April 2026",
        "First seen here": "Friday 1 May 2026",
        "Length": "460 words, 2 min read",
        "Language": "Welsh",
        "Licence": "Open Government Licence v3",
        "Topics": "Online forms and booking Bilingual and translated services",
        "Tags": "forms Welsh language",
    }
    assert page.cssselect("h1")[0].get("lang") == "cy"


def test_a_posts_page_leaves_out_what_nobody_said(planet: Planet, look: Look) -> None:
    bare = entry("Bare", authors=(), tags=(), language="xx", licence="", text="", complete=False)
    planet.publish(replace(FEED, councils=()), bare)
    assert list(_details(look)[1]) == ["Blog", "Published", "First seen here"]


def test_search_engines_are_sent_to_the_author(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("bandstand"))
    page, _ = _details(look)
    assert page.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    canonical = page.cssselect("link[rel=canonical]")[0].get("href")
    assert canonical == page.cssselect("a.go")[0].get("href") == "https://parks.example/bandstand"
    assert words(page.cssselect("a.go")[0]) == "Read it on parks.example"


def test_a_tag_leads_to_the_posts_that_have_it(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("a", tags=("damp", "adult social care", "News")))
    page, facts = _details(look)
    [row] = [div for div in page.cssselect(".facts div") if words(div).startswith("Tags")]
    links = {words(a): a.get("href") for a in row.cssselect("a")}
    assert links == {"damp": "/tags/damp", "adult social care": "/tags/adultsocialcare"}
    assert facts["Tags"] == "damp adult social care News"  # of which the last says nothing


def test_a_post_leads_to_more_like_it_most_of_them_from_other_blogs(
    planet: Planet, look: Look
) -> None:
    text = "Damp sensors tell us of mould in homes before tenants do."
    planet.publish(FEED, *(entry(f"Damp {n}", text=text) for n in range(5)))
    for name in ("roads", "rivers"):
        planet.publish(feed(name), *(entry(f"{name} {n}", text=text) for n in range(2)))
    planet.publish(feed("other"), *(entry(f"Elections {n}", text="Voting.") for n in range(30)))
    planet.index()
    page = look(f"/posts/{post_id(look('/blogs/parks-and-paths'), 'Damp 0')}")
    more = [words(h) for h in page.cssselect("[aria-labelledby=alike] h3")]
    assert len(more) == 5
    assert sum(title.startswith("Damp") for title in more) <= 2
    assert "Damp 0" not in more


def test_a_posts_page_does_without_the_search_index(planet: Planet, look: Look) -> None:
    planet.publish(FEED, entry("bandstand"))
    page, _ = _details(look)
    assert not page.cssselect("#alike")


def test_a_post_can_be_cited(planet: Planet, look: Look) -> None:
    odd = entry("Swings [and] *slides*", url="https://parks.example/a_(b)", authors=("Ann", "Bob"))
    planet.publish(FEED, odd)
    text, markdown = (words(code) for code in _details(look)[0].cssselect("details code"))
    assert text == (
        "Ann and Bob, ‘Swings [and] *slides*’, Parks and paths, 20 April 2026, "
        "https://parks.example/a_(b)"
    )
    assert markdown == (
        r"Ann and Bob, [Swings \[and\] \*slides\*](https://parks.example/a_%28b%29), "
        "Parks and paths, 20 April 2026"
    )


@pytest.mark.parametrize("path", ["/posts/nosuch", "/blogs/nosuch", "/nosuch", "/blogs?show=odd"])
def test_what_is_not_there_gets_a_page_of_our_own(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    page = html.document_fromstring(answer.text)
    assert words(page.cssselect("h1")[0]) == "There is nothing at this address"
    assert page.cssselect("form[role=search] input[name=q]")
    assert page.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    assert page.cssselect("link[rel=stylesheet]")


def test_a_withdrawn_blog_is_gone_with_all_its_posts(
    planet: Planet, look: Look, client: TestClient
) -> None:
    planet.publish(feed("roads"), entry("potholes"))
    details = look("/").cssselect("a.more")[0].get("href")
    planet.withdraw(feed("roads"))
    for path in (details, "/blogs/roads", "/blogs/roads.atom"):
        assert client.get(path).status_code == 404, path
    assert "potholes" not in client.get("/feed.atom").text


@pytest.mark.parametrize(
    ("status", "heading", "wait"),
    [
        (400, "We could not read that request", None),
        (404, "There is nothing at this address", None),
        (405, "That cannot be done here", None),
        (418, "I'm a Teapot", None),
        (429, "Too many requests", "60"),
        (500, "Something went wrong", None),
        (503, "Try again soon", "120"),
    ],
)
def test_every_problem_says_what_to_do_next(
    site: Site, status: int, heading: str, wait: str | None
) -> None:
    answer = problem_page(site, status, "The cat <sat> on it.")
    page = html.document_fromstring(bytes(answer.body).decode())
    assert answer.status_code == status
    assert words(page.cssselect("h1")[0]) == heading
    assert "The cat <sat> on it." in words(page)
    assert len(page.cssselect(".prose p")) >= 2
    assert answer.headers.get("retry-after") == wait


def test_a_problem_may_set_its_own_time_to_return(site: Site) -> None:
    assert problem_page(site, 503, retry_after=30).headers["retry-after"] == "30"


def test_owners_learn_who_visits_them_and_how_to_leave(look: Look) -> None:
    page = look("/about")
    said = words(page)
    assert "CouncilPlanet/1.0 (+mailto:hello@planet.example)" in said
    assert "User-agent: CouncilPlanet Disallow: /" in said
    assert page.cssselect("a[href='mailto:hello@planet.example']")
    assert "gone from our pages, feeds and search the same day" in said


@pytest.mark.rule(14)
@pytest.mark.rule(15)
@pytest.mark.parametrize(
    ("outgoing", "told"),
    [
        pytest.param(
            "",
            (
                "has not said which addresses our requests come from",
                'http.user_agent contains "CouncilPlanet/" Let it',
                "it has to be turned off.",
            ),
            id="we do not know where we come from",
        ),
        pytest.param(
            "192.0.2.7",
            (
                "Our requests come from: 192.0.2.7 How",
                "begins with CouncilPlanet/ and that come from the address above.",
                'http.user_agent contains "CouncilPlanet/" and ip.src in {192.0.2.7}',
                "allow our address with an IP Access rule",
            ),
            id="from one address",
        ),
        pytest.param(
            "192.0.2.7, 2001:db8::/56",
            ("come from one of the addresses above", "ip.src in {192.0.2.7 2001:db8::/56}"),
            id="from several",
        ),
    ],
)
def test_owners_learn_how_to_let_us_in(site: Site, outgoing: str, told: tuple[str, ...]) -> None:
    said = _about(replace(site, settings=read_settings(base_url=BASE, outgoing=outgoing)))
    for sentence in told:
        assert sentence in said
    assert "we may ask once more as CouncilPlanet/1.0, because" in said


@pytest.mark.rule(14)
def test_a_crawler_without_a_contact_has_no_other_name_to_try(site: Site) -> None:
    assert "ask once more" not in _about(replace(site, agent="CouncilPlanet/1.0"))


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("https://us.example/contact", "write to us.example."),
        ("Ann, 01632 960001", "write to Ann, 01632 960001."),
        ("", "They have not given an address here yet"),
    ],
)
def test_the_contact_is_shown_as_what_it_is(site: Site, contact: str, shown: str) -> None:
    said = _about(replace(site, settings=read_settings(base_url=BASE, contact=contact)))
    assert shown in said


def _about(site: Site) -> str:
    app = FastAPI()
    app.include_router(create_pages(site))
    with TestClient(app, base_url=BASE) as client:
        return words(html.document_fromstring(client.get("/about").text))


def test_an_archived_blog_says_that_it_is_kept(planet: Planet, look: Look) -> None:
    roads = feed("roads")
    planet.publish(roads, entry("potholes"))
    planet.feeds.remove(roads)
    planet.publish(feed("parks"), entry("swings", published=NOW))
    assert "Kept. It is no longer on our list" in words(look("/blogs/roads"))


def test_a_post_says_who_discusses_it_and_what_it_answers(
    planet: Planet, look: Callable[[str], html.HtmlElement], client: TestClient
) -> None:
    link = '<p><a href="https://parks.example/first?utm_source=x">first</a></p>'
    planet.publish(feed("parks"), entry("first", published=NOW - timedelta(days=9)))
    second = entry("second", url="https://bins.example/second", html=link)
    planet.publish(feed("bins"), second)
    front = look("/")
    [count] = front.xpath("//a[contains(., 'discussed by')]")
    assert words(count) == "discussed by 1 post"
    page = look(str(count.get("href")).partition("#")[0])
    [by] = page.xpath("//section[h2[@id='discussed']]")
    assert "second" in words(by)
    answers = look(f"/posts/{post_id(by, 'second')}").xpath("//section[h2[@id='answers']]")
    assert ["first" in words(section) for section in answers] == [True]
    assert "<thr:total>1</thr:total>" in client.get("/feed.atom").text
    [item] = [i for i in client.get("/feed.json").json()["items"] if i["title"] == "first"]
    assert item["_source"]["discussed_by"] == 1


def test_a_post_is_shown_once_and_says_where_else_it_was_published(
    planet: Planet, look: Callable[[str], html.HtmlElement], client: TestClient
) -> None:
    own = {"url": "https://parks.example/damp", "text": BODY, "title": "Damp"}
    there = {"url": "https://medium.com/parks/damp", "text": BODY, "title": "Of damp"}
    planet.publish(feed("parks"), entry("damp", published=NOW - timedelta(days=3), **own))
    planet.publish(feed("medium"), entry("copy", published=NOW - timedelta(days=2), **there))
    front = look("/")
    assert len(front.xpath("//article")) == 1
    [also] = front.xpath("//p[contains(., 'Also published at')]/a")
    assert (words(also), also.get("href")) == ("Medium", "https://medium.com/parks/damp")
    [copied] = look("/blogs/medium").xpath("//article//p[contains(., 'Published at')]")
    assert words(copied) == "Published at Parks, too"
    feed_of_all = client.get("/feed.atom").text
    assert 'rel="related" href="https://medium.com/parks/damp"' in feed_of_all
    [item] = client.get("/feed.json").json()["items"]
    assert item["_source"]["also"] == ["https://medium.com/parks/damp"]
