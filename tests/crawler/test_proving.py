"""Looking for an owner's code at blogs that show it, that do not, and that show another's."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.fetched import Response
from crawler.proving import in_feed, on_page
from index.claim import Claim, ClaimState, Proof
from index.claims import AT_A_HOST, EACH, HOUR, Claims
from index.decisions import Decisions
from tests.conftest import FEED
from tests.crawler.passes import Passes
from tests.server import Page, Server, page, redirect, rss, status

CODE = "planet0123456789abcdef"
LINK = f"https://planet.example/blogs/parks-and-paths#{CODE}"


@pytest.fixture
def kept(passes: Passes, server: Server) -> Claims:
    """The claims of a planet that follows one blog, on the server at hand."""
    server.pages["/"], server.pages["/feed"] = html("<p>Hello"), page(rss("Damp"))
    passes.follow(replace(FEED, url=server.url("/feed"), site=server.url("/")))
    passes.pass_()
    server.requests.clear()
    return Claims(passes.store.database, lambda: passes.now)


def html(body: str) -> Page:
    return page(f"<!doctype html><html><head>{body}", "text/html")


def wanted(kept: Claims) -> tuple[str, Claim]:
    """Claim the blog, and say that the code can be looked for."""
    token = kept.claim("parks-and-paths")
    kept.look(token)
    return token, kept.by_token(token)


@pytest.mark.parametrize("how", Proof)
def test_the_code_is_found_wherever_the_owner_shows_it(
    passes: Passes, kept: Claims, server: Server, how: Proof
) -> None:
    token, claim = wanted(kept)
    match how:
        case Proof.META:
            server.pages["/"] = html(f'<meta name="council-planet" content="{claim.code}">')
        case Proof.LINK:
            server.pages["/"] = html(
                f'<a rel="me" href="https://us.example/x#{claim.code}">us</a>'
            )
        case Proof.POST:
            server.pages["/feed"] = page(rss("Damp", f"We are {claim.code} here"))
    passes.pass_()
    assert kept.by_token(token).state is ClaimState.PROVED
    assert kept.by_token(token).how == how
    asked = [seen.path for seen in server.requests if seen.path != "/robots.txt"]
    assert asked == (["/", "/feed"] if how is Proof.POST else ["/"])


def test_anothers_code_proves_nothing(passes: Passes, kept: Claims, server: Server) -> None:
    mine, _ = wanted(kept)
    others, other = wanted(kept)
    server.pages["/"] = html(f'<meta name="council-planet" content="{other.code}">')
    passes.pass_()
    passes.pass_()
    assert kept.by_token(others).proved
    failed = kept.by_token(mine)
    assert (failed.state, failed.reason) == (ClaimState.FAILED, "absent")
    assert failed.detail.endswith(".")


def test_a_second_proof_leaves_the_first_as_it_is(
    passes: Passes, kept: Claims, server: Server
) -> None:
    tokens = []
    for _ in range(2):
        token, claim = wanted(kept)
        tokens.append(token)
        server.pages["/"] = html(f'<meta name="council-planet" content="{claim.code}">')
        passes.pass_()
    assert all(kept.by_token(token).proved for token in tokens)
    log = Decisions(passes.store.database, Path("none")).log()
    assert [(one.who, one.what, one.note) for one in log] == [("the owner", "prove", "meta")] * 2


def test_a_code_that_is_shown_later_is_found_by_another_look(
    passes: Passes, kept: Claims, server: Server
) -> None:
    token, claim = wanted(kept)
    passes.pass_()
    assert kept.by_token(token).state is ClaimState.FAILED
    server.pages["/"] = html(f'<meta name="council-planet" content="{claim.code}">')
    passes.pass_()
    assert kept.by_token(token).state is ClaimState.FAILED  # nobody asked
    kept.look(token)
    passes.pass_()
    assert kept.by_token(token).proved


def test_robots_txt_is_kept_to(passes: Passes, kept: Claims, server: Server) -> None:
    passes.now += timedelta(days=2)  # what it said before is forgotten
    server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /", "text/plain")
    token, claim = wanted(kept)
    server.pages["/"] = html(f'<meta name="council-planet" content="{claim.code}">')
    passes.pass_()
    assert kept.by_token(token).reason == "robots"
    assert {seen.path for seen in server.requests} == {"/robots.txt"}


def test_a_server_that_asks_to_be_left_alone_is_left_alone(
    passes: Passes, kept: Claims, server: Server
) -> None:
    passes.now = passes.blog().poll.due
    server.pages["/feed"] = status(503, retry_after="86400")
    passes.pass_()
    server.requests.clear()
    token, _ = wanted(kept)
    passes.pass_()
    assert server.requests == []
    assert kept.by_token(token).state is ClaimState.LOOKING
    passes.now += timedelta(days=1)
    passes.pass_()
    assert server.asked("/")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (status(500), "http-500"),
        (status(404), "http-404"),
        (redirect("/"), "redirects"),
        (redirect("http://10.0.0.1/"), "private"),
    ],
)
def test_a_home_page_that_cannot_be_read_is_named(
    passes: Passes, kept: Claims, server: Server, answer: Page, code: str
) -> None:
    server.pages["/"] = answer
    token, _ = wanted(kept)
    passes.pass_()
    claim = kept.by_token(token)
    assert (claim.state, claim.reason) == (ClaimState.FAILED, code)
    assert claim.detail.endswith(".")


def test_a_site_is_looked_at_a_few_times_an_hour(
    passes: Passes, kept: Claims, server: Server
) -> None:
    token, _ = wanted(kept)
    for _ in range(EACH + 2):
        kept.look(token)
        passes.pass_()
    assert len(server.asked("/")) == EACH
    for _ in range(AT_A_HOST):  # of which two are looked into, and then the others
        wanted(kept)
    for _ in range(10):
        passes.pass_()
    assert len(server.asked("/")) == AT_A_HOST
    passes.now += HOUR
    passes.pass_()
    assert len(server.asked("/")) == AT_A_HOST + 1 + AT_A_HOST - 2
    assert max(server.peak.values()) == 1


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (f'<meta name="council-planet" content="{CODE}">', Proof.META),
        (f"<META NAME='Council-Planet' CONTENT=' {CODE} '>", Proof.META),
        (f'<link rel="me" href="{LINK}">', Proof.LINK),
        (f'<body><a rel="ME noopener" href=" {LINK} ">us</a>', Proof.LINK),
        (f'<meta name="council-planet" content="{CODE}0">', None),
        (f'<meta name="description" content="{CODE}">', None),
        (f'<a rel="me ugc nofollow" href="{LINK}">in a comment</a>', None),
        (f'<a href="{LINK}">no rel</a>', None),
        ('<a rel="me" href="https://planet.example/blogs/parks-and-paths">the page</a>', None),
        ('<a rel="me" href="http://[/">broken</a>', None),
        (f"<!-- <meta name='council-planet' content='{CODE}'> -->", None),
        (f"<p>{CODE}</p>", None),
        ("", None),
    ],
)
def test_a_home_page_shows_a_code_by_a_tag_or_a_link_of_its_owner(
    body: str, how: Proof | None
) -> None:
    answer = Response(url="https://parks.example/", status=200, body=body.encode())
    assert on_page(answer, CODE).how == how


def test_a_feeds_own_title_is_no_post() -> None:
    body = rss("Damp").replace("A blog", CODE).encode()
    answer = Response(url="https://parks.example/feed", status=200, body=body)
    assert in_feed(answer, CODE).how is None
