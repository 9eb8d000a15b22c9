"""A month in the life of a planet: suggestions, moderators, hand edits, a crash, a move, a leaver.

At its end the list, the store, the index and the pages agree, and nothing was lost.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from crawler.pool import Pool
from index.decisions import Decisions
from index.model import Feed, Status
from index.opml import unparse
from index.submission import State
from tests.browser.month import World, sign_in, tick, world
from tests.index.conftest import in_index, in_store
from tests.server import page as served_page
from tests.server import status

GOOD = [f"Digital {name}" for name in (
    "Ambridge Borchester Felpersham Penny-Hassett Loxley Darrington Waterley Hollerton "
    "Lakey-Hill Perivale Netherbourne Edgeley Layton Cranford Tollerton Heydon Ambleham "
    "Brickhill Coombe Dunmarsh Eastwold Fenwick Garth Harwold Ickham Jarrowby Kelsey Lingham "
    "Mardale Northby"
).split()]  # fmt: skip
PUBLIC = (
    *("/", "/blogs", "/feed.atom", "/feed.json", "/feeds.opml", "/sitemap.xml", "/councils"),
    *("/api/feeds", "/api/entries", "/api/entries.jsonl", "/search?q=housing", "/topics"),
)
EDITED = '    <!-- our own, keep -->\n    <outline type="rss" text="Lantern" xmlUrl="{url}"/>\n'


@pytest.fixture(scope="module")
def planet(
    chromium: str,
    tmp_path_factory: pytest.TempPathFactory,
    reactor: asyncio.AbstractEventLoop,
    pool: Pool,
) -> Iterator[World]:
    """A planet whose list has three blogs, all of them read."""
    with world(tmp_path_factory.mktemp("month"), reactor, pool) as made:
        feeds = [
            Feed(url=made.blog(name).feed, site=made.blogs[name].server.base, title=name)
            for name in ("Stayers", "Movers", "Leavers")
        ]
        made.settings.opml.write_bytes(unparse(feeds, title="Blogs"))
        made.visit()
        yield made


@pytest.fixture
def context(browser: Browser, planet: World) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=planet.settings.base_url)
    yield opened
    opened.close()


def suggest(tab: Page, planet: World, address: str) -> str:
    """Suggest an address as a person does; return where that led, or what was wrong."""
    tab.goto("/submit")
    planet.passes.now += timedelta(seconds=20)
    tab.fill("#address", address)
    tab.click("button:text('Suggest')")
    found = tab.locator("#error")
    return tab.url if "/submissions/" in tab.url else found.inner_text()


def bad_addresses(planet: World) -> dict[str, str]:
    """Return addresses of no use, each with words that its page must have."""
    bad: dict[str, str] = {}
    for n, listed in enumerate(planet.blogs[name] for name in ("Stayers", "Movers", "Leavers")):
        bad[listed.server.base if n else listed.feed] = "listed"
    for name in GOOD[:5]:
        bad[planet.blogs[name].feed] = "Somebody was quicker"
    for n in range(4):
        empty = planet.blog(f"Empty {n}")
        empty.server.pages = {"/": served_page("<!doctype html><p>Hello", "text/html")}
        bad[empty.server.base] = "No feed"
    shut = planet.blog("Shut")
    shut.server.pages["/robots.txt"] = served_page("User-agent: *\nDisallow: /", "text/plain")
    bad[shut.server.base] = "robots.txt"
    refusing = planet.blog("Refusing")
    refusing.server.pages = {"/": status(403)}
    bad[refusing.server.base] = "No feed"
    bad |= {f"http://127.0.1.25{n}:9/": "No feed" for n in range(2)}
    bad |= {"http://10.0.0.1/": "Error", "javascript:alert(1)": "Error"}
    return bad | {"file:///etc/passwd": "Error", "http://me:pw@127.0.1.1/": "Error"}


def test_a_month(planet: World, context: BrowserContext, browser: Browser) -> None:
    fifty_suggestions(planet, context.new_page())
    two_moderators(planet, browser)
    hand_edits_and_a_crash(planet, context)
    a_move(planet, context)
    a_leaver(planet, context)
    all_agree(planet, context)


def fifty_suggestions(planet: World, tab: Page) -> None:
    where = {name: suggest(tab, planet, planet.blog(name).server.base) for name in GOOD}
    bad = bad_addresses(planet)
    assert len(where) + len(bad) == 50
    came = {address: suggest(tab, planet, address) for address in bad}
    planet.look()
    for name, url in where.items():
        tab.goto(url)
        assert "A moderator will decide" in tab.inner_text("main"), name
    for address, url in came.items():
        if url.startswith("http"):
            tab.goto(url)
            url = tab.inner_text("main")
        assert bad[address] in url, (address, url)
    for path in PUBLIC:
        answer = tab.request.get(path).text()
        assert not [name for name in GOOD if name in answer], path


def two_moderators(planet: World, browser: Browser) -> None:
    """Both decide the same ones at the same time; each is decided once."""
    base = planet.settings.base_url
    anna, ben = (sign_in(browser.new_context(base_url=base), name) for name in ("anna", "ben"))
    both = "/moderate/suggestions/1"
    anna.goto(both)
    ben.goto(both)
    anna.click("button:text('Approve (key A)')")
    anna.wait_for_url(lambda url: not url.endswith("/1"))
    ben.click("button:text('Approve (key A)')")
    assert "decided" in ben.inner_text("main")
    for tab in (anna, ben):
        tick(tab, GOOD[1:10])
    for tab in (anna, ben):  # neither waits for the other
        tab.evaluate("document.querySelector('main form').submit()")
    for tab in (anna, ben):
        tab.wait_for_selector("h1:text('to decide')")
    assert {planet.state(n) for n in range(1, 11)} == {State.LISTED}
    refuse(ben, GOOD[10:13])
    ask_and_answer(planet, anna)
    for tab in (anna, ben):
        tab.context.close()
    planet.visit()


def refuse(tab: Page, names: list[str]) -> None:
    for name in names:
        tab.goto("/moderate")
        tab.click(f"a:text-is('{name}')")
        tab.click("summary:text('Refuse (key R)')")
        tab.select_option("#reason", index=1)
        tab.click("button:text-is('Refuse')")


def ask_and_answer(planet: World, tab: Page) -> None:
    """A moderator asks, and a person answers on the suggestion's page."""
    tab.goto("/moderate/suggestions/14")
    tab.click("summary:text('Ask (key Q)')")
    tab.fill("#question", "Whose blog is it?")
    tab.click("button:text-is('Ask')")
    with planet.database.read() as db:
        asked = "SELECT question FROM submissions WHERE id = 14"
        assert db.exec_driver_sql(asked).scalar_one() == "Whose blog is it?"
    tick(tab, GOOD[13:20])
    tab.click("button:text('Approve all of them')")
    tab.wait_for_selector("text=to decide")


