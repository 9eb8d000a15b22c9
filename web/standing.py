"""How a blog is doing, as readers and its owner are told: what is wrong, and what we do next.

Pure: sentences from a `Followed` and the time, and from a `Visited`.
"""

from dataclasses import dataclass
from datetime import datetime

from index.backfill import Archive, State
from index.model import Aim, Followed, Health, Outcome, PageCount, Status, Visited
from web.words import clean, date_words, host, link, when_words

# What the owner of a blog can mend by letting us in.
REFUSALS = frozenset({"challenge", "robots", "http-401", "http-403", "http-451"})

CAME = {
    Outcome.READ: "We read its feed.",
    Outcome.SAME: "Nothing had changed.",
    Outcome.FOUND: "We found a feed.",
    Outcome.FAILED: "We could not read its feed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A word or two for the list, and the sentence that explains them.

    `refused` says that the blog's owner can let us in.
    """

    label: str
    sentence: str
    troubled: bool = False
    refused: bool = False


def standing(blog: Followed, now: datetime) -> Standing:
    """Tell how `blog` is doing."""
    if blog.health is Health.GONE:
        return _gone(blog, now)
    if blog.feed.status is Status.ARCHIVED:
        return Standing(
            label="Kept",
            sentence="It is no longer on our list, so we do not visit it. "
            "Its posts stay findable here.",
        )
    return _TELL[blog.health](blog, now)


def came_words(visit: Visited) -> str:
    """Say what came of a visit: its reason, where it has one."""
    told = visit.outcome in (Outcome.FOUND, Outcome.FAILED)
    return (_sentence(visit.detail) if told else "") or CAME[visit.outcome]


def archive_words(archive: Archive) -> str:
    """Say how far back a blog's record goes, and whether its older posts are being fetched."""
    since = archive.oldest
    told = [f"Our record of it goes back to {date_words(since)}."] if since else []
    known = archive.backfill
    match known.state if known else None:
        case State.UNDER_WAY:
            told.append("We are fetching its older posts, slowly.")
        case State.DONE:
            told.append("We have fetched its older posts.")
        case State.STUCK:
            told.append("We could not fetch all of its older posts.")
    if known and known.state is not State.DONE:
        told.append(_sentence(known.detail))
    return " ".join(filter(None, told))


def pages_words(pages: PageCount) -> str:
    """Say which way a blog's feed goes where it gives summaries, or nothing where it does not."""
    every = pages.read + pages.waiting + pages.useless
    if not every:
        return ""
    said = "Its feed gives only the start of some posts, so we read their pages for the search."
    parts = [f"{pages.read:,} of {every:,} {'has' if pages.read == 1 else 'have'} been read"]
    parts += [f"{pages.waiting:,} still to come"] if pages.waiting else []
    parts += [f"{pages.useless:,} could not be read"] if pages.useless else []
    return f"{said} {', '.join(parts)}."


def _gone(blog: Followed, now: datetime) -> Standing:
    followed = blog.feed.status is not Status.ARCHIVED
    then = _next(blog, now) if followed else "We do not visit it any more."
    return Standing(
        label="Closed",
        sentence=f"Its server says that its feed has gone for good. {then} "
        "Its posts stay findable here.",
    )


def _ok(blog: Followed, now: datetime) -> Standing:
    return Standing(label="Working", sentence=_visited(blog, now))


def _quiet(blog: Followed, now: datetime) -> Standing:
    since = f" since {date_words(blog.newest.sort_at)}" if blog.newest else " so far"
    return Standing(label="Quiet", sentence=f"It has posted nothing{since}. {_visited(blog, now)}")


def _new(blog: Followed, now: datetime) -> Standing:
    return Standing(label="New", sentence=f"We have not visited it yet. {_next(blog, now)}")


def _searching(blog: Followed, now: datetime) -> Standing:
    reason = _sentence(blog.poll.detail) or "We do not know yet where its feed is."
    return Standing(
        label="No feed found yet",
        sentence=f"{reason} {_next(blog, now)}",
        troubled=blog.poll.visited is not None,
    )


def _failing(blog: Followed, now: datetime) -> Standing:
    since = blog.poll.failing_since
    return Standing(
        label=f"Failing since {date_words(since)}" if since else "Failing",
        sentence=f"{_reason(blog)} {_next(blog, now)}",
        troubled=True,
        refused=blog.poll.problem in REFUSALS,
    )


def _held(blog: Followed, now: datetime) -> Standing:
    """Tell that new posts wait; what they look like is for moderators."""
    since = f"Since {date_words(blog.held.since)} its" if blog.held else "Its"
    return Standing(
        label="Held",
        sentence=f"{since} new posts do not look like its own, so a moderator looks at them "
        "first. Its earlier posts stay here.",
        troubled=True,
    )


def _moved(blog: Followed, now: datetime) -> Standing:
    """Tell where it seems to be; nothing is changed before a moderator has confirmed it."""
    if blog.poll.moving_why == "redirect":
        where = f"Its server says that its feed is at {_place(blog)} for good."
    else:
        where = f"There is a feed at {_place(blog)} that seems to be its own."
    said = f"{where} A moderator has to confirm that."
    if not blog.poll.problem:
        return Standing(
            label="Seems to have moved", sentence=f"{said} Meanwhile we read it there."
        )
    return Standing(
        label="Seems to have moved",
        sentence=f"{_reason(blog)} {said} Until then new posts may be missing. {_next(blog, now)}",
        troubled=True,
    )


def _visited(blog: Followed, now: datetime) -> str:
    if blog.poll.visited is None:
        return "We have not visited it yet."
    return f"We last visited {when_words(blog.poll.visited, now)}."


def _next(blog: Followed, now: datetime) -> str:
    due = max(blog.poll.due, blog.poll.not_before)
    verb = "try again" if blog.poll.visited else "look"
    if blog.poll.aim is Aim.HOME and blog.poll.visited:
        verb = "look at its home page"
    elif blog.poll.aim is Aim.MOVE:
        verb = f"see whether it is at {_place(blog)}"
    return f"We will {verb} {when_words(due, now) if due > now else 'soon'}."


def _place(blog: Followed) -> str:
    """Return where the blog's feed may be: the host, or the whole address on the same host."""
    url = link(blog.poll.moving_to)
    if not url:
        return "another address"
    return host(url) if host(url) != host(blog.feed.url) else url


def _reason(blog: Followed) -> str:
    return _sentence(blog.poll.detail) or CAME[Outcome.FAILED]


def _sentence(text: str) -> str:
    text = clean(text).strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


_TELL = {
    Health.OK: _ok,
    Health.QUIET: _quiet,
    Health.NEW: _new,
    Health.SEARCHING: _searching,
    Health.FAILING: _failing,
    Health.MOVED: _moved,
    Health.HELD: _held,
}
