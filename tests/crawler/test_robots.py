"""robots.txt is read as RFC 9309 has it."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.robots import Rules, fresh, origin
from index.errors import FetchError
from index.model import Robots

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