def hand_edits_and_a_crash(planet: World, context: BrowserContext) -> None:
    """A person edits the list while an approval is killed on its way; both are kept."""
    planet.go_on(timedelta(days=2))
    lantern = planet.blog("Lantern")
    opml = planet.settings.opml
    text = opml.read_text().replace("  </body>", EDITED.format(url=lantern.feed) + "  </body>")
    opml.write_text(re.sub(r'(text|title)="Stayers"', r'\1="Stayers and goers"', text))
    ended = [planet.crash(21 + n, write) for n, write in enumerate((4, 9, 14, 19, 400))]
    assert ended[:-1] == [-9] * 4
    assert ended[-1] == 0
    planet.visit()
    assert {planet.state(21 + n) for n in range(5)} <= {State.LISTED, State.WAITING}
    assert planet.state(25) is State.LISTED
    tab = sign_in(context, "anna")
    left = [GOOD[20 + n] for n in range(5) if planet.state(21 + n) is State.WAITING]
    if left:
        tick(tab, left)
        tab.click("button:text('Approve all of them')")
        tab.wait_for_selector("text=to decide")
    planet.visit()
    assert planet.listed()[lantern.feed] == "Lantern"
    assert "Stayers and goers" in planet.listed().values()
    assert "<!-- our own, keep -->" in opml.read_text()
    broken = opml.read_bytes()
    opml.write_bytes(broken.replace(b"</body>", b"", 1))
    before = planet.known(Status.LIVE)
    planet.visit()
    assert planet.known(Status.LIVE) == before  # the old list is followed
    assert any(re.search(r"[Ll]ine \d+, column \d+", sentence) for sentence in planet.said)
    opml.write_bytes(broken)


