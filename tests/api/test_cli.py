"""The smaller commands, as their users type them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.opml import parse
from tests.api.running import Installation
from tests.api.test_crawl import feed
from tests.server import Server, page, rss, status


@pytest.fixture
def filled(installation: Installation, server: Server) -> Installation:
    """Follow two blogs, one of which fails."""
    server.pages["/feed"] = page(rss("Damp sensors", "Sensors of another kind"), etag='"1"')
    server.pages["/broken"] = status(500)
    installation.follow(feed(server, "/feed"), feed(server, "/broken", title="Broken"))
    installation.planet("crawl")
    return installation


def test_a_search_shows_title_blog_date_and_address(filled: Installation) -> None:
    said = filled.planet("search", "damp")
    assert said.startswith("Posts about damp. 1 post.")
    assert "Damp sensors\n  The blog at /feed, 1 January 2024\n  https://blog.example/0" in said


def test_a_search_can_be_newest_first_and_limited(filled: Installation) -> None:
    found = filled.document("search", "sensors", "--newest", "--limit", "1")
    assert found["total"] == 2
    assert [entry["title"] for entry in found["entries"]] == ["Sensors of another kind"]


def test_feeds_can_be_chosen_by_how_they_are_doing(filled: Installation) -> None:
    assert "Broken" in filled.planet("feeds", "--status", "failing")
    assert "Broken" not in filled.planet("feeds", "--status", "quiet")
    assert "No blog is doing like this" in filled.planet("feeds", "--status", "gone")


def test_a_feed_has_its_details(filled: Installation) -> None:
    said = filled.planet("feeds", "broken")
    assert "Doing:       failing. 127.0.0.1 has a fault" in said
    assert "Failing:     since" in said
    assert "One visit:" in said
    [one] = filled.document("feeds", "broken")
    assert [(visit["outcome"], visit["status"]) for visit in one["visits"]] == [("failed", 500)]
    assert "has a fault of its own (500)" in said
    assert "Next visit:" in said
    assert "No blog is called nobody" in filled.planet("feeds", "nobody", status=1)


def test_a_blog_can_be_let_go(filled: Installation) -> None:
    assert "--forget" in filled.planet("feeds", "remove", "the-blog-at-feed", status=1)
    opml = filled.folder / "feeds.opml"
    before = opml.read_bytes()
    assert "is gone" in filled.planet("feeds", "remove", "the-blog-at-feed", "--forget")
    assert [one.title for one in parse(opml.read_bytes()).feeds] == ["Broken"]
    assert "remove" in filled.planet("submissions", "log")
    opml.write_bytes(before)  # somebody puts the line back by hand: the tombstone beats it
    assert "asked to leave" in filled.planet("crawl", "--all")
    assert filled.document("search", "sensors")["total"] == 0
    assert filled.catalogue().latest(10) == []


def test_the_list_can_be_exported(filled: Installation, tmp_path: Path) -> None:
    filled.planet("export", str(tmp_path / "out.opml"))
    titles = [one.title for one in parse((tmp_path / "out.opml").read_bytes()).feeds]
    assert titles == ["Broken", "The blog at /feed"]
    assert filled.planet("export", "-").startswith("<?xml")
    assert "cannot be written" in filled.planet("export", str(tmp_path), status=1)


def test_the_index_can_be_built_anew(filled: Installation) -> None:
    assert filled.document("rebuild") == {"updated": 2, "deleted": 0}
    assert filled.document("search", "sensors")["total"] == 2
    assert "2 posts" in filled.planet("rebuild")


def test_a_check_says_what_is_well_and_what_is_not(filled: Installation) -> None:
    said = filled.planet("check")
    assert "MEND" not in said
    assert "2 posts of 1 blogs" in said
    filled.settings["PLANET_CONTACT"] = ""
    assert "MEND PLANET_CONTACT" in filled.planet("check", status=1)


def test_a_new_installation_is_well_too(installation: Installation, server: Server) -> None:
    installation.follow(feed(server, "/feed"))
    assert "will be made by the first run" in installation.planet("check")
    assert installation.document("feeds") == []


def test_a_damaged_database_is_said_plainly(filled: Installation) -> None:
    (filled.folder / "var" / "planet.db").write_bytes(b"not a database " * 1000)
    for command in ("crawl", "check", "feeds"):
        assert "damaged" in filled.planet(command, status=1)


def test_a_folder_that_cannot_be_made_is_said_plainly(installation: Installation) -> None:
    (installation.folder / "file").write_text("")
    installation.settings["PLANET_HOME"] = str(installation.folder / "file" / "var")
    assert "PLANET_HOME" in installation.planet("crawl", status=1)


def test_a_reader_who_stops_reading_is_no_error(filled: Installation) -> None:
    command = f"{sys.executable} -m api.cli feeds --json | head -c 1"
    done = subprocess.run(
        command, shell=True, env=filled.environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[", "")


def test_help_is_quick_and_has_an_example(installation: Installation) -> None:
    said = installation.planet("crawl", "--help")
    assert "Example: planet crawl" in said
    loaded = installation.python("import api.cli, sys; print(json.dumps(list(sys.modules)))")
    assert not {"scrapy", "fastapi", "alembic", "tantivy"} & set(json.loads(loaded))
