"""Suggesting a blog in a browser, and what nobody else may see of it."""

import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from lxml import html

from api.app import create_app
from index.model import Lease, Outcome, Poll, Visit, entry_id
from index.settings import read_settings
from index.store import Store
from index.submission import Found, Sample
from index.submissions import Submissions
from tests.conftest import ENTRY, NOW, Clock
from tests.web.conftest import BASE, OURS, Planet, feed, words
from web.rhythm import rhythm
from web.stamps import Stamps

SECRETIVE = Found(
    url="https://secret.example/feed",
    title="Zyxomma weeknotes",
    site="https://secret.example/",
    kind="RSS",
    posts=1,
    newest=NOW,
    latest=(Sample(title="Quokkas <script>alert(1)</script>", url="https://secret.example/1"),),
)
POST = replace(
    ENTRY, key="quokkas", title="Quokkas <script>alert(1)</script>", url="https://secret.example/1"
)
OTHER = replace(SECRETIVE, url="https://secret.example/other", title="Other zyxomma")


@pytest.fixture
def kept(planet: Planet, clock: Clock) -> Submissions:
    return Submissions(planet.database, clock)


@pytest.fixture
def whole(planet: Planet, clock: Clock, tmp_path: Path) -> Iterator[TestClient]:
    """A browser before the whole application."""
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url)
    with TestClient(
        create_app(settings, clock), base_url=BASE, follow_redirects=False, headers=OURS
    ) as client:
        yield client


def fields(client: TestClient, clock: Clock, **said: str) -> dict[str, str]:
    """Open the form, fill it in, and take the time that a person takes."""
    page = html.document_fromstring(client.get("/submit").text)
    clock.now += timedelta(seconds=5)
    opened = page.cssselect("input[name=opened]")[0].get("value")
    return {"address": "https://secret.example", "opened": str(opened), "website": "", **said}


def suggested(client: TestClient, clock: Clock, kept: Submissions, *found: Found) -> str:
    """Suggest a blog, and find these feeds; return the address of its page."""
    answer = client.post("/submit", data=fields(client, clock))
    assert answer.status_code == 303, answer.text
    [taken] = kept.take(1)
    kept.found(taken, found)
    return answer.headers["location"]


def visited(planet: Planet) -> None:
    """Read the posts of whatever is due."""
    store = Store(planet.database)
    for lease in store.lease(NOW + timedelta(days=1), 9):
        if "secret" in lease.feed.url:
            poll = Poll(due=NOW + timedelta(days=9), visited=NOW, succeeded=NOW)
            found = Visit(
                at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(POST,)
            )
            store.record(lease, found)


def test_a_suggestion_is_followed_from_its_address_to_a_preview(
    whole: TestClient, clock: Clock, kept: Submissions, planet: Planet
) -> None:
    answer = whole.post("/submit", data=fields(whole, clock, note="<b>Mine</b>"))
    path = answer.headers["location"]
    page = html.document_fromstring(whole.get(path).text)
    assert page.cssselect("script[data-every]")
    kept.found(kept.take(1)[0], [SECRETIVE, OTHER])
    page = html.document_fromstring(whole.get(path).text)
    assert not page.cssselect("script[data-every]")
    assert len(page.cssselect("section form")) == 2
    assert whole.post(path, data={"do": "choose", "feed": "0"}).headers["location"] == path
    visited(planet)
    page = html.document_fromstring(whole.get(path).text)
    assert [words(h) for h in page.cssselect("article h3")] == [POST.title]
    assert not page.cssselect("article a[href^='/posts'], article a[href^='/blogs'], script")
    said = {"do": "correct", "title": "Ours & theirs", "kind": "council", "council": "hackney"}
    assert whole.post(path, data=said).status_code == 303
    text = words(html.document_fromstring(whole.get(path).text))
    assert "Ours & theirs · Hackney" in text.replace("  ", " ") or "Ours & theirs" in text


def test_what_is_pending_is_shown_by_no_route(
    whole: TestClient, clock: Clock, kept: Submissions, planet: Planet
) -> None:
    planet.publish(feed("parks"), replace(ENTRY, title="Parks"))
    path = suggested(whole, clock, kept, SECRETIVE)
    visited(planet)
    planet.index()
    slug, token = "zyxomma-weeknotes", path.rpartition("/")[2]
    values = {"slug": slug, "id": entry_id(slug, POST.key), "tag": "parks", "form": "atom"}
    paths = set()
    for route in _routes(whole):
        filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: values.get(m[1], slug), route)
        paths |= {filled, f"{filled}?q=quokkas", f"{filled}?q=zyx", f"{filled}?q=parks"}
    assert len(paths) > 60
    for each in sorted(paths):
        answer = whole.get(each)
        body = answer.text.lower().replace("q=quokkas", "").replace("zyxomma-weeknotes", "")
        shown = body if "?q=" not in each else ""
        assert "zyxomma" not in body, each
        assert "quokkas" not in shown, each
        assert "secret.example" not in body, each
        assert token not in answer.text, each
    assert "Quokkas" in whole.get(path).text
    assert "Parks" in whole.get("/").text


