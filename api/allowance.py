"""How often one network may search: whoever asks for more is told to wait (rule 49).

Robots would ask for searches without end. A network is what one office or household has,
and not one address, of which a robot may have thousands. All its people share one
allowance, so it is generous: a council's officers often come from a single address.
Feeds of searches are not counted: they are there to be read by programs, and cheap.

The decision is pure, and told the time; what is remembered has an end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

SEARCHES = frozenset({"/search", "/api/search"})
NETWORKS = 10_000  # remembered at most, in about 3 MB
IPV4, IPV6 = 24, 56  # bits that make a network


@dataclass(frozen=True, slots=True)
class Bucket:
    """The searches that a network has left, as they were at `at`."""

    left: float
    at: datetime


def draw(bucket: Bucket, rate: int, now: datetime) -> tuple[Bucket, float]:
    """Take one search out of a bucket that gains `rate` a minute, and holds as many.

    Returns what is left, and the seconds to wait for a search: 0 if there was one.
    """
    gained = max((now - bucket.at).total_seconds(), 0) * rate / 60
    left = min(bucket.left + gained, rate)
    if left >= 1:
        return Bucket(left - 1, now), 0
    return Bucket(left, now), (1 - left) * 60 / rate


def network(client: str) -> str:
    """Return the network that counts for an address; nothing for one that is never counted.

    Those are our own machine and private networks: a proxy that does not say for whom it
    asks must not have everybody stopped, and who is on our own network is no stranger.
    """
    try:
        address = ip_address(client)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if not address.is_global:
        return ""
    bits = IPV6 if isinstance(address, IPv6Address) else IPV4
    return str(ip_network((address, bits), strict=False))


class Turnstile:
    """Counts the searches of each network; the networks that asked longest ago are forgotten."""

    def __init__(self, rate: int, most: int = NETWORKS) -> None:
        self.rate = rate  # searches a minute
        self._most = most
        self._buckets: dict[str, Bucket] = {}  # the latest at the end

    def wait(self, client: str, now: datetime) -> float:
        """Count a search; return how many seconds it has to wait, 0 if it may be made."""
        where = network(client)
        if not where:
            return 0
        bucket = self._buckets.pop(where, Bucket(self.rate, now))
        self._buckets[where], wait = draw(bucket, self.rate, now)
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return wait


class SearchLimit:
    """Lets the searches through that the turnstile lets through, and everything else."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        turnstile: Turnstile,
        clock: Callable[[], datetime],
        refuse: Callable[[Request, float], Response],
    ) -> None:
        self.app = app
        self.turnstile = turnstile
        self.clock = clock
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        wait = self._wait(scope)
        answer = self.refuse(Request(scope), wait) if wait else self.app
        await answer(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        if scope["type"] != "http" or scope["path"] not in SEARCHES or not scope["client"]:
            return 0
        return self.turnstile.wait(scope["client"][0], self.clock())
