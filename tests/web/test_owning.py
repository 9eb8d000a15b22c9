"""Claiming a blog on the site, its owner's page, and leaving."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import etree, html

from api.app import create_app
from index.claim import Proof, Seen
from index.claims import Claims
from index.decisions import Decisions
from index.model import Poll
from index.opml import parse, unparse
from index.outbox import Outbox
from index.refresh import refresh
from index.settings import read_settings
from tests.conftest import NOW, Clock
from tests.web.conftest import BASE, OURS, Planet, entry, feed, words

PARKS, DUCKS = feed("parks"), feed("ducks")
POLL = Poll(due=NOW + timedelta(days=1), visited=NOW, succeeded=NOW)
LONG = "The bandstand reopens with music, tea and cake on Saturday at noon. " * 4
OPEN = "https://creativecommons.org/licenses/by/4.0/"
HOSTILE = "<script>alert(1)</script>&\"'"
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass
class Desk:
    """A browser before a planet of two blogs, and the crawler's side of it."""

    client: TestClient
    planet: Planet
    clock: Clock
    opml: Path

    @property
    def claims(self) -> Claims:
        """What the crawler is asked to look for."""
        return Claims(self.planet.database, self.clock)

    def page(self, path: str) -> html.HtmlElement:
        """Open a page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return html.document_fromstring(answer.text)

    def claim(self, **said: str) -> Response:
        """Fill in the form, in the time that a person takes."""
        path = "/blogs/parks/own"
        opened = str(self.page(path).cssselect("input[name=opened]")[0].get("value"))
        self.clock.now += timedelta(seconds=9)
        return self.client.post(path, data={"email": "", "website": "", "opened": opened, **said})

    def prove(self) -> str:
        """Claim the blog and let the crawler find the code; return the owner's page."""
        path = self.claim().headers["location"]
        self.client.post(path, data={"do": "look"})
        [sought] = self.claims.take(9)
        self.claims.came_of(sought, Seen(how=Proof.META))
        return path

    def index(self) -> None:
        """Tell the search index of what has changed, as the crawler does every two seconds."""
        refresh(Outbox(self.planet.database), self.planet.search_url)


@pytest.fixture
def desk(planet: Planet, tmp_path: Path) -> Iterator[Desk]:
    post = entry("parks-1", title="The bandstand", text=f"{LONG} A quagga came.", licence=OPEN)
    planet.publish(PARKS, replace(post, excerpt=LONG[:250]), poll=POLL)
    planet.publish(
        DUCKS, entry("ducks-1", title="Boxes", url="https://ducks.example/1"), poll=POLL
    )
    planet.index()
    clock, opml = Clock(), tmp_path / "feeds.opml"
    opml.write_bytes(unparse([PARKS, DUCKS], title="Blogs"))
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url, opml=opml)
    with TestClient(
        create_app(settings, clock), base_url=BASE, follow_redirects=False, headers=OURS
    ) as client:
        yield Desk(client, planet, clock, opml)


def test_a_claim_shows_three_ways_to_prove_it_and_waits_for_the_crawler(desk: Desk) -> None:
    assert desk.page("/blogs/parks").cssselect("a[href='/blogs/parks/own']")
    answer = desk.claim(email="ann@parks.example")
    assert answer.status_code == 303
    path = answer.headers["location"]
    claim = desk.claims.by_token(path.rpartition("/")[2])
    shown = words(desk.page(path))
    assert f'<meta name="council-planet" content="{claim.code}">' in shown
    assert f'<a rel="me" href="{BASE}/blogs/parks#{claim.code}">' in shown
    assert "into a post" in shown
    assert desk.claims.take(9) == []  # nobody has said that it is there
    assert desk.client.post(path, data={"do": "look"}).status_code == 303
    page = desk.page(path)
    assert page.cssselect("script[data-every]")
    [sought] = desk.claims.take(9)
    assert (sought.code, sought.site, sought.url) == (claim.code, PARKS.site, PARKS.url)
    desk.claims.came_of(sought, Seen(reason="absent", detail=f"Not there {HOSTILE}."))
    page = desk.page(path)
    assert HOSTILE in words(page)
    assert not page.cssselect("script")
    assert "Look again" in words(page)


