"""Somebody who says that a blog is theirs, until they have shown it. Values alone.

waiting ──► looking    they say that the blog shows their code; the crawler is to look
looking ──► proved     it does
        ──► failed     it does not, or could not be read: they may ask again
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from index.model import Feed

KEPT = timedelta(days=30)  # of a claim that nobody proves
EMAIL_KEPT = timedelta(days=365)  # from when the owner last gave it
WAIT = timedelta(days=1)  # of failures before an owner is told


class ClaimState(StrEnum):
    """How far a claim has come."""

    WAITING = "waiting"
    LOOKING = "looking"
    PROVED = "proved"
    FAILED = "failed"


class Proof(StrEnum):
    """Where the code was found."""

    META = "meta"  # <meta name="council-planet" content="CODE"> on the home page
    LINK = "link"  # a rel=me link there, to an address that ends in #CODE
    POST = "post"  # the words of a post in the blog's feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody says of a blog, and what came of it. `code` is for all to see."""

    id: int
    feed: Feed
    code: str
    state: ClaimState
    how: str = ""  # a Proof, once there is one
    reason: str = ""  # a code for programs
    detail: str = ""  # a sentence
    email: str = ""
    email_until: datetime | None = None
    created: datetime
    changed: datetime

    @property
    def proved(self) -> bool:
        """Whether the blog is theirs."""
        return self.state is ClaimState.PROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The right to look for a code at a blog until the lease ends."""

    id: int
    code: str
    site: str  # the home page, if it is known
    url: str  # the feed, if it is known
    lease: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look brought: where the code is, or else why it was not found."""

    how: Proof | None = None
    reason: str = ""
    detail: str = ""


def feed_key(token: str) -> str:
    """Return the secret in the address of an owner's feed.

    It is made of the page's token and does not lead back to it: who keeps the feed in a reader
    shows the reader nothing that opens the page.
    """
    return sha256(f"troubles {token}".encode("utf-8", "replace")).hexdigest()[:32]


def link_of(base_url: str, claim: Claim) -> str:
    """Return the address that a rel=me link leads to: the blog's page here, with the code."""
    return f"{base_url}/blogs/{claim.feed.slug}#{claim.code}"
