"""A moderator brings somebody's list of blogs: shown first, and then what is ticked is taken."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from filelock import FileLock
from httpx2 import Response
from lxml import html

from api.app import create_app
from index import rewriting
from index.decisions import Decisions
from index.imported import LARGEST, MOST
from index.model import Feed
from index.opml import parse, unparse
from index.settings import read_settings
from index.submissions import Submissions
from tests.conftest import Clock
from tests.web.conftest import BASE, OURS, Planet, feed, words
from tests.web.test_moderate import HOSTILE, Desk

PATH = "/moderate/import"
PARKS = feed("parks")
BINS = Feed(url="https://bins.example/feed", title=f"Bins {HOSTILE}", site="https://bins.example/")
ROADS = Feed(url="https://roads.example/feed?a=1&b=2", title="Roads")
LOST = Feed(url="", site="https://lost.example/", title="Lost")
HOME = Feed(url="http://10.0.0.1/feed", title="At home")
THEIRS = unparse([PARKS, BINS, ROADS, LOST, HOME], title="Theirs")


@pytest.fixture
def desk(planet: Planet, tmp_path: Path) -> Iterator[Desk]:
    """A desk beside a listed blog, with somebody signed in."""
    clock, opml = Clock(), tmp_path / "feeds.opml"
    opml.write_bytes(unparse([PARKS], title="Blogs"))
    planet.publish(PARKS)
    settings = read_settings(home=tmp_path, base_url=BASE, search_url=planet.search_url, opml=opml)
    with TestClient(
        create_app(settings, clock), base_url=BASE, follow_redirects=False, headers=OURS
    ) as client:
        made = Desk(client, planet, clock, opml, Submissions(planet.database, clock))
        made.sign_in()
        yield made


def upload(desk: Desk, body: bytes, **fields: str) -> Response:
    """Send a file by the form of the page."""
    said = {"form": desk.form(PATH), **fields}
    return desk.client.post(PATH, data=said, files={"file": ("theirs.opml", body)})


def seen(answer: Response, status: int = 200) -> html.HtmlElement:
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return html.document_fromstring(answer.text)


def take(desk: Desk, page: html.HtmlElement, *addresses: str, **fields: str) -> Response:
    """Tick these in the form that was shown, and send it."""
    [form] = page.cssselect(f"form[action='{PATH}/add']")
    held = {one.name: one.value for one in form.cssselect("[name=form], [name=list]")}
    return desk.client.post(f"{PATH}/add", data={**held, "take": list(addresses), **fields})


def ticks(page: html.HtmlElement) -> list[str]:
    return [str(one.get("value")) for one in page.cssselect("[name=take][checked]")]


def listed(desk: Desk) -> list[str]:
    return sorted(one.url or one.site for one in parse(desk.opml.read_bytes()).feeds)


def logged(desk: Desk) -> list[tuple[str, str, str]]:
    made = Decisions(desk.planet.database, desk.opml, desk.clock).log()
    return [(one.who, one.what, one.about) for one in made]


def test_a_list_is_shown_before_anything_is_added(desk: Desk) -> None:
    before = desk.opml.read_bytes()
    page = seen(upload(desk, THEIRS))
    assert sorted(ticks(page)) == sorted([BINS.url, ROADS.url, LOST.site])
    said = words(page.cssselect("main")[0])
    assert "3 blogs are new to our list. Nothing was added yet." in said
    assert "In our list already: 1" in said
    assert "Cannot be visited: 1" in said
    assert HOSTILE in said
    assert not page.cssselect("main script")
    assert desk.opml.read_bytes() == before
    assert logged(desk) == []


def test_what_is_ticked_is_added_and_logged(desk: Desk) -> None:
    page = seen(upload(desk, THEIRS))
    answer = take(desk, page, BINS.url, ROADS.url)
    assert (answer.status_code, answer.headers["location"]) == (303, "/moderate/log")
    assert listed(desk) == sorted([PARKS.url, BINS.url, ROADS.url])
    added = parse(desk.opml.read_bytes()).feeds
    assert next(one.title for one in added if one.url == BINS.url) == BINS.title
    want = {("anna", "import", BINS.url), ("anna", "import", ROADS.url)}
    assert set(logged(desk)) == want
    assert BINS.url in words(desk.page("/moderate/log").cssselect("table")[0])
    again = seen(upload(desk, THEIRS))
    assert ticks(again) == [LOST.site]


def test_what_is_not_new_is_not_added_whatever_is_sent(desk: Desk) -> None:
    page = seen(upload(desk, THEIRS))
    theirs = unparse([PARKS, HOME], title="Sly").decode()
    answer = take(desk, page, PARKS.url, HOME.url, list=theirs)
    assert "Tick at least one blog that is new" in words(seen(answer, 400))
    assert listed(desk) == [PARKS.url]
    assert logged(desk) == []


def test_with_nothing_ticked_the_list_is_shown_again(desk: Desk) -> None:
    page = seen(take(desk, seen(upload(desk, THEIRS))), 400)
    assert "Tick at least one blog" in words(page.cssselect("[role=alert]")[0])
    assert len(ticks(page)) == 3
    assert words(page.cssselect("title")[0]).startswith("Error: ")


def test_a_blog_that_left_stays_away(desk: Desk) -> None:
    Decisions(desk.planet.database, desk.opml, desk.clock).remove("parks", "anna", "It asked.")
    page = seen(upload(desk, unparse([PARKS], title="Theirs")))
    assert ticks(page) == []
    assert "Asked to leave: 1" in words(page)
    assert "Nothing in this list is new to ours." in words(page)


def zipped(name: str, body: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return held.getvalue()


BOMB = b"""<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><opml><body><outline text="&c;"/></body></opml>"""
OUTSIDE = b"""<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<opml><body><outline text="&a;" xmlUrl="https://bins.example/feed"/></body></opml>"""
DEEP = b"<opml><body>" + b"<outline>" * 10_000 + b"</outline>" * 10_000 + b"</body></opml>"
LONG = unparse(
    [replace(ROADS, url=f"https://blog{n}.example/feed") for n in range(MOST + 1)], title="Long"
)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Choose a file first."),
        (b"bins, roads", ""),
        (zipped("theirs.opml", b"0" * 50_000_000), ""),
        (gzip.compress(THEIRS), ""),
        (BOMB, ""),
        (OUTSIDE, ""),
        (DEEP, ""),
        (LONG, f"The list has {MOST + 1:,} blogs, and {MOST:,} at a time are taken. Split it."),
        (b"\x00\xff" * 500, ""),
    ],
    ids=["none", "words", "zip", "gzip", "entities", "outside", "deep", "long", "bytes"],
)
def test_what_is_no_list_is_one_plain_sentence(desk: Desk, body: bytes, sentence: str) -> None:
    page = seen(upload(desk, body), 400)
    [said] = [words(one) for one in page.cssselect("[role=alert]")]
    assert said.removeprefix("Error: ") == sentence or (not sentence and said.endswith("."))
    assert "root:" not in page.text_content()
    assert page.cssselect("input[type=file]")
    assert listed(desk) == [PARKS.url]


def test_a_list_that_is_too_large_is_not_read_on(desk: Desk) -> None:
    answer = upload(desk, b" " * (LARGEST + 20_000))
    assert answer.status_code == 413
    assert "At most 10 MB can be sent here." in answer.text
    exact = b" " * (LARGEST + 1)
    assert "larger than 10 MB" in words(seen(upload(desk, exact), 400))


def test_five_thousand_blogs_can_be_taken_at_once(desk: Desk) -> None:
    many = [replace(ROADS, url=f"https://blog{n}.example/feed") for n in range(MOST)]
    page = seen(upload(desk, unparse(many, title="Many")))
    assert len(ticks(page)) == MOST
    assert take(desk, page, *ticks(page)).status_code == 303
    assert len(listed(desk)) == MOST + 1


def test_a_list_of_ours_that_is_broken_is_said_and_left_as_it_is(desk: Desk) -> None:
    page = seen(upload(desk, THEIRS))
    desk.opml.write_text("<opml><body>")
    assert seen(take(desk, page, BINS.url), 400).cssselect("[role=alert]")
    assert desk.opml.read_text() == "<opml><body>"
    assert logged(desk) == []


def test_a_list_of_ours_that_cannot_be_written_is_logged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = seen(upload(desk, THEIRS))
    monkeypatch.setattr(rewriting, "PATIENCE", 0.1)
    with FileLock(desk.opml.with_name(".feeds.opml.lock")):
        answer = take(desk, page, BINS.url)
    assert "another process is changing the list" in words(seen(answer, 400))
    assert listed(desk) == [PARKS.url]
    assert ("anna", "not imported", "the list") in logged(desk)


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    [
        ({"Origin": "https://evil.example"}, {}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, {}, 403),
        ({}, {"form": "another"}, 403),
        ({"Content-Type": "multipart/form-data"}, {}, 400),
        ({"Content-Type": "text/xml"}, {}, 415),
    ],
    ids=["another site", "cross-site", "another session", "no boundary", "no form"],
)
def test_a_form_that_is_not_ours_is_turned_away(
    desk: Desk, headers: dict[str, str], fields: dict[str, str], status: int
) -> None:
    said = {"form": desk.form(PATH), **fields}
    answer = desk.client.post(
        PATH, data=said, files={"file": ("theirs.opml", THEIRS)}, headers=headers
    )
    assert answer.status_code == status
    assert listed(desk) == [PARKS.url]


def test_what_is_ticked_in_a_form_that_is_not_ours_is_not_added(desk: Desk) -> None:
    page = seen(upload(desk, THEIRS))
    assert take(desk, page, BINS.url, form="another").status_code == 403
    desk.client.headers["Origin"] = "https://evil.example"
    assert take(desk, page, BINS.url).status_code == 403
    assert listed(desk) == [PARKS.url]


def test_who_is_not_signed_in_is_led_to_the_form(desk: Desk) -> None:
    page = seen(upload(desk, THEIRS))
    desk.client.cookies.clear()
    for answer in (
        desk.client.get(PATH),
        desk.client.post(PATH, files={"file": ("theirs.opml", THEIRS)}),
        take(desk, page, BINS.url),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/moderate")
    assert listed(desk) == [PARKS.url]
