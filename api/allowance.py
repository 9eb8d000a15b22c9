"""How often one network may search: whoever asks for more is told to wait (rule 49).

Robots would ask for searches without end. A network is what one office or household has,
and not one address, of which a robot may have thousands. All its people share one
allowance, so it is generous: a council's officers often come from a single address.
Feeds of searches are not counted: they are there to be read by programs, and cheap.
Suggestions of blogs are counted too, in hours, and those of everybody together.

The decision is pure, and told the time; what is remembered has an end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.quota import network

# What counts, and as how many searches: all posts at once take the time of a score of them.
COSTS = {"/search": 1, "/api/search": 1, "/api/entries.jsonl": 20, "/api/entries.csv": 20}
SUGGESTIONS = frozenset({"/submit", "/api/submissions"})
MINUTE, HOUR = 60, 3_600
EVERYBODY = 240  # suggestions an hour
NETWORKS = 10_000  # remembered at most, in about 3 MB


@dataclass(frozen=True, slots=True)
class Bucket:
    """The searches that a network has left, as they were at `at`."""

    left: float
    at: datetime


def draw(
    bucket: Bucket, rate: int, now: datetime, cost: int = 1, span: int = MINUTE
) -> tuple[Bucket, float]:
    """Take `cost` searches out of a bucket that gains `rate` in `span` seconds, and holds as many.

    Returns what is left, and the seconds to wait for as many: 0 if there were enough.
    """
    cost = min(cost, rate)
    gained = max((now - bucket.at).total_seconds(), 0) * rate / span
    left = min(bucket.left + gained, rate)
    if left >= cost:
        return Bucket(left - cost, now), 0
    return Bucket(left, now), (cost - left) * span / rate


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of a search: the seconds it has to wait, and how many more there are."""

    wait: float
    left: int


def told(
    passage: Passage, rate: int, what: str = "search", span: int = MINUTE
) -> list[tuple[bytes, bytes]]:
    """Return what programs are told of their allowance (draft-ietf-httpapi-ratelimit-headers).

    `t` is when there will be one more, or again one: never later than Retry-After.
    """
    seconds = ceil(passage.wait or span / rate)
    return [
        (b"ratelimit-policy", f'"{what}";q={rate};w={span}'.encode()),
        (b"ratelimit", f'"{what}";r={passage.left};t={seconds}'.encode()),
    ]


class Turnstile:
    """Counts the searches of each network; the networks that asked longest ago are forgotten."""

    what = "search"

    def __init__(self, rate: int, most: int = NETWORKS, span: int = MINUTE) -> None:
        self.rate = rate  # searches in `span` seconds
        self.span = span
        self._most = most
        self._buckets: dict[str, Bucket] = {}  # the latest at the end

    def wait(self, client: str, now: datetime) -> float:
        """Count a search; return how many seconds it has to wait, 0 if it may be made."""
        passage = self.let(client, now)
        return passage.wait if passage else 0

    def let(self, client: str, now: datetime, cost: int = 1) -> Passage | None:
        """Count as `cost` searches, and tell what comes of it; None for what is never counted."""
        where = network(client)
        if not where:
            return None
        bucket = self._buckets.pop(where, Bucket(self.rate, now))
        bucket, wait = draw(bucket, self.rate, now, cost, self.span)
        self._buckets[where] = bucket
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return Passage(wait, int(bucket.left))


class Gate(Turnstile):
    """Counts suggestions, of each network and of all of them together."""

    what = "suggestion"

    def __init__(self, rate: int, everybody: int = EVERYBODY) -> None:
        super().__init__(rate, span=HOUR)
        self.everybody = everybody
        self._all: Bucket | None = None

    def let(self, client: str, now: datetime, cost: int = 1) -> Passage | None:
        """Count a suggestion, and tell what becomes of it; None if that is nobody's affair.

        Those of our own machine and networks count among everybody's alone.
        """
        passage = super().let(client, now, cost)
        if passage and passage.wait:
            return passage
        bucket = self._all or Bucket(self.everybody, now)
        self._all, wait = draw(bucket, self.everybody, now, span=HOUR)
        if wait:
            return Passage(wait, 0)
        return passage


def cost_of_search(scope: Scope) -> int:
    """Return as how many searches a request counts."""
    return COSTS.get(scope["path"], 0)


def cost_of_suggestion(scope: Scope) -> int:
    """Return 1 for a request that suggests a blog."""
    return int(scope["method"] == "POST" and scope["path"] in SUGGESTIONS)


class Limit:
    """Lets the requests through that the turnstile lets through, and all it does not count."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        turnstile: Turnstile,
        costs: Callable[[Scope], int],
        clock: Callable[[], datetime],
        refuse: Callable[[Request, float], Response],
    ) -> None:
        self.app = app
        self.turnstile = turnstile
        self.costs = costs
        self.clock = clock
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        passage = self._passage(scope)
        if passage is None:
            await self.app(scope, receive, send)
            return
        said = told(passage, self.turnstile.rate, self.turnstile.what, self.turnstile.span)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *said]
            await send(message)

        answer = self.refuse(Request(scope), passage.wait) if passage.wait else self.app
        await answer(scope, receive, sent)

    def _passage(self, scope: Scope) -> Passage | None:
        if scope["type"] != "http" or not scope["client"] or not (cost := self.costs(scope)):
            return None
        return self.turnstile.let(scope["client"][0], self.clock(), cost)
