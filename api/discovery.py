"""`planet discover`: a blog's address into its feeds, for a person to choose from."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from api.terminal import day_words, posts_words
from crawler.candidate import Format, Scope
from crawler.charset import without_controls
from crawler.fetched import Fetch
from crawler.offer import Offer
from crawler.pool import Pool
from crawler.quest import Discovered, Tell, apart
from crawler.quest import discover as search
from crawler.sample import Sample
from crawler.worker import run_errand
from index.address import host
from index.database import migrate
from index.model import Feed
from index.opml import unparse_line
from index.settings import Settings

SCOPES = {Scope.PART: "a part of the blog", Scope.COMMENTS: "comments"}


def discover(settings: Settings, address: str, *, quietly: bool) -> Discovered:
    """Look for the feeds of the blog at `address`; on a terminal, say what is looked at."""
    migrate(settings.database)
    with _progress(quietly) as tell:

        async def errand(fetch: Fetch, pool: Pool) -> Discovered:
            return await search(address, fetch, apart(pool), tell)

        return run_errand(settings, errand)


def document(found: Discovered) -> dict[str, Any]:
    """Return what was found as `--json` prints it."""
    return {
        "address": found.address,
        "url": found.url,
        "requests": found.requests,
        "code": found.code,
        "reason": found.reason,
        "feeds": [_feed(offer) for offer in found.offers],
        "members": [asdict(one) for one in found.members],
    }


def lines(found: Discovered) -> Iterator[str]:
    """Yield what was found as a person reads it, with a line for feeds.opml for each feed."""
    for number, offer in enumerate(found.offers, 1):
        # Strangers wrote some of this, and a terminal obeys control characters.
        yield from map(without_controls, _shown(number, offer))
        yield ""
    if found.members:
        yield "This is the front page of a network. These are its blogs:"
        for one in found.members:
            yield without_controls(f"   {one.url}  {one.title}".rstrip())
        yield "`planet discover` with one of these addresses finds its feed."
        yield "`planet submissions add`, with --all or --member, suggests them."
    if not found.code and found.offers:
        yield (
            "To follow one, copy its last line into feeds.opml, to the group it belongs to, and "
            "say in its category what kind of blog it is: docs/opml.md tells how."
        )


def _shown(number: int, offer: Offer) -> Iterator[str]:
    yield f"{number}. {offer.title or host(offer.url)}"
    yield f"   {_described(offer)}"
    yield f"   {offer.url}"
    for post in offer.sample.latest if offer.sample else ():
        yield (
            f"   - {post.title}, {day_words(post.published)}"
            if post.published
            else f"   - {post.title}"
        )
    if offer.also:
        yield f"   The same posts are at {', '.join(offer.also)}"
    if offer.good:
        yield f"   {unparse_line(_followed(offer))}"


def _feed(offer: Offer) -> dict[str, Any]:
    sample = offer.sample
    return {
        "url": offer.url,
        "title": offer.title,
        "kind": offer.kind,
        "comments": offer.scope is Scope.COMMENTS,
        "part": offer.scope is Scope.PART,
        "source": offer.source,
        "page": offer.page,
        "site": sample.site if sample else "",
        "posts": sample.posts if sample else 0,
        "newest": sample.newest if sample else None,
        "latest": [asdict(post) for post in sample.latest] if sample else [],
        "also": offer.also,
        "outline": unparse_line(_followed(offer)) if offer.good else "",
        "code": offer.code,
        "reason": offer.reason,
    }


def _described(offer: Offer) -> str:
    """Say what a feed is and holds, or why nobody knows."""
    parts = [
        "" if offer.kind is Format.UNKNOWN else offer.kind.value,
        SCOPES.get(offer.scope, ""),
        _holds(offer.sample) if offer.sample else "",
    ]
    return ". ".join(filter(None, (", ".join(filter(None, parts)), offer.reason)))


def _holds(sample: Sample) -> str:
    posts = posts_words(sample.posts)
    return f"{posts}, the newest of {day_words(sample.newest)}" if sample.newest else posts


def _followed(offer: Offer) -> Feed:
    """Return the feed as a list would have it."""
    site = offer.sample.site if offer.sample else ""
    return Feed(url=offer.url, site=site or offer.page, title=offer.title)


@contextmanager
def _progress(quietly: bool) -> Iterator[Tell]:
    """Give a function that shows a sentence on the terminal in place of the last."""
    console = Console(stderr=True, highlight=False)
    if quietly or not sys.stderr.isatty():
        yield lambda _: None
        return
    with console.status("Starting") as status:
        yield lambda sentence: status.update(Text(sentence))  # brackets are no markup here
