"""`planet discover`, as its users type it."""

from pathlib import Path

from filelock import FileLock

from api.discovery import lines
from crawler.candidate import Scope
from crawler.offer import Offer, Source
from crawler.quest import Discovered
from crawler.sample import Headline, Sample
from index.opml import parse
from tests.api.running import Installation
from tests.server import Server, page, rss, silence

HOME = """<!doctype html><html><head><title>A blog</title>
<link rel="alternate" type="application/rss+xml" title="A blog » Comments Feed"
  href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" title="A blog » Feed" href="/feed/">"""


def test_a_blogs_feeds_are_shown_with_the_line_to_paste(
    installation: Installation, server: Server
) -> None:
    server.pages["/"] = page(HOME, "text/html")
    server.pages["/feed/"] = page(rss("Damp & mould".replace("&", "&amp;"), "School admissions"))
    said = installation.planet("discover", server.url("/"))
    assert "1. A blog\n   RSS, 2 posts, the newest of 2 January 2024\n" in said
    assert "   - School admissions, 2 January 2024\n   - Damp & mould, 1 January 2024\n" in said
    assert "2. A blog » Comments Feed\n   RSS, comments. It carries comments, and was" in said
    line = next(line for line in said.splitlines() if "<outline" in line)
    [feed] = parse(f"<opml><body>{line}</body></opml>".encode()).feeds
    assert (feed.url, feed.title) == (server.url("/feed/"), "A blog")
    assert "feeds.opml" in said


def test_what_is_found_can_be_had_as_json(installation: Installation, server: Server) -> None:
    server.pages["/"] = page(HOME, "text/html")
    server.pages["/feed/"] = page(rss("Damp", "School admissions"))
    found = installation.document("discover", server.url("/"))
    assert (found["url"], found["code"], found["requests"]) == (server.url("/"), "", 2)
    feed, comments = found["feeds"]
    assert (feed["url"], feed["kind"], feed["posts"]) == (server.url("/feed/"), "RSS", 2)
    assert feed["newest"] == "2024-01-02T10:00:00+00:00"
    assert [post["title"] for post in feed["latest"]] == ["School admissions", "Damp"]
    assert (feed["comments"], comments["comments"]) == (False, True)
    assert (comments["code"], comments["outline"]) == ("not-read", "")


def test_where_there_is_no_feed_one_sentence_says_so(
    installation: Installation, server: Server
) -> None:
    server.pages["/"] = page("<!doctype html><p>Hello", "text/html")
    said = installation.planet("discover", server.url("/"), status=1)
    assert said == (
        f"{server.url('/')} names no feed, and there is none where blogs like it have theirs. "
        "Ask its author whether it has one.\n"
    )
    found = installation.planet("discover", server.url("/"), "--json", status=1)
    assert '"code": "no-feed-found"' in found


def test_our_own_addresses_are_kept_to(installation: Installation, server: Server) -> None:
    installation.settings["PLANET_ALLOW_ADDRESSES"] = "10.0.0.0/8"
    assert "cannot be visited" in installation.planet("discover", server.url("/"), status=1)
    assert server.requests == []


def test_robots_txt_is_asked_for_once_however_often_we_look(
    installation: Installation, server: Server
) -> None:
    server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /secret", "text/plain")
    server.pages["/feed"] = page(rss("Damp"))
    for path, status in (("/feed", 0), ("/feed", 0), ("/secret/feed", 1)):
        installation.planet("discover", server.url(path), status=status)
    assert [seen.path for seen in server.requests] == ["/robots.txt", "/feed", "/feed"]


def test_a_crawler_at_work_is_no_hindrance(
    installation: Installation, server: Server, tmp_path: Path
) -> None:
    server.pages["/feed"] = page(rss("Damp"))
    (tmp_path / "var").mkdir()
    with FileLock(tmp_path / "var" / "crawler.lock"):
        assert "Damp" in installation.planet("discover", server.url("/feed"))


def test_who_would_not_wait_need_not(installation: Installation, server: Server) -> None:
    server.pages["/"] = silence
    process = installation.start("discover", server.url("/"))
    while not server.asked("/"):
        assert process.poll() is None, process.communicate()
    process.terminate()
    assert process.communicate() == ("", "")
    assert process.returncode == 130


def test_what_strangers_wrote_does_nothing_to_a_terminal() -> None:
    offer = Offer(
        url="https://blog.example/\x1b[2Jfeed",
        scope=Scope.PART,
        source=Source.GIVEN,
        sample=Sample(url="", posts=1, latest=(Headline(title="No \x9bdate", url=""),)),
        also=("https://blog.example/rss",),
    )
    assert list(lines(Discovered(address="", url="", offers=(offer,), code="robots"))) == [
        "1. blog.example",
        "   a part of the blog, 1 post",
        "   https://blog.example/[2Jfeed",
        "   - No date",
        "   The same posts are at https://blog.example/rss",
        '   <outline type="rss" text="blog.example" title="blog.example" '
        'xmlUrl="https://blog.example/[2Jfeed" category="/kind/community"/>',
        "",
    ]


def test_help_has_an_example(installation: Installation) -> None:
    assert "Example: planet discover " in installation.planet("discover", "--help")
