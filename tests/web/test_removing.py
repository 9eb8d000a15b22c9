"""A moderator takes one post down: found by its address, shown, removed, and gone everywhere."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.model import entry_id
from index.opml import unparse
from index.reports import Reports
from index.settings import read_settings
from index.submissions import Submissions
from tests.conftest import ENTRY, Clock
from tests.web.conftest import BASE, OURS, Planet, entry, feed, words
from tests.web.test_moderate import HOSTILE, Desk
from tests.web.test_submit import _routes

PARKS = feed("parks")
SECRET = replace(
    ENTRY,
    key="secret",
    url="https://parks.example/zyxomma",
    title=f"Zyxomma {HOSTILE}",
    text="Zyxomma quokkas.",
    html="<p>Zyxomma quokkas.</p>",
    excerpt="Zyxomma quokkas.",
    authors=("Zyxomma",),
    tags=("zyxomma",),
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
)
PATH = "/moderate/posts"
ID = entry_id("parks", "secret")


@pytest.fixture
def desk(planet: Planet, tmp_path: Path) -> Iterator[Desk]:
    """A desk beside a listed blog."""
    clock, opml = Clock(), tmp_path / "feeds.opml"
    opml.write_bytes(unparse([PARKS], title="Blogs"))
    planet.publish(PARKS, SECRET, entry("parks-1", title="The bandstand"))
    planet.index()
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url, opml=opml)
    with TestClient(
        create_app(settings, clock), base_url=BASE, follow_redirects=False, headers=OURS
    ) as client:
        yield Desk(client, planet, clock, opml, Submissions(planet.database, clock))


def removed(desk: Desk) -> None:
    desk.sign_in()
    said = {"do": "remove", "post": ID, "url": SECRET.url, "sure": "yes", "note": "Asked."}
    answer = desk.send(PATH, **said)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?url=%2Fposts%2F{ID}")


def test_a_removed_post_is_shown_by_no_route(desk: Desk) -> None:
    values = {"slug": "parks", "id": ID, "tag": "zyxomma"}
    asked = ("", "?q=zyxomma", "?q=quokkas", "?since=2020-01-01T00:00", "?blog=parks")
    routes = _routes(desk.client)
    filled = [re.sub(r"\{(\w+)(:\w+)?\}", lambda m: values.get(m[1], "parks"), r) for r in routes]
    paths = sorted({f"{path}{query}" for path in filled for query in asked})
    before = [path for path in paths if "quokkas" in desk.client.get(path).text.lower()]
    assert len(before) > 20
    removed(desk)
    desk.client.cookies.clear()
    desk.planet.index()
    for path in paths:
        body = desk.client.get(path).text.lower()
        for echo in (
            "q=zyxomma",
            "q=quokkas",
            '"zyxomma"',
            '"quokkas"',
            "“zyxomma”",
            path.lower(),
        ):
            body = body.replace(echo, "")
        assert "zyxomma quokkas" not in body, path
        assert "parks.example/zyxomma" not in body, path
        assert "zyxomma" not in body or "zyxomma" in path, path
        assert ID not in body, path


def test_its_page_and_its_place_in_the_api_say_that_it_is_gone(desk: Desk) -> None:
    assert desk.client.get(f"/posts/{ID}").status_code == 200
    removed(desk)
    page = desk.client.get(f"/posts/{ID}")
    assert page.status_code == 410
    assert "This post is gone" in page.text
    told = desk.client.get(f"/api/entries/{ID}")
    assert (told.status_code, told.json()["title"]) == (410, "Gone")
    assert desk.client.get("/posts/0123456789abcdef").status_code == 404
    [feed] = desk.client.get("/api/feeds").json()
    assert feed["posts"] == 1


def test_a_moderator_finds_it_and_is_asked_twice(desk: Desk) -> None:
    desk.sign_in()
    assert "One post" in words(desk.page("/moderate"))
    page = desk.page(f"{PATH}?url=http://www.parks.example/zyxomma?utm_source=x")
    assert not page.cssselect("script:not([src])")
    assert SECRET.title in words(page)
    asked = desk.send(PATH, do="remove", post=ID, url=SECRET.url)
    assert asked.status_code == 200
    assert "Why, for the log" in asked.text
    assert desk.client.get(f"/posts/{ID}").status_code == 200
    removed(desk)
    assert "Removed: Asked." in words(desk.page(f"{PATH}?url={SECRET.url}"))
    made = desk.client.get("/moderate/log.json").json()
    said = (made[0]["who"], made[0]["what"], made[0]["about"], made[0]["note"])
    assert said == ("anna", "remove post", f"Parks, {SECRET.url}", "Asked.")
    assert desk.send(PATH, do="restore", post=ID).status_code == 303
    assert desk.client.get(f"/posts/{ID}").status_code == 404
    assert "No post here has this address." in words(desk.page(f"{PATH}?url={SECRET.url}"))


def test_what_cannot_be_done_is_said(desk: Desk) -> None:
    desk.sign_in()
    for said in ({"do": "remove", "sure": "yes", "post": "none"}, {"do": "restore"}, {"do": ""}):
        answer = desk.send(PATH, **said)
        assert answer.status_code == 409, said
        assert 'role="alert"' in answer.text


def test_nobody_else_can_look_for_it_or_remove_it(desk: Desk) -> None:
    assert desk.client.get(f"{PATH}?url={SECRET.url}").headers["location"] == "/moderate"
    answer = desk.client.post(PATH, data={"do": "remove", "post": ID, "sure": "y", "form": "x"})
    assert answer.status_code in (303, 403)
    assert desk.client.get(f"/posts/{ID}").status_code == 200


def test_a_report_that_asks_for_it_leads_here(desk: Desk) -> None:
    Reports(desk.planet.database, desk.clock).add("parks", "remove", SECRET.url)
    desk.sign_in()
    assert desk.page("/moderate/blogs").xpath("//td/a/@href") == [PATH]
