"""Moderating in a browser: signing in, deciding, and what nobody else may do or see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import feedparser  # type: ignore[import-untyped,unused-ignore]
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import html

from api.app import create_app
from index.decisions import Decisions
from index.moderators import IDLE, Moderators
from index.opml import parse
from index.settings import read_settings
from index.submission import Found, Proposal, State
from index.submissions import Submissions
from tests.conftest import Clock
from tests.web.conftest import BASE, OURS, Planet, words

PASSWORD = "the ducks of barchester"
FOUND = Found(url="https://ducks.example/feed", title="Duck notes", site="https://ducks.example/")
HOSTILE = "<script>alert(1)</script>"


@dataclass
class Desk:
    """A moderator's browser, and what lies behind it."""

    client: TestClient
    planet: Planet
    clock: Clock
    opml: Path
    submissions: Submissions
    accounts: Moderators = field(init=False)

    def __post_init__(self) -> None:
        self.accounts = Moderators(self.planet.database, self.clock)
        self.accounts.add("anna", PASSWORD)

    def sign_in(self, password: str = PASSWORD, name: str = "anna") -> Response:
        """Fill in the form."""
        return self.client.post("/moderate/sign-in", data={"name": name, "password": password})

    def page(self, path: str) -> html.HtmlElement:
        """Open a page that is there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return html.document_fromstring(answer.text)

    def form(self, path: str = "/moderate/sessions") -> str:
        """Return what forms of this session carry."""
        return str(self.page(path).cssselect("input[name=form]")[0].get("value"))

    def send(self, path: str, **said: str) -> Response:
        """Send a form of one of our pages."""
        return self.client.post(path, data={"form": self.form(), **said})

    def suggest(self, number: int = 0, **said: str) -> int:
        """Let somebody suggest a blog, and the crawler find it."""
        host = f"ducks{number}.example"
        _, id = self.submissions.submit(f"https://{host}", Proposal(**said))  # type: ignore[arg-type]
        for taken in self.submissions.take(99):
            found = replace(FOUND, url=f"https://{host}/feed", site=f"https://{host}/")
            self.submissions.found(taken, [replace(found, title=f"Duck notes {number}")])
        return id

    def decide(self, id: int) -> None:
        """Let a moderator refuse a suggestion elsewhere."""
        Decisions(self.planet.database, self.opml, self.clock).reject(id, "ben", "spam")


@pytest.fixture
def desk(planet: Planet, tmp_path: Path) -> Iterator[Desk]:
    """A desk, with a list of blogs that is empty."""
    clock, opml = Clock(), tmp_path / "feeds.opml"
    opml.write_text('<opml version="2.0"><head/><body>\n</body></opml>\n')
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url, opml=opml)
    app = create_app(settings, clock)
    with TestClient(app, base_url=BASE, follow_redirects=False, headers=OURS) as client:
        yield Desk(client, planet, clock, opml, Submissions(planet.database, clock))


def test_who_is_not_signed_in_sees_the_form_and_nothing_else(desk: Desk) -> None:
    id = desk.suggest()
    assert "Duck" not in desk.client.get("/moderate").text
    for path in (
        f"/moderate/suggestions/{id}",
        "/moderate/suggestions/999",
        *("/moderate/log", "/moderate/log.json", "/moderate/sessions", "/moderate/blogs"),
        *("/moderate/posts", "/moderate/import", "/moderate/import/add"),
    ):
        answer = desk.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/moderate"), path
        assert "Duck" not in answer.text
    for path in (f"/moderate/suggestions/{id}", "/moderate/approve", "/moderate/sessions"):
        answer = desk.client.post(path, data={"do": "approve", "form": "", "all": "yes"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/moderate"), path
    assert desk.submissions.by_id(id).state is State.WAITING
    assert desk.client.get("/moderate/queue/none.atom").status_code == 404


def test_a_moderator_signs_in_and_out(desk: Desk) -> None:
    answer = desk.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/moderate")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-planet-session=")
    for said in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert said in cookie
    assert "0 suggestions to decide" in words(desk.page("/moderate"))
    old = desk.client.cookies["__Host-planet-session"]
    assert desk.send("/moderate/sign-out").status_code == 303
    desk.client.cookies.set("__Host-planet-session", old, domain="planet.example")
    assert "Sign in to moderate" in desk.client.get("/moderate").text


def test_a_session_that_came_with_the_request_is_not_taken_over(desk: Desk) -> None:
    desk.client.cookies.set("__Host-planet-session", "chosen-by-somebody", domain="planet.example")
    desk.sign_in()
    assert "chosen-by-somebody" not in [one.value for one in desk.client.cookies.jar][-1:]
    assert desk.accounts.session("chosen-by-somebody") is None


def test_guessing_is_slowed_down_and_does_not_say_what_was_wrong(desk: Desk) -> None:
    said = []
    for name in ["anna"] * 4 + ["nobody"]:
        answer = desk.sign_in("a wrong password", name)
        assert answer.status_code == 403
        said.append(words(html.document_fromstring(answer.text).cssselect("[role=alert]")[0]))
    assert len({*said}) == 1
    desk.sign_in("a wrong password")
    answer = desk.sign_in()
    assert answer.status_code == 429
    assert "Try again in" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_session_ends_by_itself(desk: Desk) -> None:
    desk.sign_in()
    desk.clock.now += IDLE
    assert "Sign in to moderate" in desk.client.get("/moderate").text


def test_one_signs_out_everywhere(desk: Desk) -> None:
    other = desk.accounts.sign_in("anna", PASSWORD, "A library’s computer")
    desk.sign_in()
    assert "A library’s computer" in words(desk.page("/moderate/sessions"))
    desk.send("/moderate/sessions", all="yes")
    assert desk.accounts.session(other) is None
    assert "Sign in to moderate" in desk.client.get("/moderate").text


@pytest.mark.parametrize("form", ["", "0" * 64, None])
def test_a_form_from_elsewhere_decides_nothing(desk: Desk, form: str | None) -> None:
    id = desk.suggest()
    desk.sign_in()
    said = {"do": "approve"} | ({} if form is None else {"form": form})
    assert desk.client.post(f"/moderate/suggestions/{id}", data=said).status_code == 403
    said = {"do": "approve", "form": desk.form()}
    for headers in (
        {"Origin": "https://bad.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
    ):
        answer = desk.client.post(f"/moderate/suggestions/{id}", data=said, headers=headers)
        assert answer.status_code == 403, headers
    assert desk.submissions.by_id(id).state is State.WAITING


def test_the_queue_leads_from_one_suggestion_to_the_next(desk: Desk) -> None:
    ids = [desk.suggest(n) for n in range(3)]
    desk.sign_in()
    links = [a.get("href") for a in desk.page("/moderate").cssselect("tbody th a")]
    assert links == [f"/moderate/suggestions/{id}" for id in ids]
    answer = desk.send(links[0], do="approve", title="Ducks & geese", kind="council", council="")
    assert answer.headers["location"] == links[1]
    answer = desk.send(links[1], do="refuse", reason="off-topic", note="About ducks alone.")
    assert answer.headers["location"] == links[2]
    answer = desk.send(links[2], do="ask", question="Whose ducks?")
    assert answer.headers["location"] == "/moderate"
    states = [desk.submissions.by_id(id).state for id in ids]
    assert states == [State.LISTED, State.REFUSED, State.WAITING]
    assert desk.submissions.by_id(ids[2]).question == "Whose ducks?"
    assert [one.title for one in parse(desk.opml.read_bytes()).feeds] == ["Ducks & geese"]


def test_what_was_decided_takes_no_place_in_the_queue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.moderate.SHOWN", 3)
    for number in range(3):
        desk.decide(desk.suggest(number))
    waiting = [desk.suggest(number) for number in range(3, 7)]
    desk.sign_in()
    links = [a.get("href") for a in desk.page("/moderate").cssselect("tbody th a")]
    assert links == [f"/moderate/suggestions/{id}" for id in waiting[:3]]


def test_each_decision_has_a_key(desk: Desk) -> None:
    id = desk.suggest()
    desk.suggest(1)
    desk.sign_in()
    page = desk.page(f"/moderate/suggestions/{id}")
    keys = [one.get("accesskey") for one in page.cssselect("main [accesskey]")]
    assert sorted(keys) == ["a", "e", "n", "q", "r"]


def test_what_two_moderators_decide_at_once_is_decided_once(desk: Desk) -> None:
    id = desk.suggest()
    desk.sign_in()
    assert desk.send(f"/moderate/suggestions/{id}", do="approve").status_code == 303
    answer = desk.send(f"/moderate/suggestions/{id}", do="refuse", reason="spam")
    assert answer.status_code == 409
    assert "decided already" in answer.text
    assert desk.submissions.by_id(id).state is State.LISTED


def test_several_are_approved_together_after_they_were_shown_once_more(desk: Desk) -> None:
    ids = [desk.suggest(n) for n in range(3)]
    desk.sign_in()
    ticked = {f"id-{id}": "on" for id in ids[:2]} | {"id-999": "on", "id-x": "on"}
    shown = desk.send("/moderate/approve", **ticked)
    assert shown.status_code == 200
    assert "Approve 2 blogs?" in words(html.document_fromstring(shown.text))
    assert desk.submissions.by_id(ids[0]).state is State.WAITING
    assert desk.send("/moderate/approve", **ticked, do="confirm").status_code == 303
    states = [desk.submissions.by_id(id).state for id in ids]
    assert states == [State.LISTED, State.LISTED, State.WAITING]


def test_a_list_that_cannot_be_written_is_said_and_nothing_is_listed(desk: Desk) -> None:
    id = desk.suggest()
    desk.sign_in()
    desk.opml.write_text("<opml><body><outline")
    answer = desk.send(f"/moderate/suggestions/{id}", do="approve")
    assert answer.status_code == 409
    assert "feeds.opml" in answer.text
    assert desk.submissions.by_id(id).state is State.WAITING


def test_every_decision_is_in_the_log(desk: Desk) -> None:
    first, second = desk.suggest(0), desk.suggest(1, note=HOSTILE)
    desk.sign_in()
    desk.send(f"/moderate/suggestions/{first}", do="approve")
    desk.send(f"/moderate/suggestions/{second}", do="refuse", reason="spam", note=HOSTILE)
    made = desk.client.get("/moderate/log.json").json()
    assert [(one["who"], one["what"]) for one in made[:2]] == [
        ("anna", "reject"),
        ("anna", "approve"),
    ]
    page = desk.page("/moderate/log")
    assert not page.cssselect("main script")
    assert HOSTILE in words(page)


def test_hostile_words_are_shown_harmless(desk: Desk) -> None:
    id = desk.suggest(note=HOSTILE)
    desk.sign_in()
    for path in ("/moderate", f"/moderate/suggestions/{id}"):
        page = desk.page(path)
        assert not page.cssselect("script")
        assert HOSTILE in words(page)


def test_the_queue_is_a_feed_whose_address_is_secret(desk: Desk) -> None:
    desk.suggest(note="Ducks\x07 here")
    desk.sign_in()
    [link] = [
        str(a.get("href"))
        for a in desk.page("/moderate").cssselect(".follow a")
        if ".atom" in str(a.get("href"))
    ]
    desk.client.cookies.clear()
    answer = desk.client.get(link)
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert [one.title for one in read.entries] == ["Duck notes 0"]
    assert answer.headers["cache-control"] == "no-store"
    assert desk.client.get(link.replace("queue/", "queue/0")).status_code == 404
    desk.accounts.set_password("anna", PASSWORD[::-1])
    assert desk.client.get(link).status_code == 404


def test_nothing_is_said_of_a_suggestion_that_is_not_there(desk: Desk) -> None:
    desk.sign_in()
    assert desk.client.get("/moderate/suggestions/999").status_code == 404
    assert desk.client.get("/moderate/suggestions/x").status_code == 400


def test_a_page_for_moderators_is_for_no_robot(desk: Desk) -> None:
    assert re.search("noindex", desk.client.get("/moderate").headers["x-robots-tag"])
    assert "Disallow: /moderate" in desk.client.get("/robots.txt").text


def test_an_address_that_waits_is_no_longer_asked_about_after_its_day(desk: Desk) -> None:
    id = desk.suggest(email="anna@ducks.example")
    assert desk.submissions.by_id(id).email
    desk.clock.now += timedelta(days=91)
    desk.submissions.tidy()
    assert not desk.submissions.by_id(id).email