def test_an_owners_page_is_private_and_nothing_leads_to_it(desk: Desk) -> None:
    path = desk.prove()
    for made in (path, desk.claim().headers["location"]):
        answer = desk.client.get(made)
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["referrer-policy"] == "same-origin"
    token = path.rpartition("/")[2]
    for public in ("/blogs/parks", "/", "/feed.atom", "/sitemap.xml", "/api/feeds"):
        assert token not in desk.client.get(public).text
    for other in ("/owners/nobody", "/owners/1", "/owners/x.atom", f"/owners/{token}.atom"):
        assert desk.client.get(other).status_code == 404


def test_until_it_is_proved_the_page_changes_nothing(desk: Desk) -> None:
    path, before = desk.claim().headers["location"], desk.opml.read_bytes()
    for said in (
        {"do": "correct", "kind": "supplier"},
        {"do": "show", "excerpt": "title", "full_text": "no"},
        {"do": "tell", "email": "ann@parks.example"},
        {"do": "leave", "sure": "yes"},
    ):
        answer = desk.client.post(path, data=said)
        assert answer.status_code == 409
        assert "Show first that the blog is yours." in answer.text
    assert desk.opml.read_bytes() == before
    assert "The bandstand" in words(desk.page("/blogs/parks"))


def test_an_owner_corrects_what_the_blog_is(desk: Desk) -> None:
    path = desk.prove()
    page = desk.page(path)
    assert [one.get("name") for one in page.cssselect("#correct ~ div select")] == [
        "kind",
        *["council"] * 3,
        "nation",
    ]
    said = {"kind": "practitioner", "council": ["", "camden", "hackney"], "nation": ""}
    answer = desk.client.post(path, data={"do": "correct", "description": HOSTILE, **said})
    assert answer.status_code == 303
    [line] = [one for one in parse(desk.opml.read_bytes()).feeds if one.url == PARKS.url]
    assert (line.kind.value, line.councils) == ("practitioner", ("camden", "hackney"))
    blog = desk.page("/blogs/parks")
    assert HOSTILE in words(blog)
    assert not blog.cssselect("main script:not([type])")
    assert "Practitioner" in words(blog)
    log = Decisions(desk.planet.database, desk.opml).log()
    assert [(one.who, one.what) for one in log] == [
        ("the owner", "correct"),
        ("the owner", "prove"),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"do": "correct", "kind": "shop"},
        {"do": "correct", "kind": "council", "nation": "france"},
        {"do": "show", "excerpt": "all"},
        {"do": "tell", "email": "x"},
    ],
)
def test_what_cannot_be_done_is_said(desk: Desk, said: dict[str, str]) -> None:
    answer = desk.client.post(desk.prove(), data=said)
    assert answer.status_code == 409
    assert html.document_fromstring(answer.text).cssselect("[role=alert]")


def test_a_list_that_cannot_be_written_is_said_without_its_place(desk: Desk) -> None:
    path = desk.prove()
    desk.opml.write_text("<opml>")
    answer = desk.client.post(path, data={"do": "correct", "kind": "supplier"})
    assert answer.status_code == 409
    assert str(desk.opml) not in answer.text


