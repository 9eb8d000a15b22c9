"""A moderator at work in a real browser: by keys alone, on a small phone, and by axe's rules."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from index.database import open_database
from index.model import Outcome, Poll, Visit
from index.moderators import Moderators
from index.opml import parse, unparse
from index.reports import Reports
from index.settings import read_settings
from index.store import Store
from index.submission import Found, Proposal, State
from index.submissions import Submissions
from tests.browser.planets import demo, served
from tests.browser.test_accessible import SCROLLS, WIDE, broken
from tests.conftest import ENTRY

PASSWORD = "the ducks of barchester"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"
PATHS = (
    "/moderate",
    "/moderate/suggestions/1",
    "/moderate/blogs",
    "/moderate/posts",
    "/moderate/import",
    "/moderate/log",
    "/moderate/sessions",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moderated")


@pytest.fixture(scope="module")
def desk(chromium: str, home: Path) -> Iterator[str]:
    """The address of a planet where two suggestions and a report wait."""
    blogs, opml = demo(), home / "feeds.opml"
    opml.write_bytes(unparse([blog.feed for blog in blogs], title="Blogs"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PLANET_OPML", str(opml))
        with served(blogs, home) as address:
            database = open_database(read_settings(home=home).database)
            Moderators(database).add("anna", PASSWORD)
            for name in ("ducks", "geese"):
                _suggest(Submissions(database), name)
            with database.read() as db:
                slug = db.exec_driver_sql("SELECT slug FROM feeds LIMIT 1").scalar_one()
            Reports(database).add(str(slug), "spam", HOSTILE)
            database.close()
            yield address


def _suggest(submissions: Submissions, name: str) -> None:
    where = f"https://{name}.example"
    submissions.submit(where, Proposal(note=HOSTILE))
    for taken in submissions.take(9):
        found = Found(url=f"{where}/feed", title=f"{name} {HOSTILE}", site=where)
        submissions.found(taken, [found])


def _signed_in(browser: Browser, desk: str, **options: object) -> Page:
    page = browser.new_context(base_url=desk, **options).new_page()  # type: ignore[arg-type]
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto("/moderate")
    page.locator("#name").press_sequentially("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=to decide")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_desk(browser: Browser, desk: str, scheme: str) -> None:
    page = _signed_in(browser, desk, color_scheme=scheme, viewport={"width": 320, "height": 640})
    for path in PATHS:
        page.goto(path)
        for summary in page.locator("details").all():
            summary.evaluate("e => e.open = true")
        assert broken(page) == [], path
        assert page.evaluate(WIDE) == [], path
        assert not page.evaluate(SCROLLS), path
    page.context.close()


def test_a_suggestion_is_approved_by_keys_alone(browser: Browser, desk: str, home: Path) -> None:
    page = _signed_in(browser, desk)
    page.goto("/moderate/suggestions/2")
    for _ in range(60):  # Playwright cannot press access keys: they come before the page
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.accessKey == 'a'"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/moderate/suggestions/1")
    database = open_database(read_settings(home=home).database)
    assert Submissions(database).by_id(2).state is State.LISTED
    database.close()
    listed = parse((home / "feeds.opml").read_bytes()).feeds
    assert [one.url for one in listed if "geese" in one.url] == ["https://geese.example/feed"]
    page.context.close()


THEIRS = """<opml version="2.0"><body>
<outline text="Swans" xmlUrl="https://swans.example/feed"/>
<outline text="Herons {}" xmlUrl="https://herons.example/feed"/>
<outline text="At home" xmlUrl="http://10.0.0.1/feed"/>
</body></opml>""".format(HOSTILE.replace("<", "&lt;"))


def test_a_list_of_blogs_is_looked_at_and_part_of_it_taken_by_keys_alone(
    browser: Browser, desk: str, home: Path
) -> None:
    page = _signed_in(browser, desk, viewport={"width": 320, "height": 640})
    page.goto("/moderate/import")
    file = home / "theirs.opml"
    file.write_text(THEIRS)
    page.locator("#file").set_input_files(file)
    page.locator("#file").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=2 blogs are new to our list.")
    for summary in page.locator("details").all():
        summary.evaluate("e => e.open = true")
    assert broken(page) == []
    assert page.evaluate(WIDE) == []
    assert not page.evaluate(SCROLLS)
    page.get_by_label("Herons").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/moderate/log")
    added = parse((home / "feeds.opml").read_bytes()).feeds
    assert [one.title for one in added if "swans" in one.url] == ["Swans"]
    assert not [one for one in added if "herons" in one.url]
    page.context.close()


def test_a_suggestion_shows_how_far_it_has_come_and_keeps_what_was_typed(
    browser: Browser, desk: str, home: Path
) -> None:
    database = open_database(read_settings(home=home).database)
    kept = Submissions(database)
    token, _ = kept.submit("https://swans.example", Proposal())
    page = browser.new_context(base_url=desk).new_page()
    page.goto(f"/submissions/{token}")
    assert broken(page) == []
    page.evaluate("window.same = true")
    [taken] = kept.take(9)
    kept.found(taken, [Found(url="https://swans.example/feed", title="Swans")])
    page.locator("text=Its posts are being read").wait_for()
    page.fill("#title", "Our swans")
    page.evaluate("document.activeElement.blur()")
    _read(Store(database), "swans")
    with page.expect_response(lambda answer: answer.url.endswith(token)):
        pass
    page.wait_for_timeout(500)
    assert page.input_value("#title") == "Our swans"
    page.fill("#title", "Swans")
    page.evaluate("document.activeElement.blur()")
    page.get_by_role("link", name=ENTRY.title).wait_for()
    assert page.evaluate("window.same")  # so nothing was loaded again
    assert broken(page) == []
    page.locator("text=Take the suggestion back").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Take it back").click()
    assert "https://swans.example" not in [one.address for one in kept.all(State.WAITING)]
    page.context.close()
    database.close()


def _read(store: Store, name: str) -> None:
    """Read the posts of a blog that is due."""
    now = datetime.now(UTC)
    for lease in store.lease(now + timedelta(days=1), 99):
        if name in lease.feed.url:
            poll = Poll(due=now + timedelta(days=9), visited=now, succeeded=now)
            found = Visit(
                at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(ENTRY,)
            )
            store.record(lease, found)
