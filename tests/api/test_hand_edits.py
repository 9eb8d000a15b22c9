"""What people do to feeds.opml by hand while `planet run` runs is seen within a minute."""

import json
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace

from index.model import Status
from tests.api.running import Installation
from tests.api.test_crawl import feed
from tests.api.test_run import free_port, get, running, wait_for
from tests.server import Server, page, rss

MINUTE = 60.0


def soon(true: Callable[[], bool]) -> None:
    """Wait until something is true, which it must be within a minute."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < MINUTE
        time.sleep(0.2)


def test_hand_edits_are_seen_within_a_minute(installation: Installation, server: Server) -> None:
    server.pages["/one"] = page(rss("Damp sensors"))
    server.pages["/two"] = page(rss("Bins in Welsh"))
    server.pages["/elsewhere"] = page(rss("Damp sensors", "Mould"))
    one = replace(feed(server, "/one"), site="https://one.example/", title="One")
    two = replace(feed(server, "/two"), site="https://two.example/", title="Two")
    installation.follow(one)
    port = free_port()
    with running(installation, "run", "--port", str(port)) as process:
        wait_for(port, "/", "Damp sensors")
        [before] = installation.catalogue().blogs()

        installation.follow(one, two)  # a blog more
        began = time.monotonic()
        wait_for(port, "/", "Bins in Welsh")
        assert time.monotonic() - began < MINUTE

        installation.follow(replace(one, url=feed(server, "/elsewhere").url), two)  # edited
        soon(lambda: len(server.asked("/elsewhere")) == 1)
        soon(lambda: any(b.posts == 2 for b in installation.catalogue().blogs()))
        ids = {blog.feed.title: blog.feed.id for blog in installation.catalogue().blogs()}
        assert ids["One"] == before.feed.id

        whole = (installation.folder / "feeds.opml").read_bytes()
        (installation.folder / "feeds.opml").write_bytes(whole.replace(b"</body>", b"", 1))
        wait_for(port, "/healthz", "column")  # broken: the old list is followed
        health = json.loads(get(port, "/healthz"))
        assert health["status"] == "well"
        assert re.match(r"Line \d+, column \d+: ", health["list"]["message"])
        assert re.search(r"MEND Line \d+, column \d+", installation.planet("check", status=1))
        time.sleep(11)  # two more looks, which say nothing more
        assert len(installation.catalogue().blogs()) == 2

        installation.follow(two)  # mended, and a blog less
        soon(lambda: statuses(installation)["One"] is Status.ARCHIVED)
        assert json.loads(get(port, "/healthz"))["list"] == {"ready": True, "message": ""}
        assert "Mould" in get(port, "/search?q=mould")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert len(re.findall(r"Line \d+, column \d+", out + err)) == 1


def statuses(installation: Installation) -> dict[str, Status]:
    return {blog.feed.title: blog.feed.status for blog in installation.catalogue().blogs()}
