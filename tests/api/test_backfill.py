"""`planet backfill`, end to end: killed, beside a crawler, and seen by nobody who follows."""

import os
import re
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from benchmarks.archives import RSS, WAYS, Files, posts, rss, wordpress
from index.model import Feed
from index.settings import read_settings
from tests.api.running import Installation
from tests.api.test_hub import Heard, hub
from tests.api.test_run import free_port, running, wait_for
from tests.server import Server, page
from web.newness import newness

__all__ = ["hub"]  # a fixture

DELAY = 0.05


def serve(server: Server, files: Files) -> None:
    for path, (body, content_type) in files.items():
        server.pages[path] = page(body, content_type)


def known(server: Server) -> Feed:
    return Feed(url=server.url("/feed"), site=server.url("/"), title="Repairs")


def titles(installation: Installation) -> list[str]:
    return [post.title for post in installation.catalogue().latest(10_000)]


def test_older_posts_are_fetched_once_and_can_be_found(
    installation: Installation, server: Server
) -> None:
    made = posts(45)
    serve(server, wordpress(server.base, made))
    installation.follow(known(server))
    installation.document("crawl")
    said = installation.document("backfill", server.url("/feed"))
    assert (said["state"], said["way"], said["found"]) == ("done", "paged", 35)
    assert said["oldest"] == made[-1].date.isoformat()
    found = installation.document("search", '"note 44"')
    assert [entry["title"] for entry in found["entries"]] == [made[44].title]
    before = len(server.requests)
    assert "35 posts found with 5 requests" in installation.planet("backfill", "repairs")
    assert len(server.requests) == before
    [blog] = installation.document("feeds", "repairs")
    assert blog["archive"]["backfill"]["state"] == "done"
    assert "We have fetched its older posts." in installation.planet("feeds", "repairs")


def test_what_cannot_be_fetched_is_one_plain_sentence(
    installation: Installation, server: Server
) -> None:
    serve(server, {"/feed": (rss(server.base, posts(3)), RSS)})
    installation.follow(known(server))
    assert "No blog is called nobody" in installation.planet("backfill", "nobody", status=1)
    installation.document("crawl")
    said = installation.planet("backfill", "repairs", status=1)
    assert "We have found no way to its older posts" in said
    assert "could not fetch all" in installation.planet("feeds", "repairs")


@pytest.mark.rule(45)
@pytest.mark.parametrize("way", ["wordpress", "ghost"])
def test_killed_at_any_moment_it_goes_on_and_asks_for_nothing_that_it_had(
    installation: Installation, server: Server, way: str
) -> None:
    made = posts({"wordpress": 200, "ghost": 35}[way])
    serve(server, WAYS[way](server.base, made))
    installation.follow(known(server))
    installation.document("crawl")
    begun, kills = len(server.requests), 0
    while kills < 3 and len(titles(installation)) < len(made):
        had = len(server.requests)
        process = installation.start("backfill", "repairs")
        while len(server.requests) < had + 2 + kills and process.poll() is None:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        kills += 1
    said = installation.document("backfill", "repairs")
    assert (said["state"], titles(installation)) == ("done", [post.title for post in made])
    paths = [seen.path for seen in server.requests[begun:]]
    assert len(paths) - len(set(paths)) <= kills  # what was under way
    assert set(server.peak.values()) == {1}
    gaps = [later.at - earlier.ended for earlier, later in pairwise(server.requests[begun:])]
    assert min(gaps) > DELAY * 0.9


def test_ctrl_c_leaves_it_to_be_resumed(installation: Installation, server: Server) -> None:
    made = posts(300)
    serve(server, wordpress(server.base, made))
    installation.follow(known(server))
    installation.document("crawl")
    process = installation.start("backfill", "repairs")
    while len(server.requests) < 6:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "goes on from there" in err
    assert "Traceback" not in err
    assert 10 < len(titles(installation)) < 300
    assert installation.document("backfill", "repairs")["state"] == "done"
    assert titles(installation) == [post.title for post in made]


def test_a_crawler_that_is_at_work_does_it_and_new_blogs_need_nobody_to_ask(
    installation: Installation, server: Server
) -> None:
    made, port = posts(30), free_port()
    serve(server, wordpress(server.base, made))
    installation.follow(known(server))
    with running(installation, "run", "--port", str(port)):
        wait_for(port, "/api/entries", made[9].title)
        said = installation.document("backfill", "repairs")
        assert (said["state"], said["found"]) == ("done", 20)
        wait_for(port, "/blogs/repairs", "We have fetched its older posts.")
    other = Installation(installation.folder / "other", {"PLANET_BACKFILL": "true"})
    other.folder.mkdir()
    other.follow(known(server))
    with running(other, "run", "--port", str(port)):
        wait_for(port, "/api/entries", made[9].title)
        wait_for(port, "/blogs/repairs", "We have fetched its older posts.")
    assert titles(other) == titles(installation) == [post.title for post in made]


def test_nobody_who_follows_sees_that_older_posts_came(
    installation: Installation, server: Server, hub: Heard
) -> None:
    made, now = posts(80), datetime.now(UTC)
    recent = [replace(post, first=now) for post in posts(60)]
    installation.settings |= {"PLANET_HUB": hub.url}
    serve(server, wordpress(server.base, made))
    server.pages["/news"] = page(rss("https://news.example", recent), RSS)
    installation.follow(known(server), Feed(url=server.url("/news"), title="News"))
    installation.document("crawl")
    since = datetime.now(UTC)
    before, told = seen(installation), len(hub.forms)
    assert installation.document("backfill", "repairs")["found"] == 70
    assert seen(installation) == before
    found = newness(since, installation.catalogue().latest(200))
    assert found is not None
    assert (found.posts, found.of) == (0, 140)
    installation.document("crawl")
    assert len(hub.forms) == told


def seen(installation: Installation) -> list[list[str]]:
    """Return what readers are shown first, on the planet and in its feed."""
    settings = read_settings(home=installation.folder / "var", contact="x@planet.example")
    with TestClient(create_app(settings)) as client:
        items = client.get("/feed.json").json()["items"]
        page = client.get("/").text
    return [[item["id"] for item in items], re.findall(r'href="/posts/(\w+)"', page)]
