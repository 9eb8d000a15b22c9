"""How often somebody may do what costs others: sign in, suggest, report.

Kept by the `limits` library in moving windows. What is remembered is in memory, and forgotten
when the process ends: an attacker cannot end it.
"""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from time import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

IPV4, IPV6 = 24, 56  # bits that make a network


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


class Quota:
    """So many times in so much time, for each of those who ask. Threads may share it."""

    def __init__(self, *rules: str) -> None:
        """Take rules such as "5 per 15 minutes", all of which must be kept."""
        self._rules: tuple[RateLimitItem, ...] = tuple(map(parse, rules))
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, *who: str) -> int:
        """Return how many seconds to wait before the next time, and count nothing; 0 for none."""
        late = [
            self._left(rule, who) for rule in self._rules if not self._limiter.test(rule, *who)
        ]
        return max(late, default=0)

    def take(self, *who: str) -> int:
        """Count one time, if there is one left; return the seconds to wait, 0 for none."""
        wait = self.wait(*who)
        hits = [0 if wait else self._limiter.hit(rule, *who) for rule in self._rules]
        if wait or all(hits):
            return wait
        return self.wait(*who) or 1  # somebody was quicker

    def count(self, *who: str) -> None:
        """Count one time."""
        for rule in self._rules:
            self._limiter.hit(rule, *who)

    def _left(self, rule: RateLimitItem, who: Iterable[str]) -> int:
        return max(1, ceil(self._limiter.get_window_stats(rule, *who).reset_time - time()))
