"""What readers report about blogs, and what moderators make of it and of blogs in trouble."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.app import create_app
from index.model import Poll, Status
from index.opml import parse, unparse
from index.reports import Reports
from index.settings import read_settings
from index.submissions import Submissions
from tests.conftest import NOW, Clock
from tests.web.conftest import BASE, OURS, Planet, entry, feed, words
from tests.web.test_moderate import HOSTILE, Desk

PARKS, MOVED = feed("parks"), feed("moved")
POLL = Poll(due=NOW + timedelta(days=1), visited=NOW, succeeded=NOW)
MOVING = replace(
    POLL,
    moving_to="https://new.example/feed",
    moving_why="redirect",
    moving_since=NOW,
    moving_seen=9,
)


@pytest.fixture
def desk(planet: Planet, tmp_path: Path) -> Iterator[Desk]:
    """A desk beside two listed blogs, of which one seems to have moved."""
    planet.publish(PARKS, entry("parks-1", title="The bandstand"), poll=POLL)
    planet.publish(MOVED, entry("moved-1", title="Boxes"), poll=MOVING)
    planet.index()
    clock, opml = Clock(), tmp_path / "feeds.opml"
    opml.write_bytes(unparse([PARKS, MOVED], title="Blogs"))
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url, opml=opml)
    with TestClient(
        create_app(settings, clock), base_url=BASE, follow_redirects=False, headers=OURS
    ) as client:
        yield Desk(client, planet, clock, opml, Submissions(planet.database, clock))


def report(desk: Desk, **said: str) -> html.HtmlElement:
    """Fill in the form, in the time that a person takes."""
    path = "/blogs/parks/report"
    page = html.document_fromstring(desk.client.get(path).text)
    opened = str(page.cssselect("input[name=opened]")[0].get("value"))
    desk.clock.now += timedelta(seconds=9)
    fields = {"what": "spam", "note": "", "email": "", "website": "", "opened": opened, **said}
    return html.document_fromstring(desk.client.post(path, data=fields).text)


def test_a_report_reaches_the_moderators_and_is_closed(desk: Desk) -> None:
    page = html.document_fromstring(desk.client.get("/blogs/parks").text)
    assert page.cssselect("a[href='/blogs/parks/report']")
    thanks = report(desk, what="moved", note=f"To {HOSTILE}", email="ann@ducks.example")
    assert "Thank you" in words(thanks)
    desk.sign_in()
    page = desk.page("/moderate/blogs")
    assert HOSTILE in words(page)
    assert "ann@ducks.example" in words(page)
    [one] = Reports(desk.planet.database).open()
    desk.send("/moderate/blogs", do="done", report=str(one.id))
    assert Reports(desk.planet.database).open() == []
    with desk.planet.database.read() as db:
        assert not db.exec_driver_sql("SELECT * FROM reports WHERE email != ''").all()
    made = desk.client.get("/moderate/log.json").json()
    assert (made[0]["what"], made[0]["reason"]) == ("report done", "moved")


@pytest.mark.parametrize(
    "said",
    [
        {"what": ""},
        {"what": "else"},
        {"website": "https://x.example"},
        {"opened": "1.x"},
        {"email": "x"},
    ],
)
def test_a_report_that_cannot_be_taken_says_why(desk: Desk, said: dict[str, str]) -> None:
    page = report(desk, **said)
    assert page.cssselect("[role=alert]")
    assert Reports(desk.planet.database).open() == []


def test_reports_are_taken_for_listed_blogs_alone(desk: Desk) -> None:
    assert desk.client.get("/blogs/nobody/report").status_code == 404
    desk.planet.withdraw(PARKS)
    assert desk.client.get("/blogs/parks/report").status_code == 404


def test_a_flood_of_reports_is_stopped(desk: Desk) -> None:
    said = [words(report(desk, note=str(n))) for n in range(12)]
    assert "Thank you" in said[0]
    assert "Too many requests" in said[-1]
    assert len(Reports(desk.planet.database).open()) == 10


def test_a_move_is_accepted_into_the_list(desk: Desk) -> None:
    desk.sign_in()
    assert "https://new.example/feed" in words(desk.page("/moderate/blogs"))
    assert desk.send("/moderate/blogs", do="accept", blog="moved").status_code == 303
    urls = {one.url for one in parse(desk.opml.read_bytes()).feeds}
    assert urls == {PARKS.url, "https://new.example/feed"}
    made = desk.client.get("/moderate/log.json").json()
    assert (made[0]["who"], made[0]["what"]) == ("anna", "accept move")


def test_a_move_is_refused_and_the_list_stays(desk: Desk) -> None:
    before = desk.opml.read_bytes()
    desk.sign_in()
    desk.send("/moderate/blogs", do="refuse", blog="moved")
    assert desk.opml.read_bytes() == before
    assert "https://new.example/feed" not in words(desk.page("/moderate/blogs"))
    assert desk.send("/moderate/blogs", do="refuse", blog="moved").status_code == 409


def test_a_blog_is_removed_for_good_after_a_second_thought(desk: Desk) -> None:
    desk.sign_in()
    asked = desk.send("/moderate/blogs", do="remove", blog="parks")
    assert "for good?" in asked.text
    assert desk.client.get("/blogs/parks").status_code == 200
    said = {"do": "remove", "blog": "parks", "sure": "yes", "note": "Its owner asked."}
    assert desk.send("/moderate/blogs", **said).status_code == 303
    assert desk.client.get("/blogs/parks").status_code == 404
    assert [one.url for one in parse(desk.opml.read_bytes()).feeds] == [MOVED.url]
    with desk.planet.database.read() as db:
        statuses = {*db.exec_driver_sql("SELECT slug, status FROM feeds")}
    assert ("parks", Status.WITHDRAWN.value) in statuses


@pytest.mark.parametrize(
    "said",
    [
        {"do": "accept", "blog": "parks"},
        {"do": "accept", "blog": "nobody"},
        {"do": "remove", "blog": "nobody", "sure": "yes"},
        {"do": "done", "report": "99"},
        {"do": "done", "report": "x"},
        {"do": "else"},
        {},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(desk: Desk, said: dict[str, str]) -> None:
    before = desk.opml.read_bytes()
    desk.sign_in()
    answer = desk.send("/moderate/blogs", **said)
    assert answer.status_code == 409
    assert "Error:" in answer.text
    assert desk.opml.read_bytes() == before


def test_the_address_of_whoever_reported_is_forgotten_after_its_day(desk: Desk) -> None:
    reports = Reports(desk.planet.database, desk.clock)
    reports.add("parks", "spam", email="ann@ducks.example")
    desk.clock.now += timedelta(days=90)
    reports.tidy()
    assert [one.email for one in reports.open()] == [""]
