"""What is asked of an address, and what comes back: a response, or the reason why there is none.

These are plain values, so that everything around the network can be tried without one.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request to be made: `headers` are said to the address `validated` alone (rule 3).

    `plain` leaves our contact out of the User-Agent, for servers that take it amiss
    (rule 14). Where an address is only a guess, redirects are not worth following. `gap` is for
    work that is in no hurry: seconds that its host is left alone before and after.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    validated: str = ""
    plain: bool = False
    follow: bool = True
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: the status that asked for it, and the address it led to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that was read whole. Header names are in lower case; bodies are decompressed."""

    url: str  # where it came from in the end
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hops: tuple[Hop, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoResponse:
    """No answer that could be used: `code` says why to programs, `reason` to people."""

    code: str
    reason: str
    hops: tuple[Hop, ...] = ()
    seconds: float = 0.0


Fetched = Response | NoResponse
Fetch = Callable[[Ask], Awaitable[Fetched]]
