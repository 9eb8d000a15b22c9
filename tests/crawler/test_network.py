"""The front page of a network offers its blogs; a blog that only links to others is none."""

import json
from pathlib import Path

import pytest

from crawler.discover import MAX_LINKS, look
from crawler.network import MOST
from index.database import Database
from index.decisions import Decisions
from index.members import Chosen
from index.model import Feed
from index.opml import parse, unparse
from index.submission import Proposal, State, member_token
from index.submissions import MEMBERS_AN_HOUR, Submissions
from tests.crawler.passes import Passes
from tests.server import Server, page, rss

NETWORKS = Path(__file__).parent.parent / "networks"
PAGES = sorted(NETWORKS.glob("*.html"))
MADE_WITH = '<!doctype html><html><head><meta name="generator" content="WordPress 6.5"><body>'
FRONT = MADE_WITH + "".join(
    f'<a href="/{n}/">Blog {n}</a><a href="/{n}/2026/05/post/">x</a>' for n in "abcd"
)
HOME = '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="{}">'


@pytest.mark.parametrize("front", PAGES, ids=lambda front: front.stem)
def test_a_page_becomes_the_members_that_stand_beside_it(front: Path) -> None:
    becomes = json.loads(front.with_suffix(".becomes.json").read_text())
    found = look(front.read_bytes(), content_type="text/html", url=becomes["url"])
    assert [[one.url, one.title] for one in found.members] == becomes["members"]


def test_there_are_networks_and_pages_that_are_none() -> None:
    becomes = [json.loads(p.read_text()) for p in NETWORKS.glob("*.becomes.json")]
    assert len(becomes) == len(PAGES) > 8
    assert {bool(one["members"]) for one in becomes} == {True, False}


@pytest.mark.parametrize("link", ["https://b{n}.marsh.blog/", "/b{n}/feed/", "/b{n}/2026/05/x/"])
def test_ten_thousand_links_make_no_more_members_than_a_person_can_look_through(link: str) -> None:
    homes = "".join(f'<a href="/b{n}/">{n}</a>' for n in range(MAX_LINKS // 2))
    links = "".join(f'<a href="{link.format(n=n)}">{n}</a>' for n in range(2 * MAX_LINKS))
    body = f'<html><head><meta name="generator" content="WordPress"></head><body>{homes}{links}'
    assert len(look(body.encode(), url="https://marsh.blog/").members) == MOST


@pytest.mark.parametrize("path", ["", "blogs/", "following"])
@pytest.mark.parametrize("host", ["marsh.blog", "medium.com", "substack.com"])
def test_what_stands_in_its_links_takes_no_front_by_surprise(host: str, path: str) -> None:
    odd = [
        "//",
        "https://",
        "//[",
        "https://.." + host,
        "/" * 2_000,
        "a" * 1_999,
        "%",
        "/%00/feed/",
    ]
    odd += [f"https://{label}.{host}/" for label in ("-", "a b", "a%2fb", "\u202e", "x" * 64)]
    links = "".join(f'<a href="{address}"></a>' for address in odd)
    body = f'<html><head><meta name="generator" content="WordPress"></head><body>{links}'
    assert look(body.encode(), url=f"https://{host}/{path}").members == ()


@pytest.fixture
def network(server: Server) -> Server:
    """A multisite by folders."""
    server.pages["/"] = page(FRONT, "text/html")
    for name in "abcd":
        server.pages[f"/{name}/"] = page(HOME.format(f"/{name}/feed/"), "text/html")
        feed = rss(f"Housing in {name}", link=server.url(f"/{name}"))
        server.pages[f"/{name}/feed/"] = page(feed.replace("A blog", f"Blog {name}"))
    return server


def test_each_chosen_member_of_a_network_becomes_a_line_in_the_list(
    passes: Passes, network: Server, database: Database, tmp_path: Path
) -> None:
    kept = Submissions(database, lambda: passes.now)
    token, id = kept.submit(network.base, Proposal(email="ann@marsh.example"))
    passes.pass_()
    one = kept.by_id(id)
    assert one.state is State.CHOOSING
    assert [found.title for found in one.found] == [f"Blog {n}" for n in "abcd"]
    chosen = kept.choose_members(token, [0, 1, 3])
    assert [c.token for c in chosen] == [member_token(token, n) for n in (0, 1, 3)]
    for _ in range(6):
        passes.pass_()
    every = [kept.by_token(c.token) for c in kept.chosen(token)]
    assert [m.state for m in every] == [State.WAITING] * 3
    opml = tmp_path / "feeds.opml"
    known = Feed(url="https://other.example/feed", site="https://other.example/", title="Other")
    opml.write_bytes(unparse([known], title="Blogs"))
    for member in every:
        Decisions(database, opml, lambda: passes.now).approve(member.id, "ann")
    listed = {feed.url for feed in parse(opml.read_bytes()).feeds}
    assert listed == {known.url, *(network.url(f"/{n}/feed/") for n in "abd")}
    assert max(network.peak.values()) == 1


def test_feeds_of_members_are_not_taken_for_the_networks_own(
    passes: Passes, network: Server, database: Database
) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    rsses = "".join(f'<a href="/{n}/feed/">RSS</a>' for n in "abcd")
    network.pages["/"] = page(FRONT.replace("<body>", f"{head}<body>") + rsses, "text/html")
    network.pages["/feed/"] = page(rss("Of them all", link=network.base))
    kept = Submissions(database, lambda: passes.now)
    _, id = kept.submit(network.base, Proposal())
    passes.pass_()
    found = [(one.url, one.member) for one in kept.by_id(id).found]
    folders = [(network.url(f"/{n}/"), True) for n in "abcd"]
    assert found == [(network.url("/feed/"), False), *folders]


def test_twenty_members_are_looked_at_within_an_hour_and_one_at_a_time(
    passes: Passes, network: Server, database: Database
) -> None:
    names = [f"blog{n}" for n in range(20)]
    for name in names:
        network.pages[f"/{name}/"] = page(HOME.format(f"/{name}/feed/"), "text/html")
        network.pages[f"/{name}/feed/"] = page(rss(name, link=network.url(f"/{name}")))
    links = "".join(f'<a href="/{n}/">{n}</a><a href="/{n}/feed/">RSS</a>' for n in names)
    network.pages["/"] = page(f"{MADE_WITH}{links}", "text/html")
    kept = Submissions(database, lambda: passes.now)
    token, _ = kept.submit(network.base, Proposal())
    passes.pass_()
    kept.choose_members(token, range(20))
    for _ in range(25):
        passes.pass_()
        if len(looked(kept, token)) >= MEMBERS_AN_HOUR - 1:
            break
    assert len(looked(kept, token)) == MEMBERS_AN_HOUR - 1  # the front was one
    assert max(network.peak.values()) == 1


def looked(kept: Submissions, token: str) -> list[Chosen]:
    """Return the members that were looked at."""
    return [one for one in kept.chosen(token) if one.state is not State.LOOKING]
