"""What came back from an address: a response, or the reason why there is none.

These are plain values, so that everything after the network can be tried without one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
