"""What is held of a blog is shown by no route, but to moderators, who decide on it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.app import create_app
from index.model import entry_id
from index.opml import parse, unparse
from index.settings import read_settings
from index.submissions import Submissions
from tests.conftest import ENTRY, NOW, Clock
from tests.web.conftest import BASE, OURS, Planet, entry, feed, words
from tests.web.test_moderate import HOSTILE, Desk
from tests.web.test_submit import _routes

PARKS, BENCHES = feed("parks"), feed("benches")
LATER = NOW + timedelta(days=300)
CASINO = replace(
    ENTRY,
    key="win",
    url="https://benches.example/zyxomma",
    title=f"Online casino zyxomma {HOSTILE}",
    text="Zyxomma free spins.",
    html="<p>Zyxomma free spins.</p>",
    excerpt="Zyxomma free spins.",
    authors=("Zyxomma",),
    tags=("zyxomma",),
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    published=LATER - timedelta(days=1),
)
PATH = "/moderate/blogs"


@pytest.fixture
def desk(planet: Planet, tmp_path: Path) -> Iterator[Desk]:
    """A desk beside two listed blogs, of which one was bought for its name."""
    clock, opml = Clock(LATER), tmp_path / "feeds.opml"
    opml.write_bytes(unparse([PARKS, BENCHES], title="Blogs"))
    planet.publish(PARKS, entry("parks-1", title="The bandstand"))
    planet.publish(BENCHES, entry("benches-1", title="The bench"))
    planet.publish(BENCHES, CASINO, at=LATER)
    planet.index()
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url, opml=opml)
    with TestClient(
        create_app(settings, clock), base_url=BASE, follow_redirects=False, headers=OURS
    ) as client:
        yield Desk(client, planet, clock, opml, Submissions(planet.database, clock))


def test_what_is_held_is_shown_by_no_route(desk: Desk) -> None:
    values = {"slug": "benches", "id": entry_id("benches", "win"), "tag": "zyxomma"}
    paths = set()
    for route in _routes(desk.client):
        filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: values.get(m[1], "benches"), route)
        asked = ("", "?q=zyxomma", "?q=casino", "?since=2020-01-01T00:00", "?blog=benches")
        paths |= {f"{filled}{query}" for query in asked}
    assert len(paths) > 100
    for path in sorted(paths):
        body = desk.client.get(path).text.lower()
        for echo in ("q=zyxomma", 'value="zyxomma"', "“zyxomma”", path.lower()):
            body = body.replace(echo, "")
        assert "free spins" not in body, path
        assert "benches.example/zyxomma" not in body, path
        assert "online casino" not in body, path
        assert "zyxomma" not in body or "zyxomma" in path, path
        assert values["id"] not in body, path
    assert desk.client.get(f"/posts/{values['id']}").status_code == 404


def test_a_blog_says_that_new_posts_wait_but_not_what_they_are(desk: Desk) -> None:
    page = desk.client.get("/blogs/benches").text
    assert "a moderator looks at them first" in page
    assert "The bench" in page
    assert "gambling" not in page
    held = next(
        one for one in desk.client.get("/api/feeds").json() if one["blog"]["slug"] == "benches"
    )
    assert (held["health"], held["posts"]) == ("held", 1)
    assert "gambling" not in str(held)


def test_a_moderator_sees_why_and_what_and_releases_it(desk: Desk) -> None:
    desk.sign_in()
    page = desk.page(PATH)
    assert not page.cssselect("script:not([src])")
    said = words(page)
    assert "adverts for gambling" in said
    assert CASINO.title in said
    assert desk.send(PATH, do="release", blog="benches").status_code == 303
    assert "Nothing is held." in words(desk.page(PATH))
    desk.planet.index()
    assert "zyxomma" in desk.client.get("/blogs/benches").text.lower()
    found = html.document_fromstring(desk.client.get("/search?q=spins").text)
    assert "Zyxomma free spins" in words(found)
    made = desk.client.get("/moderate/log.json").json()
    assert (made[0]["who"], made[0]["what"]) == ("anna", "release")
    assert desk.send(PATH, do="release", blog="benches").status_code == 409


def test_a_moderator_lets_the_blog_go(desk: Desk) -> None:
    desk.sign_in()
    said = {"do": "remove", "blog": "benches", "sure": "yes", "note": "A casino."}
    assert desk.send(PATH, **said).status_code == 303
    assert desk.client.get("/blogs/benches").status_code == 404
    assert [one.url for one in parse(desk.opml.read_bytes()).feeds] == [PARKS.url]
    assert "Nothing is held." in words(desk.page(PATH))


def test_nobody_else_can_release_it(desk: Desk) -> None:
    answer = desk.client.post(PATH, data={"do": "release", "blog": "benches", "form": "x"})
    assert answer.status_code in (303, 403)
    assert "zyxomma" not in desk.client.get("/blogs/benches").text.lower()
