"""Dates, counts, names and links, said as people say them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from index.model import EPOCH, Feed, Followed, Health, Kind, Poll, Status
from tests.conftest import NOW
from web import words
from web.standing import standing


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 1, 5, 9, 5, tzinfo=UTC), "9:05am"),
        (datetime(2026, 7, 5, 9, 5, tzinfo=UTC), "10:05am"),
        (datetime(2026, 1, 5, 0, 30, tzinfo=UTC), "12:30am"),
        (datetime(2026, 1, 5, 12, 30, tzinfo=UTC), "12:30pm"),
        (datetime(2026, 1, 5, 23, 59, tzinfo=UTC), "11:59pm"),
        pytest.param(datetime(2026, 1, 5, 12, tzinfo=UTC), "", id="noon stands for no time"),
        pytest.param(datetime(2026, 7, 5, 11, tzinfo=UTC), "", id="noon in summer, too"),
        pytest.param(datetime(2026, 1, 5, tzinfo=UTC), "", id="and so does midnight"),
    ],
)
def test_the_time_of_day_is_that_of_london(moment: datetime, said: str) -> None:
    assert words.clock_words(moment) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "today at 10:00am"),
        (2, "today at midday"),
        (14, "tomorrow at midnight"),
        (24, "tomorrow at 10:00am"),
        (-24, "yesterday at 10:00am"),
        (72, "on 4 May 2026"),
        (-72, "on 28 April 2026"),
    ],
)
def test_what_is_near_is_said_to_be_near(hours: int, said: str) -> None:
    assert words.when_words(NOW + timedelta(hours=hours), NOW) == said


def test_a_moment_counts_as_its_day_in_london() -> None:
    assert words.date_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"
    assert words.day_words(date(2026, 11, 19)) == "Thursday 19 November 2026"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 posts"), (1, "1 post"), (4812, "4,812 posts")]
)
def test_counts_agree_with_their_nouns(number: int, said: str) -> None:
    assert words.count_words(number, "post") == said


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_names_stand_as_in_a_sentence(names: list[str], said: str) -> None:
    assert words.list_words(names) == said


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//elsewhere.example/x",
        "/relative",
        "mailto:a@b.example",
        "http://",
        "http://[broken",
        "",
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert words.link(url) == words.host(url) == ""


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=1#z", "HTTP://A.EXAMPLE", "http://é.example/ü"]
)
def test_a_web_address_stays_as_it_is(url: str) -> None:
    assert words.link(url) == url


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/", "Creative Commons BY-SA 4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "Creative Commons Zero"),
        (
            "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3",
            "Open Government Licence v3",
        ),
        ("https://www.parks.example/terms", "The author’s terms, at parks.example"),
        ("© 2026 Parks", "© 2026 Parks"),
        ("", ""),
    ],
)
def test_a_licence_goes_by_its_name(licence: str, said: str) -> None:
    assert words.licence_words(licence) == said


@pytest.mark.parametrize(
    ("code", "tag", "name"),
    [
        ("cy", "cy", "Welsh"),
        ("CY_gb", "CY-gb", "Welsh"),
        ("en-GB", "", "English"),
        ("tlh", "tlh", ""),
        ("english language", "", ""),
        ('cy" onload="x', "", ""),
        ("", "", ""),
    ],
)
def test_only_a_language_is_called_one(code: str, tag: str, name: str) -> None:
    assert (words.foreign(code), words.language_words(code)) == (tag, name)


@pytest.mark.parametrize(
    ("feed", "name"),
    [
        (Feed(title="Parks"), "Parks"),
        (Feed(title=" \x00 ", site="https://www.parks.example/"), "parks.example"),
        (Feed(url="https://feeds.example/1"), "feeds.example"),
        (Feed(), "A blog with no name"),
    ],
)
def test_every_blog_has_a_name(feed: Feed, name: str) -> None:
    assert words.blog_name(feed) == name


def test_every_kind_has_its_words() -> None:
    assert {words.kind_words(kind) for kind in Kind} == {
        "Council",
        "Practitioner",
        "Sector body",
        "Central government",
        "Supplier",
        "Community",
    }
    assert all(words.kinds_words(kind) for kind in Kind)


@pytest.mark.parametrize(
    ("health", "poll", "status", "said"),
    [
        (Health.OK, Poll(visited=NOW), Status.LIVE, "Working. We last visited today at 10:00am."),
        (Health.OK, Poll(), Status.LIVE, "Working. We have not visited it yet."),
        (
            Health.QUIET,
            Poll(visited=NOW),
            Status.LIVE,
            "Quiet. It has posted nothing so far. We last visited today at 10:00am.",
        ),
        (
            Health.NEW,
            Poll(due=NOW + timedelta(minutes=5)),
            Status.LIVE,
            "New. We have not visited it yet. We will look today at 10:05am.",
        ),
        (
            Health.NEW,
            Poll(due=EPOCH),
            Status.LIVE,
            "New. We have not visited it yet. We will look soon.",
        ),
        (
            Health.SEARCHING,
            Poll(due=NOW + timedelta(days=1)),
            Status.LIVE,
            "No feed found yet. We do not know yet where its feed is. "
            "We will look tomorrow at 10:00am.",
        ),
        (
            Health.FAILING,
            Poll(visited=NOW, due=NOW, not_before=NOW + timedelta(days=3)),
            Status.LIVE,
            "Failing. We could not read its feed. We will try again on 4 May 2026.",
        ),
        (
            Health.GONE,
            Poll(problem="gone"),
            Status.LIVE,
            "Closed. Its server says that the blog has gone for good, so we no longer visit it. "
            "Its posts stay findable here.",
        ),
        (
            Health.QUIET,
            Poll(),
            Status.ARCHIVED,
            "Kept. It is no longer on our list, so we do not visit it. "
            "Its posts stay findable here.",
        ),
    ],
)
def test_how_a_blog_is_doing_is_said_in_plain_words(
    health: Health, poll: Poll, status: Status, said: str
) -> None:
    blog = Followed(feed=Feed(status=status), poll=poll, health=health, posts=0, newest=None)
    how = standing(blog, NOW)
    assert f"{how.label}. {how.sentence}" == said
