"""Pages of posts are read beside the crawl, politely, and of no use is a plain outcome."""

import pytest

from index.database import Database
from index.model import Feed, PageCount
from tests.crawler.passes import Passes
from tests.server import Page, Server, bomb, cut_short, page, redirect, rss, silence, status

WORDS = (
    "About Damp. We fitted sensors in forty homes in two tower blocks, and asked each "
    "household what they made of them. Most were glad that somebody had looked at last. Some "
    "unplugged them in the first week, because nobody had said what the little light was for."
)
POST = f"<!doctype html><html><body><main><article><h1>Damp</h1><p>{WORDS}</p></article></main>"


def followed(passes: Passes, server: Server, *titles: str) -> None:
    """Follow a blog that gives summaries."""
    server.pages["/feed"] = page(rss(*titles, link=server.base))
    passes.follow(Feed(url=server.url("/feed"), site=server.base, title="Marsh"))
    passes.pass_()


def outcome(database: Database) -> list[tuple[str, str]]:
    with database.read() as db:
        rows = db.exec_driver_sql("SELECT state, code FROM pages ORDER BY address")
        return [(row[0], row[1]) for row in rows]


def test_the_page_of_a_summary_is_read_once_and_one_at_a_time(
    passes: Passes, server: Server
) -> None:
    for n in range(2):
        server.pages[f"/{n}"] = page(POST, "text/html")
    followed(passes, server, "Damp", "Damp again")
    for _ in range(4):
        passes.pass_()
    assert outcome(passes.store.database) == [("read", ""), ("read", "")]
    assert [len(server.asked(f"/{n}")) for n in range(2)] == [1, 1]
    assert set(server.peak.values()) == {1}
    texts = passes.catalogue.texts([post.id for post in passes.catalogue.latest(5)])
    assert {"forty homes" in text for text in texts.values()} == {True}


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (status(404), "useless", "http-404"),
        (status(410), "useless", "gone"),
        (status(403), "useless", "http-403"),
        (status(429, retry_after="7200"), "wanted", "http-429"),
        (status(500), "wanted", "http-500"),
        (cut_short, "wanted", "cut-short"),
        (silence, "wanted", "timeout"),
        (bomb(30_000_000), "useless", "too-large"),
        (redirect("/"), "useless", "home-page"),
        (redirect("/login?back=/0"), "useless", "login"),
        (redirect("http://10.0.0.1/"), "useless", "private"),
        (redirect("/0"), "useless", "redirects"),
        (page("Hello", "text/plain"), "useless", "no-page"),
        (
            page(POST.replace("About Damp", "Something").replace("Damp", ""), "text/html"),
            "read",
            "",
        ),
        (page("<html><body><p>Enable JavaScript.", "text/html"), "useless", "no-post"),
    ],
)
def test_each_kind_of_page_has_a_plain_outcome(
    passes: Passes, server: Server, answer: Page, state: str, code: str
) -> None:
    passes.manners["timeout"] = 2.0
    server.pages |= {"/0": answer, "/": page(POST, "text/html")}
    server.pages["/login?back=/0"] = page("<p>Log in", "text/html")
    followed(passes, server, "Damp")
    passes.pass_()
    assert outcome(passes.store.database) == [(state, code)]
    assert passes.titles() == ["Damp"]


def test_the_front_page_in_place_of_a_lost_post_is_not_taken_for_it(
    passes: Passes, server: Server
) -> None:
    front = POST.replace("About Damp.", "Welcome.").replace("Damp", "Marsh Council")
    server.pages["/feed"] = page(
        rss("Damp", link=server.base).replace(
            "About Damp.", "Libraries lent pianos, drums and violins to children last winter"
        )
    )
    server.pages["/0"] = page(front, "text/html")
    passes.follow(Feed(url=server.url("/feed"), site=server.base, title="Marsh"))
    passes.pass_()
    passes.pass_()
    assert outcome(passes.store.database) == [("useless", "other-text")]


def test_robots_txt_closes_pages_though_the_feed_is_open(passes: Passes, server: Server) -> None:
    server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /0", "text/plain")
    server.pages["/0"] = page(POST, "text/html")
    followed(passes, server, "Damp")
    passes.pass_()
    assert outcome(passes.store.database) == [("useless", "robots")]
    assert server.asked("/0") == []
    assert passes.titles() == ["Damp"]


def test_after_a_refusal_the_host_is_asked_for_no_other_page_that_day(
    passes: Passes, server: Server
) -> None:
    for n in range(3):
        server.pages[f"/{n}"] = status(503)
    followed(passes, server, "Damp", "Mould", "Rain")
    for _ in range(5):
        passes.pass_()
    assert sum(len(server.asked(f"/{n}")) for n in range(3)) == 1


def test_the_page_of_the_blog_says_how_many_pages_were_read(
    passes: Passes, server: Server
) -> None:
    server.pages["/0"] = page(POST, "text/html")
    followed(passes, server, "Damp", "Gone")
    for _ in range(3):
        passes.pass_()
    slug = passes.blog().feed.slug
    assert passes.catalogue.pages(slug) == PageCount(read=1, useless=1)