def _routes(client: TestClient) -> list[str]:
    """The paths of all that can be got."""
    found: list[str] = []

    def walk(routes: object) -> None:
        for route in routes:  # type: ignore[attr-defined]
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                found.append(route.path)
            elif inner := getattr(route, "original_router", None):
                walk(inner.routes)

    walk(client.app.routes)  # type: ignore[attr-defined]
    assert {"/", "/feeds.opml", "/api/feeds", "/healthz", "/search"} <= set(found), found
    return found


def test_a_suggestions_page_is_kept_by_nobody(
    whole: TestClient, clock: Clock, kept: Submissions
) -> None:
    answer = whole.get(suggested(whole, clock, kept, SECRETIVE))
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "same-origin"
    assert whole.get("/submissions/" + "A" * 22).status_code == 404
    assert whole.get("/submissions/1").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://planet.example.evil.example"},
        {"origin": "https://planet.example@evil.example"},
    ],
)
def test_other_sites_cannot_make_a_browser_suggest(
    whole: TestClient, clock: Clock, kept: Submissions, headers: dict[str, str]
) -> None:
    said = fields(whole, clock)
    assert whole.post("/submit", data=said, headers=headers).status_code == 403
    assert kept.all() == []
    ours = {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert whole.post("/submit", data=said, headers=ours).status_code == 303


@pytest.mark.parametrize(
    "said", [{"website": "x"}, {"opened": ""}, {"opened": "1.a"}, {"opened": "99999999999.é"}]
)
def test_what_robots_fill_in_is_refused(
    whole: TestClient, clock: Clock, kept: Submissions, said: dict[str, str]
) -> None:
    answer = whole.post("/submit", data=fields(whole, clock, **said))
    assert (answer.status_code, kept.all()) == (422, [])


def test_a_form_that_comes_at_once_can_be_sent_again(
    whole: TestClient, clock: Clock, kept: Submissions
) -> None:
    said = fields(whole, clock)
    clock.now -= timedelta(seconds=5)
    answer = whole.post("/submit", data=said)
    assert answer.status_code == 422
    assert said["opened"] in answer.text
    clock.now += timedelta(seconds=5)
    assert whole.post("/submit", data=said).status_code == 303


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", 'a"><script>x', "http://10.0.0.1", BASE, "a" * 3000]
)
def test_a_bad_address_gets_a_sentence_beside_the_field(
    whole: TestClient, clock: Clock, kept: Submissions, address: str
) -> None:
    answer = whole.post("/submit", data=fields(whole, clock, address=address))
    page = html.document_fromstring(answer.text)
    assert (answer.status_code, kept.all()) == (422, [])
    [field] = page.cssselect("#address")
    assert field.get("aria-describedby") == "error"
    assert words(page.cssselect("#error")[0]).endswith(".")
    assert not page.cssselect("script")


def test_a_form_has_an_end(whole: TestClient, clock: Clock) -> None:
    said = fields(whole, clock, note="x" * 20_000)
    assert whole.post("/submit", data=said).status_code == 413
    assert whole.post("/submit", json=said).status_code == 415
    many = {f"f{n}": "1" for n in range(300)}
    assert whole.post("/submit", data=many).status_code == 400


def test_a_thousand_suggestions_are_slowed_down_and_the_site_goes_on(
    whole: TestClient, clock: Clock, kept: Submissions
) -> None:
    said = fields(whole, clock)
    answers = [
        whole.post("/submit", data=said | {"address": f"https://b{n}.example"})
        for n in range(1_000)
    ]
    taken = sum(answer.status_code == 303 for answer in answers)
    assert 240 <= taken <= 241
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert whole.get("/submit").status_code == 200
    assert len(kept.take(4)) == 4


def test_a_busy_database_says_try_again_soon(
    whole: TestClient, clock: Clock, planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = fields(whole, clock)
    monkeypatch.setattr("index.database.BUSY", 0)
    with planet.database.write():
        answer = whole.post("/submit", data=said)
    assert answer.status_code == 503
    assert "Try again soon" in answer.text


def test_taking_it_back_ends_it(whole: TestClient, clock: Clock, kept: Submissions) -> None:
    path = suggested(whole, clock, kept, SECRETIVE)
    assert whole.post(path, data={"do": "withdraw"}).status_code == 303
    assert "took that back" in whole.get(path).text
    assert whole.post(path, data={"do": "withdraw"}).status_code == 409


def test_the_secret_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "new", lambda: NOW)
    stamp = stamps.make()
    assert stamps.age(stamp) == 0
    assert Stamps(tmp_path / "other", lambda: NOW).age(stamp) is None
    [secret] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_every_reason_is_told_on_the_page_about_us(whole: TestClient) -> None:
    text = whole.get("/about").text
    assert all(f"<code>{code}</code>" in text for code in ("private", "off-topic", "archive"))


@pytest.mark.parametrize(("days", "said"), [(1, "nearly every day"), (7, "about once a week")])
def test_how_often_a_blog_posts_is_said_in_words(days: int, said: str) -> None:
    assert rhythm([NOW - timedelta(days=days * n) for n in range(5)]) == said
    assert rhythm([NOW]) == ""


