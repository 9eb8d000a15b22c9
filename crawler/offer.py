"""Feeds that are offered to a person: what each holds, or why nobody knows. Pure.

Sentences here are for somebody who waits for an answer, and will try again or not; a
crawl says of the same troubles that it tries again by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.candidate import Candidate, Format, Scope
from crawler.discover import Page
from crawler.fetched import NoResponse
from crawler.sample import Reading, Sample, better, same_feed
from index.address import host, normal

A_PAGE = NoResponse(code="html", reason="There is a web page at this address, not a feed.")
COMMENTS = NoResponse(code="not-read", reason="It carries comments, and was not looked at.")
SPARED = NoResponse(code="not-read", reason="It was not looked at, to spare its server.")

# Where this is at an address, the blog may be elsewhere on the site.
LOST = frozenset({"http-404", "http-410", "not-a-feed", "broken", "empty", "truncated"})
_SAID = {
    "dns": "The name {} cannot be found. Look for a slip in the address.",
    "refused": "{} does not accept connections. Try again later.",
    "timeout": "{} did not answer in time. Try again later.",
    "failed": "The connection to {} failed. Try again later.",
    "cut-short": "{} broke off in the middle. Try again later.",
    "tls": "{} has no valid certificate, so nothing was fetched. Its owner has to mend that.",
    "robots-unavailable": "{} did not give its robots.txt, so nothing was fetched. "
    "Try again later.",
    "empty": "{} sent an empty answer. Try again later.",
    "truncated": "{} sent a feed that breaks off in its first post. Try again later.",
    "too-slow": "What {} sent takes too long to read.",
    "redirects": "{} sends us round in circles. Its owner has to mend that.",
    "http-429": "{} asks us to come less often (429). Try again tomorrow.",
    "http-5": "{} has a fault of its own. Try again later.",
}


class Source(StrEnum):
    """How an address came to be looked at."""

    GIVEN = "given"  # by the person
    DECLARED = "declared"  # a page says that it is a feed
    LINKED = "linked"  # a page links to it, and it looks like one
    GUESSED = "guessed"  # blogs like this one have their feeds there


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feed to choose: what it holds, or the plain reason why nobody knows."""

    url: str
    title: str = ""
    kind: Format = Format.UNKNOWN
    scope: Scope = Scope.BLOG
    source: Source
    page: str = ""  # the page that names it, or made us guess
    sample: Sample | None = None
    also: tuple[str, ...] = ()  # where the same posts are to be had
    code: str = ""  # why it was not read, for programs
    reason: str = ""  # the same for people

    @property
    def good(self) -> bool:
        """Whether it can be followed: it was read and carries posts, or somebody asked for it."""
        wanted = self.scope is not Scope.COMMENTS or self.source is Source.GIVEN
        return self.sample is not None and wanted


def offered(candidate: Candidate, found: Reading, source: Source, page: str = "") -> Offer:
    """Return the offer of a candidate with what was found at its address."""
    offer = Offer(
        url=candidate.url,
        title=candidate.title,
        kind=candidate.kind,
        scope=candidate.scope,
        source=source,
        page=page,
    )
    match found:
        case Sample():
            of_comments = found.scope is Scope.COMMENTS
            return replace(
                offer,
                url=found.url,
                title=found.title or candidate.title,
                kind=found.kind,
                scope=Scope.COMMENTS if of_comments else candidate.scope,
                sample=found,
            )
        case Page():
            return replace(offer, code=A_PAGE.code, reason=A_PAGE.reason)
        case NoResponse():
            return replace(offer, code=found.code, reason=found.reason)


def merged(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Return each feed once, however often it is offered: what was read first, comments last."""
    kept: list[Offer] = []
    for offer in sorted(offers, key=lambda offer: (offer.sample is None, offer.scope)):
        for place, known in enumerate(kept):
            if offer.sample and known.sample and same_feed(offer.sample, known.sample):
                kept[place] = _joined(known, offer)
                break
        else:
            kept.append(offer)
    return tuple(kept)


def _joined(known: Offer, offer: Offer) -> Offer:
    """Return the better of two offers of one feed, which says where the other is."""
    if known.sample and offer.sample and better(offer.sample, known.sample):
        known, offer = replace(offer, scope=known.scope), known
    others = dict.fromkeys((*known.also, offer.url, *offer.also))
    return replace(known, also=tuple(url for url in others if normal(url) != normal(known.url)))


def plainly(trouble: NoResponse, asked: str) -> NoResponse:
    """Return what went wrong at the address `asked`, said to a person who waits."""
    code = "http-5" if trouble.code.startswith("http-5") else trouble.code
    if code not in _SAID:
        return trouble
    return replace(trouble, reason=_SAID[code].format(host(asked)))


def nothing(url: str, found: Reading, offers: Iterable[Offer]) -> tuple[str, str]:
    """Return, in a word for programs and a sentence for people, why no feed can be followed.

    `found` is what was at the person's own address, `offers` whatever was found besides.
    """
    offers = tuple(offers)
    named = (offer for offer in offers if offer.source is Source.DECLARED and offer.reason)
    unread = next((offer for offer in named if offer.scope is not Scope.COMMENTS), None)
    if unread:
        return "feed-unreadable", f"{unread.page} names a feed, {unread.url}. {unread.reason}"
    if any(offer.scope is Scope.COMMENTS for offer in offers):
        return "only-comments", f"{url} has feeds of comments only, and none of posts."
    for offer in offers:
        if offer.code == "robots":
            return "robots", offer.reason
    if isinstance(found, NoResponse):
        elsewhere = " No feed was found elsewhere on its site." if found.code in LOST else ""
        return found.code, found.reason + elsewhere
    return (
        "no-feed-found",
        f"{url} names no feed, and there is none where blogs like it have theirs. "
        "Ask its author whether it has one.",
    )
