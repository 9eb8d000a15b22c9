"""Suggesting and deciding, for programs and at the command line."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.database import migrate, open_database
from index.model import Feed
from index.opml import parse
from index.settings import read_settings
from index.store import Store
from index.submission import Found
from index.submissions import Submissions
from tests.api.running import Installation
from tests.conftest import FEED, NOW
from tests.server import Server, page, rss


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = read_settings(home=tmp_path, base_url="https://planet.example")
    migrate(settings.database)
    with TestClient(create_app(settings)) as client:
        yield client


def test_a_program_suggests_and_follows(client: TestClient) -> None:
    answer = client.post(
        "/api/submissions", json={"address": "bins.example", "email": "a@b.example", "note": "Hi"}
    )
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/submissions/{answer.json()['token']}"
    assert answer.headers["cache-control"] == "no-store"
    found = client.get(answer.headers["location"])
    assert (found.json()["state"], found.json()["feeds"]) == ("looking", [])
    assert "a@b.example" not in found.text
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ('{"address": 7}', 400),
        ("[" * 15_000, 400),
        ('{"address": "javascript:alert(1)"}', 422),
        ('{"address": "http://127.0.0.1/"}', 422),
        ('{"address": "a.example", "kind": "king"}', 422),
        ('{"address": "' + "a" * 20_000 + '"}', 413),
    ],
)
def test_what_cannot_be_taken_is_a_problem(client: TestClient, body: str, status: int) -> None:
    answer = client.post(
        "/api/submissions", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith((".", "}."))


def test_a_browser_form_cannot_speak_to_the_api(client: TestClient) -> None:
    answer = client.post("/api/submissions", content='{"address": "a.example"}')
    assert answer.status_code == 415
    assert client.get("/api/submissions/nothing").status_code == 404


def test_moderators_decide_at_the_command_line(installation: Installation, server: Server) -> None:
    server.pages["/listed"] = page(rss("Old news"))
    server.pages["/feed"] = page(rss("Damp", link=server.base))
    installation.follow(Feed(url=server.url("/listed"), title="Listed"))
    added = installation.document("submissions", "add", server.url("/feed"))
    other = installation.document("submissions", "add", "other.example")["id"]
    id = str(added["id"])
    assert "not looked" in installation.planet("submissions", "approve", id, status=1)
    installation.planet("submissions", "reject", str(other), "--reason", "off-topic")
    installation.planet("crawl")
    [one] = installation.document("submissions", "list", "--state", "waiting")
    assert (one["id"], one["title"]) == (added["id"], "A blog")
    assert "- Damp" in installation.planet("submissions", "show", id)
    installation.planet("submissions", "ask", id, "Is it yours?")
    installation.planet("submissions", "approve", id, "--title", "Bins", "--council", "hackney")
    feeds = parse((installation.folder / "feeds.opml").read_bytes()).feeds
    assert [(one.title, one.councils) for one in feeds] == [
        ("Listed", ()),
        ("Bins", ("hackney",)),
    ]
    installation.planet("crawl")
    assert {b.feed.title for b in installation.catalogue().blogs()} == {"Listed", "Bins"}
    log = installation.document("submissions", "log")
    assert [said["what"] for said in log] == ["approve", "ask", "reject", "add", "add"]
    assert {said["who"] for said in log} == {getpass.getuser()}
    assert "decided already" in installation.planet(
        "submissions", "reject", id, "--reason", "spam", status=1
    )
    assert "A reason is one of" in installation.planet(
        "submissions", "reject", id, "--reason", "x", status=1
    )


def test_a_program_chooses_blogs_of_a_network(client: TestClient, tmp_path: Path) -> None:
    path = client.post("/api/submissions", json={"address": "marsh.blog"}).headers["location"]
    database = open_database(read_settings(home=tmp_path).database)
    kept = Submissions(database)
    names = [Found(url=f"https://m{n}.marsh.blog/", title=f"{n}", member=True) for n in range(3)]
    kept.found(kept.take(1)[0], [Found(url="https://marsh.blog/feed", title="Its own"), *names])
    found = client.get(path).json()
    assert [one["member"] for one in found["feeds"]] == [False, True, True, True]
    for said, status in (({"members": []}, 400), ({"members": [0]}, 422), ({"feed": 1}, 422)):
        assert client.post(f"{path}/choose", json=said).status_code == status
    nonsense: list[Any] = [
        {"feed": True},
        {"members": [True]},
        {"feed": 0, "members": [1]},
        {},
        [],
    ]
    for wrong in nonsense:
        assert client.post(f"{path}/choose", json=wrong).status_code == 400
    told = client.post(f"{path}/choose", json={"members": [1, 3]}).json()
    assert [one["number"] for one in told["chosen"]] == [1, 3]
    assert told["known"] == []
    for one in told["chosen"]:
        assert client.get(f"/api/submissions/{one['token']}").json()["state"] == "looking"
    assert client.post(f"{path}/choose", json={"feed": 0}).json()["state"] == "waiting"
    database.close()


def test_a_network_is_chosen_from_at_the_command_line(
    installation: Installation, server: Server
) -> None:
    installation.follow(Feed(url=server.url("/known"), site=server.base, title="Known"))
    server.pages["/known"] = page(rss("A post"))
    links = "".join(f'<a href="/{n}/2026/05/x/">x</a><a href="/{n}/">Blog {n}</a>' for n in "abc")
    made_with = '<meta name="generator" content="WordPress 6">'
    server.pages["/"] = page(f"<html><head>{made_with}</head><body>{links}", "text/html")
    said = installation.document("discover", server.base)
    assert [one["title"] for one in said["members"]] == ["Blog a", "Blog b", "Blog c"]
    assert "Blog b" in installation.planet("discover", server.base)
    added = installation.document("submissions", "add", server.base)
    installation.planet("crawl")
    assert "a blog of this network" in installation.planet("submissions", "show", "1")
    chosen = installation.document("submissions", "choose", added["page"], "1", "3")
    assert len(chosen["pages"]) == 2
    listed = installation.document("submissions", "list")
    assert [one["address"] for one in listed[1:]] == [server.url("/a/"), server.url("/c/")]
    installation.planet("submissions", "choose", added["token"], "9", status=1)


def test_a_program_is_told_which_blogs_of_a_network_are_known(
    client: TestClient, tmp_path: Path
) -> None:
    database = open_database(read_settings(home=tmp_path).database)
    Store(database).follow([FEED], NOW)
    kept = Submissions(database)
    path = client.post("/api/submissions", json={"address": "marsh.blog"}).headers["location"]
    front = "https://marsh.blog/"
    urls = [f"{front}a/", FEED.site, f"{front}b/"]
    kept.found(kept.take(1)[0], [Found(url=url, site=front, member=True) for url in urls])
    [known] = client.get(path).json()["known"]
    assert (known["number"], known["state"], known["reason"]) == (1, "listed", "already-listed")
    assert known["blog"].startswith("http")
    told = client.post(f"{path}/choose", json={"members": [0, 1]}).json()
    assert told["known"] == []
    assert [one["state"] for one in told["chosen"]] == ["looking", "listed"]
    member = client.get(f"/api/submissions/{told['chosen'][0]['token']}").json()
    assert member["network"] == front
    database.close()


@pytest.fixture
def network(installation: Installation, server: Server) -> Server:
    """A multisite by folders, one of whose blogs is listed."""
    installation.follow(Feed(url=server.url("/a/feed/"), site=server.url("/a/"), title="Blog A"))
    links = "".join(
        f'<a href="/{n}/2026/05/x/">x</a><a href="/{n}/">Blog {n.upper()}</a>' for n in "abcd"
    )
    made_with = '<meta name="generator" content="WordPress 6">'
    server.pages["/"] = page(f"<html><head>{made_with}</head><body>{links}", "text/html")
    return server


def test_every_blog_of_a_network_is_suggested_at_once(
    installation: Installation, network: Server
) -> None:
    network.pages["/a/feed/"] = page(rss("A post", link=network.url("/a")))
    installation.planet("crawl")
    said = installation.planet("submissions", "add", network.base, "--all")
    assert f"Not suggested: Blog A {network.url('/a/')} This blog is listed already." in said
    assert f"Suggestion 3: Blog D {network.url('/d/')}" in said
    again = installation.document("submissions", "add", network.base, "--all")
    assert [bool(one["reason"]) for one in again] == [True] * 4
    kept = installation.document("submissions", "list")
    assert [one["network"] for one in kept] == [network.base] * 3
    log = installation.document("submissions", "log")
    assert {one["what"] for one in log} == {"add"}


@pytest.mark.parametrize("name", ["blog c", "c", "{base}/c", " C "])
def test_a_blog_of_a_network_is_suggested_by_its_name(
    installation: Installation, network: Server, name: str
) -> None:
    named = name.format(base=network.base)
    [one] = installation.document("submissions", "add", network.base, "--member", named)
    assert (one["id"], one["title"], one["address"]) == (1, "Blog C", network.url("/c/"))


def test_what_is_no_blog_of_a_network_is_said(installation: Installation, network: Server) -> None:
    said = installation.planet(
        "submissions", "add", network.base, "--member", "B", "--member", "Zyx", status=1
    )
    assert "No blog of this network is called Zyx." in said
    network.pages["/alone"] = page(rss("A post"))
    said = installation.planet("submissions", "add", network.url("/alone"), "--all", status=1)
    assert "is no front page of a network" in said
    assert installation.document("submissions", "list") == []
