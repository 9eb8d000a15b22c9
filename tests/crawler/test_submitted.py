"""What becomes of suggested addresses at servers that behave, and at those that do not."""

import pytest

from crawler.submitted import AT_ONCE
from index.submission import Proposal, State, Submission
from index.submissions import Submissions
from tests.crawler.passes import Passes
from tests.server import Server, bomb, cut_short, page, raw, redirect, rss, status

HOME = '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/feed">'


@pytest.fixture
def kept(passes: Passes) -> Submissions:
    return Submissions(passes.store.database, lambda: passes.now)


def looked_at(passes: Passes, kept: Submissions, address: str) -> Submission:
    """Suggest an address, and let the crawler do what is due."""
    _, id = kept.submit(address, Proposal())
    passes.pass_()
    return kept.by_id(id)


def test_a_home_page_leads_to_a_preview_that_nobody_else_sees(
    passes: Passes, kept: Submissions, server: Server
) -> None:
    server.pages["/"] = page(HOME, "text/html")
    server.pages["/feed"] = page(rss("Damp", "Bins"))
    one = looked_at(passes, kept, server.base)
    assert (one.state, one.title) == (State.WAITING, "A blog")
    preview = kept.preview(one)
    assert preview is not None
    assert {post.title for post in preview.posts} == {"Damp", "Bins"}
    assert passes.titles() == []
    assert max(server.peak.values()) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (status(401), "blocked"),
        (status(403), "blocked"),
        (status(429), "blocked"),
        (status(500), "unreachable"),
        (status(404), "unreachable"),
        (redirect("/"), "unreachable"),
        (cut_short, "unreachable"),
        (bomb(30_000_000), "too-large"),
        (raw(b"no HTTP at all"), "unreachable"),
        (redirect("http://10.0.0.1/"), "private"),
        (page("<!doctype html><p>Hello", "text/html"), "nothing-found"),
        (page(b"\x00\xff" * 5000, "application/octet-stream"), "nothing-found"),
    ],
)
def test_every_misbehaviour_has_a_code_and_a_sentence(
    passes: Passes, kept: Submissions, server: Server, answer: object, code: str
) -> None:
    server.pages["/"] = answer  # type: ignore[assignment]
    one = looked_at(passes, kept, server.base)
    assert (one.state, one.reason) == (State.FAILED, code)
    assert one.detail.endswith(".")


def test_robots_txt_is_kept_to(passes: Passes, kept: Submissions, server: Server) -> None:
    server.pages["/robots.txt"] = page("User-agent: *\nDisallow: /", "text/plain")
    assert looked_at(passes, kept, server.base).reason == "robots"
    assert {seen.path for seen in server.requests} == {"/robots.txt"}


def test_ten_thousand_links_to_feeds_are_not_followed(
    passes: Passes, kept: Submissions, server: Server
) -> None:
    links = "".join(f'<a href="/{n}.rss">RSS</a>' for n in range(10_000))
    server.pages["/"] = page(f"<!doctype html><html><body>{links}", "text/html")
    assert looked_at(passes, kept, server.base).state is State.FAILED
    assert len(server.requests) < 20


def test_many_suggestions_of_one_site_are_no_more_than_its_share(
    passes: Passes, kept: Submissions, server: Server
) -> None:
    for n in range(40):
        kept.submit(server.url(f"/{n}"), Proposal())
    passes.pass_()
    assert max(server.peak.values()) == 1 <= AT_ONCE
    assert len(kept.all(State.FAILED)) == 6  # an hour
    assert len(kept.all(State.LOOKING)) == 34
