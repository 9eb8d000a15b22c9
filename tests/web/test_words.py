"""Dates, counts, names and links, said as people say them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from index.language import COMMON
from index.model import (
    EPOCH,
    Aim,
    Feed,
    Followed,
    Health,
    Kind,
    Outcome,
    PageCount,
    Poll,
    Status,
    Visited,
)
from tests.conftest import NOW
from web import words
from web.standing import came_words, pages_words, standing

DAY = timedelta(days=1)


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


@pytest.mark.parametrize("code", COMMON)
def test_every_language_that_can_be_told_has_a_name(code: str) -> None:
    assert words.language_words(code)


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
            Health.SEARCHING,
            Poll(aim=Aim.HOME, visited=NOW, due=NOW + DAY, detail="It is not where we looked."),
            Status.LIVE,
            "No feed found yet. It is not where we looked. "
            "We will look at its home page tomorrow at 10:00am.",
        ),
        (
            Health.FAILING,
            Poll(
                visited=NOW,
                due=NOW + DAY,
                failing_since=NOW - 9 * DAY,
                detail="There is a web page at this address, not a feed",
                aim=Aim.MOVE,
                moving_to="https://www.new.example/feed",
            ),
            Status.LIVE,
            "Failing since 22 April 2026. There is a web page at this address, not a feed. "
            "We will see whether it is at new.example tomorrow at 10:00am.",
        ),
        (
            Health.MOVED,
            Poll(visited=NOW, moving_to="https://new.example/feed", moving_why="redirect"),
            Status.LIVE,
            "Seems to have moved. Its server says that its feed is at new.example for good. "
            "A moderator has to confirm that. Meanwhile we read it there.",
        ),
        (
            Health.MOVED,
            Poll(visited=NOW, moving_to="https://blog.example/atom.xml", moving_why="redirect"),
            Status.LIVE,
            "Seems to have moved. "
            "Its server says that its feed is at https://blog.example/atom.xml for good. "
            "A moderator has to confirm that. Meanwhile we read it there.",
        ),
        (
            Health.MOVED,
            Poll(
                visited=NOW,
                due=NOW + DAY,
                problem="http-404",
                detail="blog.example has nothing at this address (404).",
                moving_to="https://new.example/feed",
                moving_why="found",
            ),
            Status.LIVE,
            "Seems to have moved. blog.example has nothing at this address (404). "
            "There is a feed at new.example that seems to be its own. "
            "A moderator has to confirm that. Until then new posts may be missing. "
            "We will try again tomorrow at 10:00am.",
        ),
        (
            Health.MOVED,
            Poll(visited=NOW, moving_to="javascript:alert(1)", moving_why="redirect"),
            Status.LIVE,
            "Seems to have moved. Its server says that its feed is at another address for good. "
            "A moderator has to confirm that. Meanwhile we read it there.",
        ),
        (
            Health.GONE,
            Poll(problem="gone", visited=NOW, due=NOW + 30 * DAY),
            Status.LIVE,
            "Closed. Its server says that its feed has gone for good. "
            "We will try again on 31 May 2026. Its posts stay findable here.",
        ),
        (
            Health.GONE,
            Poll(problem="gone", visited=NOW, due=NOW + 30 * DAY),
            Status.ARCHIVED,
            "Closed. Its server says that its feed has gone for good. "
            "We do not visit it any more. Its posts stay findable here.",
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
    feed = Feed(url="https://blog.example/feed", status=status)
    how = standing(Followed(feed=feed, poll=poll, health=health, posts=0, newest=None), NOW)
    assert f"{how.label}. {how.sentence}" == said


@pytest.mark.parametrize("health", Health)
def test_every_health_has_its_words(health: Health) -> None:
    how = standing(Followed(feed=Feed(), poll=Poll(), health=health, posts=0, newest=None), NOW)
    assert how.label
    assert how.sentence.endswith(".")


@pytest.mark.parametrize("why", ["redirect", "found"])
def test_a_move_is_trouble_only_where_the_blog_cannot_be_read(why: str) -> None:
    poll = Poll(moving_to="https://new.example/feed", moving_why=why)
    blog = Followed(feed=Feed(), poll=poll, health=Health.MOVED, posts=0, newest=None)
    assert not standing(blog, NOW).troubled
    assert standing(replace(blog, poll=replace(poll, problem="http-404")), NOW).troubled


@pytest.mark.parametrize(
    ("outcome", "detail", "said"),
    [
        (Outcome.READ, "", "We read its feed."),
        pytest.param(Outcome.READ, "It was 404.", "We read its feed.", id="an older problem"),
        (Outcome.SAME, "", "Nothing had changed."),
        (Outcome.FOUND, "There is a feed at x", "There is a feed at x."),
        (Outcome.FOUND, "", "We found a feed."),
        (Outcome.FAILED, "parks.example is out.\x1b", "parks.example is out."),
        (Outcome.FAILED, "", "We could not read its feed."),
    ],
)
def test_what_came_of_a_visit_is_said(outcome: Outcome, detail: str, said: str) -> None:
    visit = Visited(
        at=NOW,
        outcome=outcome,
        status=200,
        seconds=1.0,
        size=1,
        new=0,
        problem="",
        detail=detail,
    )
    assert came_words(visit) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 5, 1, 9, 30, 7, tzinfo=UTC), "1 May 2026, 10:30am"),
        (datetime(2026, 5, 1, 11, tzinfo=UTC), "1 May 2026, midday"),
        (datetime(2026, 4, 30, 23, tzinfo=UTC), "1 May 2026, midnight"),
    ],
)
def test_a_moment_is_said_to_the_minute(moment: datetime, said: str) -> None:
    assert words.moment_words(moment) == said


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        (PageCount(), ""),
        (PageCount(read=1), "1 of 1 has been read."),
        (PageCount(read=12, waiting=1_000), "12 of 1,012 have been read, 1,000 still to come."),
        (PageCount(useless=2), "0 of 2 have been read, 2 could not be read."),
    ],
)
def test_how_many_pages_were_read_is_said_where_a_feed_gives_summaries(
    pages: PageCount, said: str
) -> None:
    assert pages_words(pages).endswith(said)
    assert bool(pages_words(pages)) is bool(said)
