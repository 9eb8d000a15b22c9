"""`planet crawl`, end to end: a real server, real processes, a real index."""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from index.model import Feed, Health, Kind
from tests.api.running import Installation
from tests.server import Server, drip, page, redirect, rss, serve, silence, status

HOME = '<html><head><link rel="alternate" type="application/rss+xml" href="/found.xml"></head>'


def feed(server: Server, path: str, **changes: object) -> Feed:
    known = Feed(url=server.url(path), title=f"The blog at {path}", kind=Kind.COUNCIL)
    return replace(known, **changes)  # type: ignore[arg-type]


def test_what_a_feed_says_can_be_read_and_found(
    installation: Installation, server: Server
) -> None:
    server.pages["/feed"] = page(rss("Damp sensors", "School admissions"), etag='"1"')
    installation.follow(feed(server, "/feed"))
    tally = installation.document("crawl")
    assert (tally["feeds"], tally["visited"], tally["failed"], tally["new"]) == (1, 1, 0, 2)
    found = installation.document("search", "sensor")
    assert [entry["title"] for entry in found["entries"]] == ["Damp sensors"]
    [one] = installation.document("feeds")
    assert (one["health"], one["posts"]) == ("quiet", 2)


@pytest.mark.rule(2)
def test_a_second_pass_is_answered_304_throughout(
    installation: Installation, server: Server
) -> None:
    for n in range(5):
        server.pages[f"/{n}"] = page(rss(f"Post {n}"), etag=f'"{n}"')
    installation.follow(*(feed(server, f"/{n}") for n in range(5)))
    assert installation.document("crawl")["new"] == 5
    again = installation.document("crawl", "--all")
    assert (again["visited"], again["unchanged"], again["new"]) == (5, 5, 0)
    assert len(server.asked("/robots.txt")) == 1


def test_one_feed_can_neither_stop_nor_delay_another(
    installation: Installation, server: Server
) -> None:
    installation.settings |= {"PLANET_TIMEOUT": "2", "PLANET_PARSE_TIMEOUT": "3"}
    with serve("127.0.0.2") as slow, serve("127.0.0.3") as costly:
        slow.pages["/silence"], slow.pages["/drip"] = silence, drip
        # 50,000 attributes, and many times over: a parser's worst day.
        bomb = "<rss><channel>" + ("<a " + "".join(f'b{n}=""' for n in range(50_000)) + "/>") * 9
        costly.pages["/bomb"] = page(bomb)
        server.pages["/feed"] = page(rss("Hello"))
        installation.follow(
            feed(slow, "/silence"),
            feed(slow, "/drip"),
            feed(costly, "/bomb"),
            feed(server, "/feed"),
        )
        tally = installation.document("crawl")
    assert (tally["visited"], tally["failed"], tally["new"]) == (4, 3, 1)


def test_every_failure_is_one_plain_sentence(installation: Installation, server: Server) -> None:
    server.pages["/html"] = page("<!doctype html><html><body>Hello", "text/html")
    server.pages["/empty"] = page("", "application/rss+xml")
    server.pages["/cut"] = page(rss("One", "Two")[:90])
    server.pages["/loop"] = redirect("/loop")
    server.pages["/500"] = status(500)
    server.pages["/403"] = status(403)
    server.pages["/private"] = redirect("http://10.0.0.1/feed")
    paths = ["/html", "/empty", "/cut", "/loop", "/404", "/500", "/403", "/private"]
    installation.follow(*(feed(server, path) for path in paths))
    assert installation.document("crawl")["failed"] == len(paths)
    for one in installation.document("feeds"):
        sentence = one["problem"]
        assert one["health"] == "failing"
        assert sentence[0].isupper() or sentence.startswith("127.0.0.1"), sentence
        assert sentence.endswith("."), sentence
        assert "Error" not in sentence, sentence
        # Readers see it: the page says when we come again, the command what to correct.
        assert not re.search(r"PLANET_|feeds\.opml|[Cc]orrect|again", sentence), sentence


@pytest.mark.rule(6)
def test_a_guess_is_tried_once_and_the_home_page_on_another_day(
    installation: Installation, server: Server
) -> None:
    # Two addresses of this machine: one the operator's own, that may be hurried; one not.
    server.pages["/"] = page(HOME, "text/html")
    guess = feed(server, "/guessed", guessed=True, site=server.url("/"))
    installation.follow(guess)
    assert installation.document("crawl")["failed"] == 1
    assert installation.document("crawl")["visited"] == 0
    [one] = installation.document("feeds")
    assert one["health"] == Health.SEARCHING
    assert len(server.asked("/guessed")) == 1
    assert server.asked("/") == []


def test_a_feed_is_discovered_from_its_home_page(
    installation: Installation, server: Server
) -> None:
    server.pages["/"] = page(HOME, "text/html")
    server.pages["/found.xml"] = page(rss("Found at last"))
    installation.follow(feed(server, "/", url="", site=server.url("/")))
    tally = installation.document("crawl")
    assert tally["new"] == 1
    [one] = installation.document("feeds")
    assert one["blog"]["feed"] == server.url("/found.xml")


