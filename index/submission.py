"""A blog that somebody suggests, from its address to a decision. Values alone.

looking ──► choosing   several feeds, or blogs of a network: the person says which
        ──► waiting    a feed was chosen and is visited; a moderator decides
        ──► failed     no feed to follow: `reason` and `detail` say why
waiting ──► listed     it has a line in the list of blogs
        ──► refused    and why
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from index.model import Kind
from index.outlines import plain

EMAIL_KEPT = timedelta(days=90)
TITLE, NOTE, EMAIL = 200, 1_000, 254  # characters


class State(StrEnum):
    """How far a submission has come."""

    LOOKING = "looking"
    CHOOSING = "choosing"
    WAITING = "waiting"
    LISTED = "listed"
    REFUSED = "refused"
    FAILED = "failed"


DECIDED = frozenset({State.LISTED, State.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A post of a feed, as a person chooses by it."""

    title: str
    url: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that was found, with its newest posts."""

    url: str
    title: str = ""
    site: str = ""
    kind: str = ""  # how it is written
    part: bool = False  # of the blog only: a category, an author
    posts: int = 0
    newest: datetime | None = None
    latest: tuple[Sample, ...] = ()
    also: tuple[str, ...] = ()  # where the same posts are to be had
    # A blog of a network, to be suggested by itself: `url` is its home, `site` the front page.
    member: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a person says of a blog. Empty means: you tell me."""

    title: str = ""
    kind: Kind | None = None
    councils: tuple[str, ...] | None = None
    note: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A blog that somebody suggests."""

    id: int
    address: str
    host: str
    network: str = ""  # the front page that it was chosen from
    state: State
    reason: str = ""  # a code of `index.reasons`
    detail: str = ""  # a sentence that says more
    note: str = ""
    email: str = ""
    email_until: datetime | None = None
    question: str = ""  # a moderator's
    answer: str = ""
    found: tuple[Found, ...] = ()
    feed_id: int | None = None
    listed: str = ""  # the slug of the blog here, if it is listed
    title: str = ""
    kind: str = ""
    councils: tuple[str, ...] = ()
    approved: bool = False
    created: datetime
    changed: datetime

    @property
    def decided(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in DECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The right to look at a submission until the lease ends."""

    id: int
    address: str
    lease: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A line of the audit log."""

    at: datetime
    who: str
    what: str
    submission_id: int | None
    about: str
    reason: str = ""
    note: str = ""


def member_token(token: str, number: int) -> str:
    """Return the token of the suggestion that a member of a network becomes.

    Whoever has the network's token has its members' too, and nobody else has.
    """
    return sha256(f"{token}/{number}".encode("utf-8", "replace")).hexdigest()[:32]


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def short(text: str, most: int) -> str:
    """Return text that strangers wrote in one line, without what XML cannot hold."""
    return plain(text)[:most].strip()


def write_found(found: Iterable[Found]) -> str:
    """Write down the feeds that were found."""
    return json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str)


def read_found(text: str) -> tuple[Found, ...]:
    """Read them back."""
    return tuple(_found(one) for one in json.loads(text or "[]"))


def _found(said: Mapping[str, Any]) -> Found:
    latest = tuple(
        Sample(title=one["title"], url=one["url"], published=_moment(one["published"]))
        for one in said["latest"]
    )
    rest = {"newest": _moment(said["newest"]), "latest": latest, "also": tuple(said["also"])}
    return Found(**{**said, **rest})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