EVERYWHERE = (
    *("/", "/blogs/parks", "/search?q=bandstand", "/feed.atom", "/feed.rss", "/feed.json"),
    *("/blogs/parks.atom", "/search.atom?q=bandstand", "/api/entries", "/api/entries.jsonl"),
    *("/api/entries.csv", "/api/search?q=bandstand", "/councils/hackney", "/api/feeds/parks"),
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_the_owners_wish_holds_wherever_an_excerpt_leaves_us(desk: Desk, path: str) -> None:
    def told() -> str:
        desk.index()
        answer = desk.client.get(path)
        assert answer.status_code == 200
        return str(answer.text).replace("<mark>", "").replace("</mark>", "")

    owner, shows = desk.prove(), "music, tea and cake" in told()
    assert shows or path == "/api/feeds/parks"
    title = {"do": "show", "excerpt": "title", "full_text": "no"}
    assert desk.client.post(owner, data=title).status_code == 303
    after = told()
    assert "music, tea and cake" not in after
    assert "quagga" not in after
    assert ("The bandstand" in after) == (path != "/api/feeds/parks")


def test_an_owner_sees_how_the_blog_is_doing_and_is_told_by_a_feed(desk: Desk) -> None:
    page = desk.page(desk.prove())
    assert "Our first visit" in words(page)
    [address] = [words(one) for one in page.cssselect("pre code") if ".atom" in words(one)]
    where = address.removeprefix(BASE)
    answer = desk.client.get(where)
    assert answer.headers["cache-control"] == "no-store"
    quiet = etree.fromstring(answer.content)
    assert quiet.findall(f"{ATOM}entry") == []
    with desk.planet.database.write() as db:
        db.exec_driver_sql(
            "UPDATE polls SET problem = 'dns', detail = 'The name is gone.',"
            " failing_since = '2026-04-29T09:00:00.000000Z'"
        )
    [told] = etree.fromstring(desk.client.get(where).content).findall(f"{ATOM}entry")
    assert "The name is gone." in str(told.findtext(f"{ATOM}summary"))
    assert told.findtext(f"{ATOM}updated") == "2026-04-29T09:00:00Z"


def test_whoever_leaves_is_gone_from_everywhere_after_a_second_thought(desk: Desk) -> None:
    path = desk.prove()
    paths = [one for one in EVERYWHERE if "parks" not in one] + [
        "/blogs",
        "/feeds.opml",
        "/sitemap.xml",
    ]
    assert any("The bandstand" in desk.client.get(one).text for one in paths)
    asked = desk.client.post(path, data={"do": "leave"})
    assert "for good?" in asked.text
    assert desk.client.get("/blogs/parks").status_code == 200
    answer = desk.client.post(path, data={"do": "leave", "sure": "yes"})
    assert "has left" in answer.text
    for gone in (
        "/blogs/parks",
        "/blogs/parks.atom",
        "/blogs/parks/own",
        path,
        "/api/feeds/parks",
    ):
        assert desk.client.get(gone).status_code == 404, gone
    desk.index()
    for one in paths:
        text = desk.client.get(one).text
        assert "The bandstand" not in text, one
        assert "parks.example" not in text, one
    assert [one.url for one in parse(desk.opml.read_bytes()).feeds] == [DUCKS.url]


@pytest.mark.parametrize(
    "said", [{"website": "x"}, {"opened": "1.x"}, {"opened": ""}, {"email": "x"}]
)
def test_a_claim_that_cannot_be_taken_says_why(desk: Desk, said: dict[str, str]) -> None:
    answer = desk.claim(**said)
    assert answer.status_code == 422
    assert html.document_fromstring(answer.text).cssselect("[role=alert]")


def test_other_sites_cannot_make_a_browser_claim_or_act(desk: Desk) -> None:
    path = desk.prove()
    for where in ("/blogs/parks/own", path):
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            answer = desk.client.post(where, data={"do": "leave", "sure": "yes"}, headers=headers)
            assert answer.status_code == 403
    assert desk.client.get("/blogs/parks").status_code == 200


def test_a_flood_of_claims_is_stopped(desk: Desk) -> None:
    codes = [desk.claim().status_code for _ in range(12)]
    assert codes == [303] * 10 + [429] * 2


def test_blogs_that_are_not_listed_cannot_be_claimed(desk: Desk) -> None:
    assert desk.client.get("/blogs/nobody/own").status_code == 404
    path = desk.claim().headers["location"]
    desk.planet.withdraw(PARKS)
    assert desk.client.get("/blogs/parks/own").status_code == 404
    assert desk.client.get(path).status_code == 404


def test_a_flood_of_changes_is_stopped(desk: Desk) -> None:
    path = desk.claim().headers["location"]
    codes = [desk.client.post(path, data={"do": "look"}).status_code for _ in range(62)]
    assert codes == [303] * 60 + [429] * 2
    assert desk.client.post("/owners/nobody", data={"do": "look"}).status_code == 404
