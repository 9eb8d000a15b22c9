"""Asking for one thing so many times a second, whether or not the last answer has come.

Readers do not wait for one another: an answer's time is counted from when its request was
due, so that a server which stalls is charged for all who came meanwhile. One thread, like
`benchmarks.load`; a connection is opened whenever all others still wait for an answer.
"""

import re
import selectors
import socket
from collections import deque
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.load import CHUNK, END, SLOWEST, Request

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _Asked:
    """A request under way: when it was due, and what has come so far."""

    due: float
    got: bytes = b""

    def whole(self) -> bool:
        """Say whether all of the answer has come."""
        head, end, body = self.got.partition(END)
        length = LENGTH.search(head)
        if end and length is None:
            raise RuntimeError(f"an answer of unknown length: {head[:200]!r}")
        return bool(end and length and len(body) >= int(length[1]))


@dataclass(slots=True)
class _Load:
    asked: Request
    place: tuple[str | None, int | None]
    ready: selectors.BaseSelector
    idle: deque[socket.socket] = field(default_factory=deque)  # the longest idle comes first

    def ask(self, due: float) -> None:
        """Send the request on a connection that is free."""
        line = self.idle.popleft() if self.idle else socket.create_connection(self.place)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ready.register(line, selectors.EVENT_READ, _Asked(due))
        line.sendall(self.asked.sent)

    def answered(self, wait: float) -> list[float]:
        """Wait no longer than this; return when those were due that are answered now."""
        done, came_in = [], self.ready.select(wait)
        if wait == SLOWEST and not came_in:
            raise RuntimeError("the server has stopped answering")
        for key, _ in came_in:
            line: socket.socket = key.fileobj  # type: ignore[assignment]
            came = line.recv(CHUNK)
            key.data.got += came
            if not came or not key.data.got.startswith(self.asked.begins[: len(key.data.got)]):
                raise RuntimeError(f"an unexpected answer: {key.data.got[:200]!r}")
            if key.data.whole():
                self.ready.unregister(line)
                self.idle.append(line)
                done.append(key.data.due)
        return done

    def close(self) -> None:
        """Close every connection."""
        for line in (*self.idle, *(key.fileobj for key in self.ready.get_map().values())):
            line.close()  # type: ignore[union-attr]


def steady(base: str, asked: Request, a_second: float, lasts: float) -> list[float]:
    """Return the seconds that each answer takes, asked `a_second` times for `lasts` seconds."""
    address, count = urlsplit(base), max(1, round(a_second * lasts))
    times: list[float] = []
    sent, began = 0, perf_counter()
    with selectors.DefaultSelector() as ready:
        load = _Load(asked, (address.hostname, address.port), ready)
        try:
            while len(times) < count:
                while sent < count and perf_counter() >= began + sent / a_second:
                    load.ask(began + sent / a_second)
                    sent += 1
                left = began + sent / a_second - perf_counter() if sent < count else SLOWEST
                times += [perf_counter() - due for due in load.answered(max(0.0, left))]
        finally:
            load.close()
    return times