def test_the_preview_says_what_a_blog_writes_about_and_leaves_doubts_to_a_person(
    whole: TestClient, clock: Clock, kept: Submissions, planet: Planet
) -> None:
    path = suggested(whole, clock, kept, SECRETIVE)
    visited(planet)
    assert "nothing about public services" in whole.get(path).text
    about = replace(POST, title="Missed bin collections", text="Waste collection and recycling")
    [lease] = [one for one in _due(planet) if "secret" in one.feed.url]
    entries = tuple(
        replace(about, key=str(n), published=NOW - timedelta(days=7 * n)) for n in range(9)
    )
    poll = Poll(due=NOW + timedelta(days=9), visited=NOW, succeeded=NOW)
    found = Visit(at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=entries)
    Store(planet.database).record(lease, found)
    page = html.document_fromstring(whole.get(path).text)
    text = words(page)
    assert "about once a week" in text
    assert "nothing about public services" not in text
    assert page.cssselect("p.tags a[href^='/topics/']")


def test_a_long_address_is_refused_and_not_cut_short(whole: TestClient, clock: Clock) -> None:
    assert "maxlength" not in whole.get("/submit").text.split("id=address")[-1][:200]
    said = fields(whole, clock, address="https://x.example/" + "a" * 3_000)
    assert "at most 2,000 characters" in whole.post("/submit", data=said).text


def _due(planet: Planet) -> list[Lease]:
    return Store(planet.database).lease(NOW + timedelta(days=30), 9)


MEMBERS = [
    Found(url=f"https://m{n}.secret.example/", title=f"Zyxomma {n} <b>", member=True)
    for n in range(4)
]


def test_the_blogs_of_a_network_are_ticked_and_followed_from_its_page(
    whole: TestClient, clock: Clock, kept: Submissions
) -> None:
    path = suggested(whole, clock, kept, OTHER, *MEMBERS)
    page = html.document_fromstring(whole.get(path).text)
    assert [words(h) for h in page.cssselect("h1")] == ["Which of these blogs?"]
    boxes = [str(box.get("name")) for box in page.cssselect("input[type=checkbox]")]
    labels = [words(label) for label in page.cssselect("fieldset label")]
    assert boxes == ["m-1", "m-2", "m-3", "m-4"]
    assert labels[0] == "Zyxomma 0 <b> https://m0.secret.example/"
    sent = whole.post(path, data={"do": "members", "m-1": "on", "m-3": "on"})
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    page = html.document_fromstring(whole.get(path).text)
    suggested_so_far = page.cssselect("section[aria-labelledby=suggested]")[0]
    links = [str(a.get("href")) for a in suggested_so_far.cssselect("li a")]
    assert [whole.get(link).status_code for link in links] == [200, 200]
    assert words(suggested_so_far).startswith("2 blogs of this network that you suggested")
    assert "2 blogs are still to be looked at, one after another" in words(suggested_so_far)
    assert len(page.cssselect("input[type=checkbox]")) == 2
    assert len(page.cssselect("input[value=choose]")) == 1


def test_blogs_of_a_network_that_are_known_are_said_to_be_and_cannot_be_ticked(
    whole: TestClient, clock: Clock, kept: Submissions, planet: Planet
) -> None:
    planet.publish(feed("parks"))
    left = feed("lost")
    planet.publish(left)
    planet.withdraw(left)
    listed = replace(MEMBERS[0], url="https://parks.example/", title="Parks & <i>paths")
    path = suggested(whole, clock, kept, listed, replace(MEMBERS[1], url=left.site), *MEMBERS[2:])
    page = html.document_fromstring(whole.get(path).text)
    [known] = page.cssselect("section[aria-labelledby=known]")
    here, gone = map(words, known.cssselect("li"))
    assert here == "Parks & <i>paths: it is listed"
    assert gone == "Zyxomma 1 <b>: The owner of this blog asked us not to list it."
    [link] = known.cssselect("a")
    assert whole.get(str(link.get("href"))).status_code == 200
    boxes = [box.get("name") for box in page.cssselect("input[type=checkbox]")]
    assert boxes == ["m-2", "m-3"]


@pytest.mark.parametrize("ticked", [{}, {"m-0": "on"}, {"m-9": "on"}, {"m-x": "on"}])
def test_a_wrong_tick_is_an_error_in_words(
    whole: TestClient, clock: Clock, kept: Submissions, ticked: dict[str, str]
) -> None:
    path = suggested(whole, clock, kept, OTHER, *MEMBERS)
    answer = whole.post(path, data={"do": "members", **ticked})
    assert answer.status_code == 409
    [error] = html.document_fromstring(answer.text).cssselect("[role=alert]")
    assert words(error).startswith("Error: ")


def test_what_was_ticked_stays_ticked_after_an_error(
    whole: TestClient, clock: Clock, kept: Submissions
) -> None:
    path = suggested(whole, clock, kept, OTHER, *MEMBERS)
    answer = whole.post(path, data={"do": "members", "m-2": "on", "m-9": "on"})
    page = html.document_fromstring(answer.text)
    assert [box.get("name") for box in page.cssselect("input[checked]")] == ["m-2"]
