"""Archives, sitemaps and pages that misbehave: each ends plainly, and nobody is asked too much."""

import gzip
from collections.abc import Callable
from datetime import timedelta

import pytest

from benchmarks.archives import (
    ATOM,
    HTML,
    RSS,
    XML,
    Files,
    Made,
    atom,
    jekyll,
    links,
    posts,
    rss,
    sitemap,
    wordpress,
)
from benchmarks.archives import pages as own_pages
from crawler.steps import USELESS
from index.backfill import State
from index.backfilling import TRIES
from index.model import PageCount
from index.pages import forget_pages
from tests.crawler.older import Older
from tests.server import Handler, Page, cut_short, page, raw, redirect, status

HOUR = timedelta(hours=1)
LOGIN = '<!doctype html><title>Sign in</title><form><input type="password"></form>'
WALL = "<!doctype html><title>Cookies</title><p>" + "We use cookies. Accept all cookies? " * 8


def asked(older: Older) -> list[str]:
    """Return what the server was asked for, but for the feed and robots.txt."""
    paths = [seen.path for seen in older.server.requests]
    return [path for path in paths if path not in ("/feed", "/robots.txt")]


def begin(older: Older, files: Files) -> None:
    older.serve(files)
    older.follow()


def test_an_archive_that_leads_in_a_circle_is_left_where_it_closes(older: Older) -> None:
    made, base = posts(40), older.server.base
    files = links(base, made)
    back = f'<link rel="prev-archive" href="{base}/archive/1"/>'
    begin(older, files | {"/archive/2": (atom(base, made[20:30], back), ATOM)})
    came = older.fetch()
    assert (came.state, came.code, came.found) == (State.STUCK, "loops", 20)
    assert asked(older) == ["/archive/1", "/archive/2"]
    assert came.detail.endswith(".")


def test_an_archive_that_says_the_same_for_ever_is_given_up_soon(older: Older) -> None:
    made, base = posts(20), older.server.base
    for n in range(1, 50):
        link = f'<link rel="next" href="{base}/older?p={n + 1}"/>'
        older.serve({f"/older?p={n}": (atom(base, made[10:], link), ATOM)})
    begin(
        older,
        {"/feed": (atom(base, made[:10], f'<link rel="next" href="{base}/older?p=1"/>'), ATOM)},
    )
    came = older.fetch()
    assert (came.state, came.code, came.found) == (State.STUCK, "repeats", 10)
    assert len(asked(older)) == 4


def test_an_archive_that_lacks_a_page_is_read_up_to_there(older: Older) -> None:
    made = posts(40)
    begin(older, links(older.server.base, made))
    older.server.pages["/archive/2"] = status(404)
    came = older.fetch()
    assert (came.state, came.code) == (State.STUCK, "http-404")
    assert older.titles() == [post.title for post in made[:20]]
    older.serve(links(older.server.base, made))
    older.backfills.want(older.feed.slug)
    assert older.fetch().state is State.DONE
    assert older.titles() == [post.title for post in made]


def test_a_broken_page_among_numbered_ones_is_passed_over(older: Older) -> None:
    made = posts(40)
    begin(older, wordpress(older.server.base, made))
    older.server.pages["/feed?paged=3"] = page("<html><body>Fatal error", "text/html")
    assert older.fetch().state is State.DONE
    assert older.titles() == [post.title for post in (*made[:20], *made[30:])]


def test_an_archive_that_shrinks_and_shifts_meanwhile_is_read_to_its_end(older: Older) -> None:
    made, base = posts(60), older.server.base
    begin(older, wordpress(base, made))

    def shrinking(handler: Handler) -> None:
        page(rss(base, made[10:20], "https://wordpress.org/"), RSS)(handler)
        for n in range(3, 7):
            older.server.pages[f"/feed?paged={n}"] = status(404)
        older.server.pages["/feed?paged=3"] = page(rss(base, made[15:25]), RSS)

    older.server.pages["/feed?paged=2"] = shrinking
    assert older.fetch().state is State.DONE
    assert older.titles() == [post.title for post in made[:25]]


