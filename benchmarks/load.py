"""Asking for one thing over and over, on several connections that stay open.

One thread, plain sockets and answers that are known to the byte: it takes a fifth of what a
server in Python takes for an answer, so that the server is what is measured.
"""

import selectors
import socket
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlsplit

CONNECTIONS = 16
CHUNK = 65_536
END = b"\r\n\r\n"
SLOWEST = 10.0  # seconds without any answer: the server has stopped


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what its answer must begin with; an answer ends with its head and `body`."""

    sent: bytes
    begins: bytes
    body: bytes = b""


def request(path: str, *, etag: str = "", body: bytes = b"") -> Request:
    """Return a GET; with an ETag, one that must be answered 304."""
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    sent = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n{condition}\r\n"
    begins = b"HTTP/1.1 304" if etag else b"HTTP/1.1 200"
    return Request(sent.encode(), begins, body)


def rate(base: str, asked: Request, lasts: float) -> float:
    """Return how many times a second a server answers, asked by all connections at once."""
    address = urlsplit(base)
    with selectors.DefaultSelector() as ready:
        for _ in range(CONNECTIONS):
            line = socket.create_connection((address.hostname, address.port))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(line, selectors.EVENT_READ)
            line.sendall(asked.sent)
        try:
            return _answered(ready, asked, lasts)
        finally:
            for key in [*ready.get_map().values()]:
                key.fileobj.close()  # type: ignore[union-attr]


def _answered(ready: selectors.BaseSelector, asked: Request, lasts: float) -> float:
    began = now = perf_counter()
    answers, whole = 0, END + asked.body
    while now - began < lasts:
        told = ready.select(SLOWEST)
        if not told:
            raise RuntimeError("the server has stopped answering")
        for key, _ in told:
            line: socket.socket = key.fileobj  # type: ignore[assignment]
            answer = line.recv(CHUNK)
            while answer and not answer.endswith(whole):
                answer += line.recv(CHUNK)
            if not answer.startswith(asked.begins):
                raise RuntimeError(f"an unexpected answer: {answer[:200]!r}")
            answers += 1
            line.sendall(asked.sent)
        now = perf_counter()
    return answers / (now - began)


def unkept(path: str, number: int) -> str:
    """Return an address of the same page that nobody has asked for: it is made anew."""
    return f"{path}?made={number}"
