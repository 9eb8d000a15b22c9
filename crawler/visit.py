"""One visit, from what came back to what will be remembered. Pure, and told the time.

    Response ──► ParsedFeed ──► [Entry]      a feed was read
             ──► nothing new                 304
             ──► [Candidate]                 a home page says where the feed is
             ──► ParsedFeed                  a feed was found where we were told it is now
    NoResponse, an error status, a page that is no feed
             ──► a failure: counted, explained, tried again later (`crawler.failing`)

`visit` never raises for what a stranger's server sent: a failure is a value like any
other, so that one feed cannot stop the rest. It reads bodies of megabytes, so the
worker runs it in a process that can be killed; what needs no reading runs anywhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from crawler import archive, moving, schedule
from crawler.discover import Page, look, next_address
from crawler.failing import failed, guessing
from crawler.fetched import Fetched, NoResponse, Response
from crawler.normalise import normalise, web_address
from crawler.parse import parse_feed
from crawler.parsed import ParsedFeed
from crawler.trouble import Trouble, challenges, explain
from crawler.wording import title_text
from index.errors import FetchError, ParseError
from index.model import Aim, Entry, Feed, Lease, Outcome, Poll, Visit

SPEAKS_FOR_ITSELF = timedelta(days=7)  # a 304 is believed for a week (rule 4)
PATIENCE = 3  # conditional requests that may be ignored before they are put another way (rule 5)
VALIDATORS = {"etag": "etag", "last_modified": "last-modified"}  # by our name and HTTP's


def visit(lease: Lease, fetched: Fetched, now: datetime, luck: float) -> Visit:
    """Return what to remember of this visit; `luck` is a random number from 0 to 1."""
    if isinstance(fetched, NoResponse):
        return failed(lease, fetched, Trouble(fetched.code, fetched.reason), now, luck)
    if fetched.status == 304:
        return _unchanged(lease, fetched, now, luck)
    if fetched.status not in (200, 203, 226) or challenges(fetched):
        return failed(lease, fetched, explain(fetched), now, luck)
    look = {Aim.FEED: _read, Aim.HOME: _look_home, Aim.MOVE: _look_there}[lease.poll.aim]
    try:
        return look(lease, fetched, now, luck)
    except FetchError as error:
        trouble = Trouble(error.code, str(error))
    except ParseError as error:
        trouble = Trouble(error.code, str(error), error.offered)
    return failed(lease, fetched, trouble, now, luck)


def conditional_headers(poll: Poll, now: datetime) -> dict[str, str]:
    """Return the headers that ask for changes only, or none if a whole feed is due.

    Some servers answer 304 for ever: once a week the feed is asked for whole (rule 4).
    Some never do when they are given both validators: those that ignored them are given
    the ETag alone, then the date alone, then both again (rule 5).
    """
    if poll.unconditional is None or now - poll.unconditional > SPEAKS_FOR_ITSELF:
        return {}
    headers = {"If-None-Match": poll.etag, "If-Modified-Since": poll.last_modified}
    if all(headers.values()):
        left_out = (None, "If-Modified-Since", "If-None-Match")[poll.ignored // PATIENCE % 3]
        headers.pop(left_out or "", None)
    return {name: value for name, value in headers.items() if value}


def _read(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    parsed = _parsed(response)
    entries = normalise(parsed, lease.feed, response.url, now)
    digest, wish = _digest(entries), _wish(parsed, entries, now)
    same = digest == lease.poll.digest
    asked = bool(conditional_headers(lease.poll, now))
    before = replace(
        lease.poll,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        ignored=lease.poll.ignored + (same and asked),
        called=_called(lease.poll, parsed, same=same or not entries),
    )
    way, older = archive.older(parsed, response.url)
    before = replace(before, older_way=way.value, older=older)
    poll = _succeeded(before, _validators(response), response, now, luck, wish)
    feed, poll = moving.after_reading(
        _introduced(lease.feed, parsed, response.url), poll, response.hops, now
    )
    return Visit(
        at=now,
        outcome=Outcome.READ,
        feed=feed,
        poll=replace(poll, digest=digest, unconditional=now),
        entries=() if same else entries,
        status=response.status,
        seconds=response.seconds,
        size=len(response.body),
    )


def _unchanged(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    before = lease.poll
    if before.succeeded is None or before.aim is not Aim.FEED:
        reason = "The server says that nothing has changed, but it was never read."
        return failed(lease, response, Trouble("http-304", reason), now, luck)
    # A 304 may leave out what has not changed (RFC 9110, 15.4.5).
    known = {name: getattr(before, name) for name in VALIDATORS} | _validators(response)
    wish = timedelta(seconds=before.rhythm)
    poll = _succeeded(before, known, response, now, luck, wish)
    feed, poll = moving.after_reading(lease.feed, poll, response.hops, now)
    return Visit(
        at=now,
        outcome=Outcome.SAME,
        feed=feed,
        poll=poll,
        status=response.status,
        seconds=response.seconds,
    )


def _look_home(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    """Read where the feed is, or guess it by what the page is made with."""
    page = _page(response)
    lead = next_address(page, tried=[lease.feed.url] if lease.feed.url else ())
    if lead is None:
        raise ParseError("no-feed-found", "The blog's home page does not say where its feed is.")
    named = any(lead.url == offered.url for offered in page.feeds)
    feed, poll = lease.feed, lease.poll
    if feed.url and not feed.guessed:
        if not named:
            raise ParseError("no-feed-found", "The blog's home page names no other feed.")
        poll = replace(poll, aim=Aim.MOVE, moving_to=lead.url, due=now, visited=now)
    else:
        # Until it was read, an address that a page names is no better than a guess.
        feed = replace(feed, url=lead.url, guessed=True)
        poll = Poll(due=now, visited=now) if named else guessing(poll, now, luck)
    says = "says that its feed is" if named else "does not name a feed. We guess that it is"
    return Visit(
        at=now,
        outcome=Outcome.FOUND,
        feed=feed,
        poll=poll,
        status=response.status,
        seconds=response.seconds,
        size=len(response.body),
        note=f"The blog's home page {says} at {lead.url}.",
    )


def _look_there(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    """Make sure that there is a feed where we were told it is now; its posts must wait."""
    _parsed(response)
    poll = moving.found(lease.poll, now)
    wait = schedule.after_failure(poll.strain, luck=luck)
    return Visit(
        at=now,
        outcome=Outcome.FOUND,
        feed=lease.feed,
        poll=replace(poll, due=now + wait, not_before=now, visited=now),
        status=response.status,
        seconds=response.seconds,
        size=len(response.body),
        note=f"There is a feed at {lease.poll.moving_to}.",
    )


def _page(response: Response) -> Page:
    said = response.headers
    return look(
        response.body,
        content_type=said.get("content-type", ""),
        url=response.url,
        link=said.get("link", ""),
    )


def _parsed(response: Response) -> ParsedFeed:
    content_type = response.headers.get("content-type", "")
    return parse_feed(response.body, content_type=content_type, url=response.url)


def _succeeded(
    poll: Poll,
    validators: Mapping[str, str],
    response: Response,
    now: datetime,
    luck: float,
    wish: timedelta,
) -> Poll:
    headers = dict(response.headers) | {VALIDATORS[n]: value for n, value in validators.items()}
    wait = schedule.after_success(now, wish, headers, luck=luck)
    return replace(
        poll,
        due=schedule.opening(now + wait, poll.skip_hours, poll.skip_days),
        not_before=now,
        etag=validators.get("etag", ""),
        last_modified=validators.get("last_modified", ""),
        validated=response.url if any(validators.values()) else "",
        rhythm=wish.total_seconds(),
        visited=now,
        succeeded=now,
        failures=0,
        strain=0.0,
        failing_since=None,
        problem="",
        detail="",
    )


def _validators(response: Response) -> dict[str, str]:
    """Return the server's validators as it wrote them, quotes and all (rule 1)."""
    said = response.headers
    return {ours: said[name] for ours, name in VALIDATORS.items() if name in said}


def _wish(parsed: ParsedFeed, entries: tuple[Entry, ...], now: datetime) -> timedelta:
    """Return how long the blog's rhythm and its feed ask us to wait (rules 16 to 19)."""
    rhythm = schedule.rhythm((e.published for e in entries if e.published), now)
    period = schedule.period(parsed.update_period, parsed.update_frequency)
    return max(rhythm, min(timedelta(minutes=parsed.ttl), schedule.HINT_CAP), period)


def _introduced(feed: Feed, parsed: ParsedFeed, url: str) -> Feed:
    """Fill in what the list of blogs left empty; what was read is no guess any more.

    A stranger wrote it: a title is cleaned as a post's is, and a site is a web address.
    """
    title = feed.title or title_text(parsed.title)
    site = feed.site or web_address(parsed.link, url)
    return replace(feed, title=title, site=site, guessed=False)


def _called(poll: Poll, parsed: ParsedFeed, *, same: bool) -> str:
    """Return what the feed calls itself, as long as it brings something."""
    return poll.called if same else title_text(parsed.title) or poll.called


def _digest(entries: tuple[Entry, ...]) -> str:
    return sha256("".join(f"{e.key}\n{e.digest}\n" for e in entries).encode()).hexdigest()
