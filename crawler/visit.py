"""One visit, from what came back to what will be remembered. Pure, and told the time.

    Response ──► ParsedFeed ──► [Entry]      a feed was read
             ──► nothing new                 304
             ──► [Candidate]                 a home page says where the feed is
    NoResponse, an error status, a page that is no feed
             ──► a failure: counted, explained, tried again later

`visit` never raises for what a stranger's server sent: a failure is a value like any
other, so that one feed cannot stop the rest. It reads bodies of megabytes, so the
worker runs it in a process that can be killed; what needs no reading runs anywhere.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from crawler import schedule
from crawler.discover import feeds_on_page
from crawler.fetched import Fetched, NoResponse, Response
from crawler.normalise import normalise
from crawler.parse import parse_feed
from crawler.parsed import ParsedFeed
from index.errors import FetchError, ParseError
from index.model import Aim, Entry, Feed, Lease, Outcome, Poll, Visit

SPEAKS_FOR_ITSELF = timedelta(days=7)  # a 304 is believed for a week (rule 4)
NO_FEED = frozenset({"html", "opml", "not-a-feed", "empty", "broken"})


def visit(lease: Lease, fetched: Fetched, now: datetime, luck: float) -> Visit:
    """Return what to remember of this visit; `luck` is a random number from 0 to 1."""
    if isinstance(fetched, NoResponse):
        return _failed(lease, fetched, now, luck, fetched.code, fetched.reason)
    if fetched.status == 304:
        return _unchanged(lease, fetched, now, luck)
    if fetched.status not in (200, 203, 226):
        return _refused(lease, fetched, now, luck)
    try:
        look = _look_home if lease.poll.aim is Aim.HOME else _read
        return look(lease, fetched, now, luck)
    except (FetchError, ParseError) as error:
        return _failed(lease, fetched, now, luck, error.code, str(error))


def conditional_headers(poll: Poll, now: datetime) -> dict[str, str]:
    """Return the headers that ask for changes only, or none if a whole feed is due.

    Some servers answer 304 for ever: once a week the feed is asked for whole (rule 4).
    """
    if poll.unconditional is None or now - poll.unconditional > SPEAKS_FOR_ITSELF:
        return {}
    headers = {"If-None-Match": poll.etag, "If-Modified-Since": poll.last_modified}
    return {name: value for name, value in headers.items() if value}


def _read(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    parsed = parse_feed(
        response.body,
        content_type=response.headers.get("content-type", ""),
        url=response.url,
    )
    entries = normalise(parsed, lease.feed, response.url, now)
    digest = _digest(entries)
    poll = _succeeded(lease.poll, response, now, luck, _wish(parsed, entries, now))
    return Visit(
        at=now,
        outcome=Outcome.READ,
        feed=_introduced(lease.feed, parsed),
        poll=replace(poll, digest=digest, unconditional=now),
        entries=() if digest == lease.poll.digest else entries,
        status=response.status,
        seconds=response.seconds,
        size=len(response.body),
    )


def _unchanged(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    if lease.poll.succeeded is None or lease.poll.aim is Aim.HOME:
        reason = "The server says that nothing has changed, but it was never read."
        return _failed(lease, response, now, luck, "http-304", reason)
    wish = timedelta(seconds=lease.poll.rhythm)
    return Visit(
        at=now,
        outcome=Outcome.SAME,
        feed=lease.feed,
        poll=_succeeded(lease.poll, response, now, luck, wish),
        status=response.status,
        seconds=response.seconds,
    )


def _look_home(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    content_type = response.headers.get("content-type", "")
    offered = feeds_on_page(response.body, content_type=content_type, url=response.url)
    if not offered:
        raise ParseError("no-feed-found", "The blog's home page does not say where its feed is.")
    found = replace(lease.feed, url=offered[0].url, guessed=False)
    return Visit(
        at=now,
        outcome=Outcome.FOUND,
        feed=found,
        poll=Poll(due=now, visited=now),
        status=response.status,
        seconds=response.seconds,
        size=len(response.body),
    )


def _refused(lease: Lease, response: Response, now: datetime, luck: float) -> Visit:
    code, reason = f"http-{response.status}", explain(response)
    if response.status == 410:
        code = "gone"
        reason = "Its server says that this feed is gone for good. We look again once a month."
    return _failed(lease, response, now, luck, code, reason)


def _failed(
    lease: Lease, fetched: Fetched, now: datetime, luck: float, code: str, reason: str
) -> Visit:
    failures = lease.poll.failures + 1
    asked = schedule.retry_after(fetched.headers, now) if isinstance(fetched, Response) else None
    wait = schedule.after_failure(failures, luck=luck, retry_after=asked)
    if code == "gone":
        wait = schedule.jittered(schedule.GONE, luck)
    poll = replace(
        lease.poll,
        due=now + wait,
        not_before=now + min(asked or timedelta(0), schedule.RETRY_CAP),
        visited=now,
        failures=failures,
        failing_since=lease.poll.failing_since or now,
        problem=code,
        detail=reason,
    )
    if lease.feed.guessed and lease.poll.aim is Aim.FEED and _wrong_guess(code):
        poll = _to_home(poll, now, luck)
    response = fetched if isinstance(fetched, Response) else None
    return Visit(
        at=now,
        outcome=Outcome.FAILED,
        feed=lease.feed,
        poll=poll,
        status=response.status if response else 0,
        seconds=fetched.seconds,
        size=len(response.body) if response else 0,
    )


def _wrong_guess(code: str) -> bool:
    return code in NO_FEED or code in ("http-404", "gone")


def _to_home(poll: Poll, now: datetime, luck: float) -> Poll:
    """Turn to the home page after a wrong guess: on another day, never on the same."""
    another_day = now + schedule.jittered(schedule.ANOTHER_DAY, luck)
    return Poll(
        aim=Aim.HOME,
        due=another_day,
        not_before=another_day,
        visited=now,
        failures=poll.failures,
        failing_since=poll.failing_since,
        problem="wrong-guess",
        detail="The feed is not where blogs of its kind usually have it. "
        "Another day we look for it on the blog's home page.",
    )


def _succeeded(
    poll: Poll, response: Response, now: datetime, luck: float, wish: timedelta
) -> Poll:
    validators = _validators(response)
    if response.status == 304:
        # A 304 may leave out what has not changed (RFC 9110, 15.4.5).
        validators = {"etag": poll.etag, "last_modified": poll.last_modified} | validators
    headers = dict(response.headers) | {
        name.replace("_", "-"): value for name, value in validators.items()
    }
    return replace(
        poll,
        due=now + schedule.after_success(now, wish, headers, luck=luck),
        not_before=now,
        etag=validators.get("etag", ""),
        last_modified=validators.get("last_modified", ""),
        validated=response.url if any(validators.values()) else "",
        rhythm=wish.total_seconds(),
        visited=now,
        succeeded=now,
        failures=0,
        failing_since=None,
        problem="",
        detail="",
    )


def _validators(response: Response) -> dict[str, str]:
    """Return the server's validators as it wrote them, quotes and all (rule 1)."""
    names = {"etag": "etag", "last_modified": "last-modified"}
    return {
        ours: response.headers[name] for ours, name in names.items() if name in response.headers
    }


