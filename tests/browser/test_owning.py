"""An owner at work in a real browser: by axe's rules, on a small phone, and by keys alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from index.claim import Proof, Seen
from index.claims import Claims
from index.database import open_database
from index.opml import parse, unparse
from index.settings import read_settings
from tests.browser.planets import demo, served
from tests.browser.test_accessible import SCROLLS, WIDE, broken

BLOG = "making-framley-work"
WAITS = "greshamsbury-notes"  # another: one blog is looked at a few times an hour


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("owned")


@pytest.fixture(scope="module")
def planet(chromium: str, home: Path) -> Iterator[str]:
    """The address of a planet whose list can be written."""
    blogs, opml = demo(), home / "feeds.opml"
    opml.write_bytes(unparse([blog.feed for blog in blogs], title="Blogs"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PLANET_OPML", str(opml))
        with served(blogs, home) as address:
            yield address


@pytest.fixture
def page(browser: Browser, planet: str) -> Iterator[Page]:
    """A browser of somebody's own."""
    context = browser.new_context(base_url=planet)
    yield context.new_page()
    context.close()


def claimed(home: Path, blog: str = BLOG, *, proved: bool, failed: bool = False) -> str:
    """Return the path of an owner's page, as far as it has come."""
    database = open_database(read_settings(home=home).database)
    claims = Claims(database)
    token = claims.claim(blog)
    if proved or failed:
        claims.look(token)
        [sought] = claims.take(1)
        seen = Seen(how=Proof.META) if proved else Seen(reason="absent", detail="Not there.")
        claims.came_of(sought, seen)
    database.close()
    return f"/owners/{token}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("proved", [False, True])
def test_axe_finds_nothing_on_an_owners_pages(
    browser: Browser, planet: str, home: Path, scheme: str, proved: bool
) -> None:
    phone = {"width": 320, "height": 640}
    page = browser.new_context(base_url=planet, color_scheme=scheme, viewport=phone).new_page()  # type: ignore[arg-type]
    page.goto(claimed(home, proved=proved, failed=not proved))
    for summary in page.locator("details").all():
        summary.evaluate("e => e.open = true")
    assert broken(page) == []
    assert page.evaluate(WIDE) == []
    assert not page.evaluate(SCROLLS)
    if proved:
        page.locator("text=Take my blog off").click()
        assert "for good?" in page.title()
        assert broken(page) == []
    page.context.close()


def test_an_owner_corrects_the_blog_by_keys_alone(page: Page, home: Path) -> None:
    page.goto(claimed(home, proved=True))
    page.locator("#description").press_sequentially("What Framley does")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"/blogs/{BLOG}")
    assert "What Framley does" in page.locator("main").inner_text()


def test_an_owner_chooses_a_kind_which_the_list_says_then(page: Page, home: Path) -> None:
    page.goto(claimed(home, proved=True))
    page.select_option("#kind", "supplier")
    with page.expect_navigation():
        page.locator("text=Save what it is").click()
    lines = parse((home / "feeds.opml").read_bytes()).feeds
    assert [one.kind.value for one in lines if "framley" in one.title.lower()][:1] == ["supplier"]


def waiting(home: Path) -> tuple[str, Callable[[], None]]:
    """Return the path of a page that waits for the crawler, and how the crawler finds the code."""
    path = claimed(home, WAITS, proved=False)

    def found() -> None:
        database = open_database(read_settings(home=home).database)
        claims = Claims(database)
        [sought] = claims.take(1)
        claims.came_of(sought, Seen(how=Proof.META))
        database.close()

    database = open_database(read_settings(home=home).database)
    Claims(database).look(path.rpartition("/")[2])
    database.close()
    return path, found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_that_waits_shows_what_has_come_and_stays_where_it_was(
    browser: Browser, planet: str, home: Path, scheme: str
) -> None:
    page = browser.new_context(base_url=planet, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    path, found = waiting(home)
    page.goto(path)
    assert broken(page) == []
    page.evaluate("window.same = true")
    found()
    page.locator("text=Take my blog off").wait_for()
    assert page.evaluate("window.same")  # so nothing was loaded again under a screen reader
    said = page.locator("body > [role=status]").inner_text()
    assert said == page.locator("h1").inner_text()
    assert said in page.title()
    assert broken(page) == []
    page.context.close()


def test_a_page_that_waits_takes_nobodys_place_in_a_form(page: Page, home: Path) -> None:
    path, found = waiting(home)
    page.goto(path)
    before = page.locator("main").inner_text()
    page.evaluate("""() => {
        const field = document.createElement("form").appendChild(document.createElement("input"));
        document.querySelector("main").append(field.parentNode);
        field.focus();
    }""")
    found()
    with page.expect_response(lambda answer: answer.url.endswith(path)):
        pass
    page.wait_for_timeout(500)
    assert page.locator("main").inner_text() == before
    page.evaluate("""() => {
        document.querySelector("main form:last-child input").value = "What I typed";
        document.activeElement.blur();
    }""")
    with page.expect_response(lambda answer: answer.url.endswith(path)):
        pass
    page.wait_for_timeout(500)
    assert page.locator("main").inner_text() == before
    page.evaluate("document.querySelector('main form:last-child input').value = ''")
    page.locator("text=Take my blog off").wait_for()


def test_a_page_that_waits_is_loaded_again_by_its_link_where_no_script_runs(
    browser: Browser, planet: str, home: Path
) -> None:
    page = browser.new_context(base_url=planet, java_script_enabled=False).new_page()
    path, found = waiting(home)
    page.goto(path)
    found()
    page.locator("text=Load this page again").click()
    page.locator("text=Take my blog off").wait_for()
    page.context.close()