def a_move(planet: World, context: BrowserContext) -> None:
    """A blog's server says for good that its feed is elsewhere; a moderator confirms it."""
    there = planet.blogs["Movers"].move()
    planet.go_on(timedelta(days=14))
    tab = sign_in(context, "ben")
    tab.goto("/moderate/blogs")
    tab.click("button:text('Accept')")
    assert planet.listed()[there] == "Movers"
    planet.blogs["Movers"].titles.append("Roads and pavements after the move")
    planet.blogs["Movers"].write()
    planet.blogs["Movers"].move()
    for name in (*GOOD[:10], "Stayers"):
        planet.blogs[name].write(f"Parking in {name}")
    planet.go_on(timedelta(days=8))


def a_leaver(planet: World, context: BrowserContext) -> None:
    """An owner shows that a blog is theirs, takes it away, and nobody brings it back."""
    leavers = planet.blogs["Leavers"]
    tab = context.new_page()
    tab.goto("/blogs")
    tab.click("a:text-is('Leavers')")
    tab.click("a:text('Is this your blog')")
    planet.passes.now += timedelta(seconds=20)
    tab.click("button:text('Get a code')")
    code = tab.inner_text("code >> nth=0")
    leavers.write(more=f'<meta name="council-planet" content="{code}">')
    tab.click("button:text('Look now')")
    planet.visit()
    tab.reload()
    tab.click("button:text('Take my blog off')")
    tab.click("button:text('Yes, take it off for good')")
    tab.wait_for_selector("h1:text('has left')")
    planet.visit()
    for path in PUBLIC:
        assert "Leavers" not in tab.request.get(path).text(), path
    tab.goto(suggest(tab, planet, leavers.server.base))
    assert "not listed" in tab.inner_text("main")
    body = planet.settings.opml.read_text()
    again = f'    <outline type="rss" text="Leavers" xmlUrl="{leavers.feed}"/>\n  </body>'
    planet.settings.opml.write_text(body.replace("  </body>", again))
    planet.go_on(timedelta(days=2))
    assert planet.known(Status.WITHDRAWN) == {leavers.feed}
    planet.settings.opml.write_text(body)
    gone = [line for line in body.splitlines(True) if GOOD[0] not in line]
    planet.settings.opml.write_text("".join(gone))  # by hand: its posts stay in the archive
    planet.go_on(timedelta(days=1))


def all_agree(planet: World, context: BrowserContext) -> None:
    """The list, the store, the index and the pages say the same, and every post is there once."""
    live = {planet.blogs[name].feed for name in (*GOOD[1:10], *GOOD[13:25], "Stayers", "Lantern")}
    live.add(planet.blogs["Movers"].server.url("/new/feed"))
    assert set(planet.listed()) == planet.known(Status.LIVE) == live
    assert planet.known(Status.ARCHIVED) == {planet.blogs[GOOD[0]].feed}
    assert planet.known(Status.REFUSED) == {planet.blogs[name].feed for name in GOOD[10:13]}
    assert planet.known(Status.PENDING) == {planet.blogs[name].feed for name in GOOD[25:]}
    names = [*GOOD[:10], *GOOD[13:25], "Stayers", "Lantern", "Movers"]
    posts = sorted(title for name in names for title in planet.blogs[name].titles)
    stored = in_store(planet.database)
    assert sorted(title for _, title in stored) == posts
    assert in_index(planet.settings.search, planet.database) == stored
    assert sorted(shown(context.new_page())) == posts
    log = [(one.who, one.what) for one in Decisions(planet.database, planet.settings.opml).log()]
    assert {"anna", "ben", "ann"} <= {who for who, _ in log}
    assert len([1 for _, what in log if what == "approve"]) == 22
    for path in PUBLIC:
        answer = context.request.get(path).text()
        assert not [name for name in (*GOOD[25:], *GOOD[10:13], "Leavers") if name in answer], path


def shown(tab: Page) -> list[str]:
    """Return the titles of all posts, as the planet's feed gives them page after page."""
    titles: list[str] = []
    url = "/feed.json"
    while url:
        told = json.loads(tab.request.get(url).text())
        titles += [item["title"] for item in told["items"]]
        url = told.get("next_url", "")
    return titles