def test_an_edit_of_the_list_is_followed(installation: Installation, server: Server) -> None:
    server.pages["/a"] = page(rss("From A", link="https://a.example"))
    server.pages["/b"] = page(rss("From B", link="https://b.example"))
    installation.follow(feed(server, "/a"))
    installation.planet("crawl")
    installation.follow(feed(server, "/b"))
    assert installation.document("crawl")["new"] == 1
    titles = [post.title for post in installation.catalogue().latest(10)]
    assert sorted(titles) == ["From A", "From B"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<opml><body><outline text='a' xmlUrl='http://a/></body></opml>", "Line 1"),
        (b"<opml version='2.0'><body></body></opml>", "no blog in this list"),
        (b"", "feeds.opml"),
    ],
)
def test_a_broken_list_is_said_and_nothing_is_lost(
    installation: Installation, server: Server, body: bytes, said: str
) -> None:
    server.pages["/a"] = page(rss("From A"))
    installation.follow(feed(server, "/a"))
    installation.planet("crawl")
    (installation.folder / "feeds.opml").write_bytes(body)
    assert said in installation.planet("crawl", status=1)
    assert len(installation.catalogue().latest(10)) == 1
    assert installation.document("feeds")[0]["health"] != "gone"


def test_a_missing_list_is_said_plainly(installation: Installation) -> None:
    said = installation.planet("crawl", status=1)
    assert "feeds.opml" in said
    assert "PLANET_OPML" in said


def test_two_crawlers_do_not_work_at_once(installation: Installation, server: Server) -> None:
    server.pages["/feed"] = silence
    installation.follow(feed(server, "/feed"))
    first = installation.start("crawl")
    while not server.asked("/feed"):
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    assert "Another crawler is at work" in installation.planet("crawl", status=1)
    first.send_signal(signal.SIGINT)
    first.communicate()


def test_a_missing_or_damaged_index_is_built_anew(
    installation: Installation, server: Server
) -> None:
    server.pages["/feed"] = page(rss("Damp sensors"), etag='"1"')
    installation.follow(feed(server, "/feed"))
    installation.planet("crawl")
    for folder in (installation.folder / "var" / "index").iterdir():
        for file in folder.glob("*") if folder.is_dir() else ():
            file.write_bytes(b"garbage")
    assert "No posts are lost" in installation.planet("search", "sensors", status=1)
    installation.planet("crawl")
    assert installation.document("search", "sensors")["total"] == 1


FEEDS, ROUNDS = 12, 8


def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_doubled(
    installation: Installation, server: Server
) -> None:
    """Kill the whole crawl, index writer included, at random points; then let it finish."""
    installation.follow(*(feed(server, f"/{n}") for n in range(FEEDS)))
    publish(server, posts=3)
    began = time.monotonic()
    installation.planet("crawl")
    whole = time.monotonic() - began
    moments = random.Random(20261123)
    for killed in range(ROUNDS):
        publish(server, posts=4 + killed)
        crawl = installation.start("crawl", "--all")
        time.sleep(moments.uniform(0.2, 1.0) * whole)
        os.killpg(crawl.pid, signal.SIGKILL)
        crawl.communicate()
        kept = titles(installation)
        assert len(kept) == len(set(kept))
    installation.planet("crawl", "--all")
    everything = {f"Feed{n} post{m}" for n in range(FEEDS) for m in range(3 + ROUNDS)}
    assert sorted(titles(installation)) == sorted(everything)
    assert installation.document("search", "post0", "--limit", "100")["total"] == FEEDS
    last = f"post{2 + ROUNDS}"
    assert installation.document("search", last, "--limit", "100")["total"] == FEEDS
    findings = {finding["sentence"] for finding in installation.document("check")}
    assert "The database is whole." in findings
    assert "Search: Search is up to date." in findings


def publish(server: Server, posts: int) -> None:
    """Let every feed carry so many posts."""
    for n in range(FEEDS):
        body = rss(*(f"Feed{n} post{m}" for m in range(posts)), link=f"https://{n}.example")
        server.pages[f"/{n}"] = page(body, etag=f'"{n}-{posts}"')


def titles(installation: Installation) -> list[str]:
    """Return the titles that the store holds, read as any SQLite program would."""
    path: Path = installation.folder / "var" / "planet.db"
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT title FROM entries JOIN contents ON entry_id = id").fetchall()
    db.close()
    return [title for (title,) in rows]


def test_json_is_one_document_and_nothing_else(installation: Installation, server: Server) -> None:
    server.pages["/feed"] = status(500)
    installation.follow(feed(server, "/feed"))
    process = installation.start("crawl", "--json")
    out, _ = process.communicate()
    assert json.loads(out)["failed"] == 1
    assert process.returncode == 0
    assert isinstance(process, subprocess.Popen)
