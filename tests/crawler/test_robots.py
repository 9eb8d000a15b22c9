"""robots.txt is read as RFC 9309 has it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from crawler.robots import LIMIT, Rules, concise, fresh, origin
from index.errors import FetchError
from index.model import Robots
from index.settings import AGENT

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def robots(body: str = "", status: int = 200) -> Robots:
    return Robots(origin="https://blog.example", status=status, body=body, fetched=NOW)


def code(found: Robots, path: str) -> str:
    try:
        Rules().check(found, f"https://blog.example{path}")
    except FetchError as error:
        return error.code
    return ""


@pytest.mark.rule(44)
@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ("", "/feed", ""),
        ("User-agent: *\nDisallow: /wp-admin/", "/feed", ""),
        ("User-agent: *\nDisallow: /feed", "/feed/", "robots"),
        ("User-agent: *\nDisallow: /\nAllow: /feed", "/feed", ""),
        ("User-agent: council-planet\nDisallow: /\n\nUser-agent: *\nAllow: /", "/feed", "robots"),
        ("User-agent: council-planet\nAllow: /\n\nUser-agent: *\nDisallow: /", "/feed", ""),
        ("<html>not a robots.txt at all", "/feed", ""),
    ],
)
def test_rules_are_kept(body: str, path: str, expected: str) -> None:
    assert code(robots(body), path) == expected


# https://www.rfc-editor.org/rfc/rfc9309#section-2.3.1.3
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_robots_txt_that_is_not_there_forbids_nothing(status: int) -> None:
    assert code(robots(status=status), "/feed") == ""


# https://www.rfc-editor.org/rfc/rfc9309#section-2.3.1.4
@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_a_server_that_cannot_say_is_taken_to_forbid(status: int) -> None:
    assert code(robots(status=status), "/feed") == "robots-unavailable"


def test_a_refusal_is_asked_about_again_sooner_than_an_answer() -> None:
    later = NOW + timedelta(hours=2)
    assert fresh(robots(), later)
    assert not fresh(robots(status=503), later)
    assert not fresh(robots(), NOW + timedelta(hours=24))


def test_new_rules_replace_the_ones_that_were_parsed() -> None:
    rules = Rules()
    rules.check(robots(), "https://blog.example/feed")
    newer = Robots(
        origin="https://blog.example",
        status=200,
        body="User-agent: *\nDisallow: /",
        fetched=NOW + timedelta(days=1),
    )
    with pytest.raises(FetchError, match="asks us not to read"):
        rules.check(newer, "https://blog.example/feed")


def test_each_scheme_host_and_port_has_a_robots_txt_of_its_own() -> None:
    assert origin("https://Blog.example/a/b?c") == "https://blog.example"
    assert origin("http://blog.example:8080/a") == "http://blog.example:8080"


AGENTS = (
    *("*", "council-planet", "Council-Planet", "coun*", "council-planet/1", "planet", "**", ""),
    *("googlebot", "*council", "council-planet-x", "c", "a:b", "a#b"),
)
NAMES = (
    "User-agent: ",
    "user-agent:",
    "useragent ",
    "User agent\t: ",
    "user  agent ",
    "user agent :",
)
RULES = (
    "Disallow: /",
    "Disallow: /a",
    "Allow: /a/b",
    "disallow /b",
    "Disallow:",
    "Crawl-delay: 5",
)
OTHER = ("Sitemap: https://a.example/", "Host: a", "# a remark", "", "nonsense", "user  agent : x")
LINES = st.one_of(
    st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(AGENTS)),
    st.sampled_from(RULES),
    st.sampled_from(OTHER),
    st.text("uUser-agent:* \t#\x85\u2028\xa0disallow/", max_size=20),
)


@pytest.mark.rule(44)
@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
@example(["User-agent: a", "User-agent: b", "Disallow: /"], "\n")
@example(["User-agent: a", "User-agent: council-planet", "Disallow: /", "", "User-agent: *"], "\n")
def test_a_concise_robots_txt_says_the_same_to_us(lines: list[str], end: str) -> None:
    text = end.join(lines)
    whole, short = Protego.parse(text), Protego.parse(concise(text))
    for path in ("/", "/a", "/a/b", "/b"):
        url = f"https://blog.example{path}"
        assert short.can_fetch(url, AGENT) == whole.can_fetch(url, AGENT)


@pytest.mark.rule(44)
def test_thousands_of_agents_with_thousands_of_rules_are_not_multiplied() -> None:
    agents = "".join(f"User-agent: a{n}\n" for n in range(15_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(15_000))
    body = f"{agents}User-agent: council-planet\n{rules}"
    assert len(body) < LIMIT
    assert code(robots(body), "/14999") == "robots"
    # At most twice as many lines matter: for us, and for everybody else.
    assert len(set(filter(None, map(str.strip, concise(body).splitlines())))) == 15_002


def test_the_rules_at_hand_never_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.robots.REMEMBERED", 1_000)
    rules = Rules()
    for n in range(50):
        body = "User-agent: *\nDisallow: /private\n#" + "x" * 300
        found = replace(robots(body), origin=f"https://{n}.example")
        rules.check(found, f"https://{n}.example/feed")
        with pytest.raises(FetchError):
            rules.check(found, f"https://{n}.example/private")
    assert len(rules) == 2