def _wish(parsed: ParsedFeed, entries: tuple[Entry, ...], now: datetime) -> timedelta:
    """Return how long the blog's rhythm and its feed's own `ttl` ask us to wait."""
    rhythm = schedule.rhythm((e.published for e in entries if e.published), now)
    return max(rhythm, min(timedelta(minutes=parsed.ttl), schedule.HINT_CAP))


def _introduced(feed: Feed, parsed: ParsedFeed) -> Feed:
    """Fill in what the list of blogs left empty."""
    return replace(feed, title=feed.title or parsed.title, site=feed.site or parsed.link)


def _digest(entries: tuple[Entry, ...]) -> str:
    return sha256("".join(f"{e.key}\n{e.digest}\n" for e in entries).encode()).hexdigest()


def explain(response: Response) -> str:
    """Say in one plain sentence what an error status means, and what happens next."""
    where, status = urlsplit(response.url).hostname or response.url, response.status
    if response.headers.get("cf-mitigated") == "challenge":
        return (
            f"{where} is behind a check that only browsers pass. "
            "Its owner can let us in by our User-Agent."
        )
    if status in (404, 410):
        return f"{where} has nothing at this address ({status}). It may have moved."
    if status in (401, 403, 451):
        return f"{where} does not let us read this address ({status}). Its owner can allow us to."
    if status == 429:
        return f"{where} asks us to come less often (429), and we will."
    if status >= 500:
        return f"{where} has a fault of its own ({status}). We try again by ourselves."
    return f"{where} gave an answer that we do not understand ({status})."
