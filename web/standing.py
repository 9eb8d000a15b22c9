"""How a blog is doing, as readers and its owner are told: what is wrong, and what we do next.

Pure: sentences from a `Followed` and the time.
"""

from dataclasses import dataclass
from datetime import datetime

from index.model import Followed, Health, Status
from web.words import date_words, when_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A word or two for the list, and the sentence that explains them."""

    label: str
    sentence: str
    troubled: bool = False


def standing(blog: Followed, now: datetime) -> Standing:
    """Tell how `blog` is doing."""
    if blog.health is Health.GONE:
        return Standing(
            label="Closed",
            sentence="Its server says that the blog has gone for good, so we no longer visit it. "
            "Its posts stay findable here.",
        )
    if blog.feed.status is Status.ARCHIVED:
        return Standing(
            label="Kept",
            sentence="It is no longer on our list, so we do not visit it. "
            "Its posts stay findable here.",
        )
    return _TELL[blog.health](blog, now)


def _ok(blog: Followed, now: datetime) -> Standing:
    return Standing(label="Working", sentence=_visited(blog, now))


def _quiet(blog: Followed, now: datetime) -> Standing:
    since = f" since {date_words(blog.newest.sort_at)}" if blog.newest else " so far"
    return Standing(label="Quiet", sentence=f"It has posted nothing{since}. {_visited(blog, now)}")


def _new(blog: Followed, now: datetime) -> Standing:
    return Standing(label="New", sentence=f"We have not visited it yet. {_next(blog, now)}")


def _searching(blog: Followed, now: datetime) -> Standing:
    reason = _reason(blog) or "We do not know yet where its feed is."
    return Standing(
        label="No feed found yet",
        sentence=f"{reason} {_next(blog, now)}",
        troubled=blog.poll.visited is not None,
    )


def _failing(blog: Followed, now: datetime) -> Standing:
    since = blog.poll.failing_since
    label = f"Failing since {date_words(since)}" if since else "Failing"
    reason = _reason(blog) or "We could not read its feed."
    return Standing(label=label, sentence=f"{reason} {_next(blog, now)}", troubled=True)


def _visited(blog: Followed, now: datetime) -> str:
    if blog.poll.visited is None:
        return "We have not visited it yet."
    return f"We last visited {when_words(blog.poll.visited, now)}."


def _next(blog: Followed, now: datetime) -> str:
    due = max(blog.poll.due, blog.poll.not_before)
    verb = "try again" if blog.poll.visited else "look"
    return f"We will {verb} {when_words(due, now) if due > now else 'soon'}."


def _reason(blog: Followed) -> str:
    detail = blog.poll.detail.strip()
    return detail if not detail or detail.endswith((".", "!", "?")) else f"{detail}."


_TELL = {
    Health.OK: _ok,
    Health.QUIET: _quiet,
    Health.NEW: _new,
    Health.SEARCHING: _searching,
    Health.FAILING: _failing,
}