@pytest.mark.parametrize("count", [1, 10])
def test_page_one_whatever_is_asked_for_is_noticed_and_the_sitemap_tried(
    older: Older, count: int
) -> None:
    one = page(rss(older.server.base, posts(count), "https://wordpress.org/"), RSS)
    older.server.pages |= {"/feed": one, "/feed?paged=2": one, "/feed?paged=3": one}
    older.follow()
    came = older.fetch()
    assert (came.state, came.code, came.found) == (State.STUCK, "no-way", 0)
    assert len(asked(older)) <= 6
    assert len(older.titles()) == count


def test_the_way_of_pages_that_robots_txt_closes_is_not_taken(older: Older) -> None:
    made = posts(30)
    older.server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /*?paged", "text/plain")
    begin(older, wordpress(older.server.base, made) | jekyll_map(older, 30))
    assert older.fetch().state is State.DONE
    assert len(older.titles()) == 30
    assert not [path for path in asked(older) if "paged" in path]


@pytest.mark.parametrize("way", [wordpress, jekyll])
def test_a_site_that_wants_an_hour_between_requests_is_asked_for_nothing(
    older: Older, way: Callable[[str, list[Made]], Files]
) -> None:
    text = "User-agent: *\nCrawl-delay: 3600"
    older.server.pages["/robots.txt"] = page(text, "text/plain")
    begin(older, way(older.server.base, posts(30)))
    came = older.fetch()
    assert (came.state, came.code) == (State.STUCK, "crawl-delay")
    assert asked(older) == []


def jekyll_map(older: Older, count: int) -> Files:
    """Return a sitemap and the pages that it names, without the feed."""
    files = jekyll(older.server.base, posts(count))
    del files["/feed"]
    return files


def test_a_sitemap_that_names_itself_and_other_sites_brings_nothing_else(older: Older) -> None:
    made, base = posts(12), older.server.base
    named = "".join(
        f"<sitemap><loc>{address}</loc></sitemap>"
        for address in (
            f"{base}/sitemap.xml",
            "https://elsewhere.example/sitemap.xml",
            f"{base}/two",
        )
    )
    two = [(base + post.path, post.date) for post in made]
    off = [("https://elsewhere.example/a/post/", made[0].date), ("http://[", made[0].date)]
    files = jekyll(base, made) | {
        "/sitemap.xml": (f"<sitemapindex>{named}</sitemapindex>".encode(), XML),
        "/two": (gzip.compress(sitemap([*off, *two])), "application/octet-stream"),
    }
    begin(older, files)
    assert older.fetch().state is State.DONE
    assert asked(older) == ["/sitemap.xml", "/two", made[10].path, made[11].path]
    assert older.titles() == [post.title for post in made]


@pytest.mark.parametrize(
    "wrong",
    [
        page("<!doctype html><title>Not here</title>", "text/html"),
        page(b"\x1f\x8bnothing that was packed", "application/gzip"),
        page(gzip.compress(b"<urlset>" + b" " * 60_000_000), "application/gzip"),
        page("", XML),
        page('<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', XML),
        page("<rss><channel><title>A feed</title></channel></rss>", RSS),
        status(404),
        status(403),
        cut_short,
        raw(b"no HTTP at all"),
    ],
    ids=["page", "no gzip", "bomb", "empty", "entities", "feed", "404", "403", "cut", "noise"],
)
def test_a_sitemap_that_is_none_is_said_to_be_none(older: Older, wrong: Page) -> None:
    files = jekyll(older.server.base, posts(12))
    begin(older, files)
    for path in ("/sitemap.xml", "/sitemap-posts.xml", "/wp-sitemap.xml", "/sitemap_index.xml"):
        older.server.pages[path] = wrong
    came = older.fetch()
    while not came.over:
        came = older.wait(48 * HOUR)
    assert came.state is State.STUCK
    assert came.detail.endswith(".")
    assert len(older.titles()) == 10


def test_what_is_no_post_is_passed_over_and_said_nowhere(older: Older) -> None:
    made, base = posts(16), older.server.base
    begin(older, jekyll(base, made))
    odd = {
        10: page(LOGIN, HTML),
        11: page(WALL, HTML),
        12: redirect("/"),
        13: page(b"<p>" + b"word " * 4_000_000, HTML),
        14: redirect("https://elsewhere.example/"),
    }
    older.server.pages["/"] = page("<!doctype html><title>Home</title><p>Welcome to us.", HTML)
    for number, answer in odd.items():
        older.server.pages[made[number].path] = answer
    came = older.fetch()
    assert (came.state, came.found) == (State.DONE, 1)
    assert older.titles() == [made[n].title for n in (*range(10), 15)]


def test_a_site_of_nothing_but_logins_is_asked_for_no_more_than_a_few(older: Older) -> None:
    made = posts(200)
    begin(older, jekyll(older.server.base, made))
    for post in made[10:]:
        older.server.pages[post.path] = redirect("/login")
    older.server.pages["/login"] = page(LOGIN, HTML)
    came = older.fetch()
    assert (came.state, came.code) == (State.STUCK, "login")
    assert len([path for path in asked(older) if "week" in path]) == USELESS


def test_a_server_that_asks_us_to_wait_is_left_alone_so_long_by_visits_too(older: Older) -> None:
    made = posts(30)
    begin(older, wordpress(older.server.base, made))
    older.server.pages["/feed?paged=2"] = status(429, retry_after="36000")
    came = older.fetch()
    assert (came.state, came.code) == (State.UNDER_WAY, "http-429")
    older.serve(wordpress(older.server.base, made))
    before = len(older.server.requests)
    older.passes.go_on(9 * HOUR)
    assert older.wait(0 * HOUR).state is State.UNDER_WAY
    assert len(older.server.requests) == before
    assert older.wait(2 * HOUR).state is State.DONE
    assert len(older.titles()) == 30


def test_a_server_in_trouble_is_asked_later_and_later_and_then_no_more(older: Older) -> None:
    begin(older, wordpress(older.server.base, posts(30)))
    older.server.pages["/feed?paged=2"] = status(503)
    waits: list[timedelta] = []
    while not (came := older.fetch()).over:
        waits.append(came.due - older.passes.now)
        older.passes.now = came.due
    assert (came.state, came.code) == (State.STUCK, "http-503")
    assert waits == [n * HOUR for n in (1, 2, 4, 8, 16)]
    assert len(asked(older)) == TRIES
    older.serve(wordpress(older.server.base, posts(30)))
    older.backfills.want(older.feed.url)
    assert older.fetch().state is State.DONE
    assert len(older.titles()) == 30


Leave = Callable[[Older], None]


def leave(older: Older) -> None:
    older.passes.store.withdraw(older.feed.slug)


def archived(older: Older) -> None:
    older.passes.store.follow([], older.passes.now)


def held(older: Older) -> None:
    with older.passes.store.database.write() as db:
        db.exec_driver_sql(
            "INSERT INTO holds VALUES (?, 'adverts', 'No.', '2026-05-01T09:00:00.000000Z', NULL)",
            (older.feed.id,),
        )


@pytest.mark.parametrize("meanwhile", [leave, archived, held])
def test_a_blog_that_leaves_or_is_held_meanwhile_is_asked_for_nothing_more(
    older: Older, meanwhile: Leave
) -> None:
    made, base = posts(50), older.server.base
    begin(older, wordpress(base, made))

    def last(handler: Handler) -> None:
        meanwhile(older)
        page(rss(base, made[20:30], "https://wordpress.org/"), RSS)(handler)

    older.server.pages["/feed?paged=3"] = last
    came = older.backfills.of(older.feed.id)
    assert came is not None
    older.fetch_quietly()
    assert asked(older) == ["/feed?paged=2", "/feed?paged=3"]
    with older.passes.store.database.read() as db:
        kept = db.exec_driver_sql("SELECT count(*) FROM entries").scalar()
    assert kept == (0 if meanwhile is leave else 20)


def test_the_page_of_a_post_that_the_feed_knows_by_another_id_is_no_second_post(
    older: Older,
) -> None:
    made, base = posts(12), older.server.base
    begin(older, jekyll(base, made))
    assert older.fetch().found == 2
    ids = rss(base, made, "Jekyll v4").replace(b"<guid>", b"<guid>tag:")
    older.serve({"/feed": (ids, RSS)})
    older.passes.now += 24 * HOUR
    older.passes.pass_()
    assert older.titles() == [post.title for post in made]


def test_pages_without_a_date_are_kept_only_where_posts_are_and_below_them(older: Older) -> None:
    made, base = posts(12), older.server.base
    files = jekyll(base, made)
    date = made[11].date.isoformat().encode()
    undated = own_pages(made)[made[11].path][0].replace(date, b"")
    named = [(base + made[n].path, made[n].date) for n in (10, 11)]
    files["/sitemap.xml"] = (sitemap([(f"{base}/services/bins/", made[0].date), *named]), XML)
    files |= {"/services/bins/": (undated, HTML), made[11].path: (undated, HTML)}
    begin(older, files)
    assert older.fetch().found == 2
    assert older.titles() == [post.title for post in made]
    last = older.passes.catalogue.latest(100)[-1]
    assert last.published is None
    assert last.late


def test_nobody_decides_twice(older: Older) -> None:
    """A back catalogue that is done stays done, whatever is asked for."""
    begin(older, links(older.server.base, posts(20)))
    older.fetch()
    before = len(older.server.requests)
    assert older.backfills.want(older.feed.slug)[1].state is State.DONE
    assert older.fetch().found == 10
    assert len(older.server.requests) == before


def unwilling(older: Older, wish: str) -> None:
    with older.passes.store.database.write() as db:
        db.exec_driver_sql(f"UPDATE feeds SET {wish} = 0")


@pytest.mark.parametrize("wish", ["pages", "full_text"])
def test_pages_are_not_read_of_a_blog_whose_owner_wants_none_read(older: Older, wish: str) -> None:
    begin(older, jekyll(older.server.base, posts(12)))
    unwilling(older, wish)
    came = older.fetch()
    assert (came.state, came.code) == (State.STUCK, "no-pages")
    assert asked(older) == []


def test_an_owner_who_says_so_meanwhile_is_heard_at_once(older: Older) -> None:
    made = posts(14)
    begin(older, jekyll(older.server.base, made))
    last = older.server.pages[made[11].path]

    def answer(handler: Handler) -> None:
        unwilling(older, "full_text")
        last(handler)

    older.server.pages[made[11].path] = answer
    came = older.fetch()
    assert (came.code, came.found) == ("no-pages", 1)
    assert asked(older) == ["/sitemap.xml", made[10].path, made[11].path]


def test_what_a_page_said_is_found_until_its_owner_has_it_forgotten(older: Older) -> None:
    made = posts(11)
    begin(older, jekyll(older.server.base, made))
    assert older.fetch().found == 1
    whole = older.passes.catalogue.latest(100)[-1]
    assert (whole.title, whole.complete) == (made[10].title, True)
    assert older.passes.catalogue.pages(older.feed.slug) == PageCount()  # its feed cut none short
    with older.passes.store.database.write() as db:
        forget_pages(db, older.feed.id)
        [[text]] = db.exec_driver_sql(
            "SELECT text FROM contents WHERE entry_id = ?", (whole.id,)
        ).all()
    cut = older.passes.catalogue.latest(100)[-1]
    assert (text, cut.complete) == (whole.excerpt, False)
    assert cut.words < whole.words
