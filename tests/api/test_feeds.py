"""What `planet feeds` tells a moderator to do about a blog."""

from dataclasses import replace

import pytest

from api.feeds import to_do
from index.model import Followed, Health, Poll
from tests.conftest import FEED

BLOG = Followed(feed=FEED, poll=Poll(), health=Health.FAILING, posts=0, newest=None)


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("dns", "correct its line in the list of blogs"),
        ("http-404", "correct its line in the list of blogs"),
        ("html", "correct its line in the list of blogs"),
        ("private", "name it in PLANET_ALLOW_ADDRESSES"),
    ],
)
def test_what_does_not_mend_itself_is_for_somebody_to_do(problem: str, told: str) -> None:
    assert told in to_do(replace(BLOG, poll=Poll(problem=problem)))


@pytest.mark.parametrize("problem", ["", "timeout", "http-503", "challenge", "robots"])
def test_there_is_nothing_to_do_about_what_others_must_mend(problem: str) -> None:
    assert to_do(replace(BLOG, poll=Poll(problem=problem))) == ""


def test_a_move_is_to_be_confirmed() -> None:
    poll = Poll(problem="http-404", moving_to="https://new.example/feed", moving_why="found")
    told = to_do(replace(BLOG, poll=poll, health=Health.MOVED))
    assert told.startswith("if https://new.example/feed is the same blog")
