"""A loopback server that behaves or misbehaves as it is told, and remembers what it saw."""

import gzip
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Page = Callable[["Handler"], None]


@dataclass(slots=True)
class Seen:
    """A request as it arrived."""

    path: str
    headers: Mapping[str, str]  # by lower-case name
    at: float  # seconds, monotonic
    ended: float = 0.0  # when its answer was sent


@dataclass(slots=True)
class Server:
    """What is served where, and who asked for it."""

    base: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0  # accepted, whatever came of them
    in_flight: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)  # most requests at once, by host
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        """Return the whole address of `path`."""
        return self.base + path

    def asked(self, path: str) -> list[Seen]:
        """Return the requests for `path`."""
        return [seen for seen in self.requests if seen.path == path]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    served: Server
    seen: Seen
    where: str

    def do_GET(self) -> None:
        """Answer, and keep count of how many are answered at once."""
        served, where = self.served, self.headers.get("Host", "")
        self.where = where
        with served.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(self.path, headers, time.monotonic())
            self.seen = seen
            served.requests.append(seen)
            served.in_flight[where] += 1
            served.peak[where] = max(served.peak[where], served.in_flight[where])
        try:
            served.pages.get(self.path, status(404))(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.answered()

    def answered(self) -> None:
        """Note that no more than the answer is to be sent: what comes later is another request.

        Noted afterwards, it would be late on a busy machine, and the next request seem too soon.
        """
        with self.served.lock:
            if not self.seen.ended:
                self.seen.ended = time.monotonic()
                self.served.in_flight[self.where] -= 1

    def send(self, code: int, body: bytes = b"", /, **headers: str) -> None:
        """Send a whole answer; `content_type="x"` becomes `Content-Type: x`."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-").title(), value)
        self.answered()
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


class _Listener(ThreadingHTTPServer):
    """Counts connections, and speaks TLS where it has a certificate."""

    daemon_threads = True
    block_on_close = False
    served: Server
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; a handshake that fails is an OSError, which ends it."""
        connection, address = super().get_request()
        self.served.connections += 1
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True)
        return connection, address


@contextmanager
def serve(
    host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Run a server at `host`, on a free port unless one is named."""
    served = Server()
    handler = type("Handler", (Handler,), {"served": served})
    server = _Listener((host, port), handler)
    server.served, server.tls = served, tls
    served.base = f"{'https' if tls else 'http'}://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, **headers: str) -> Page:
    """Answer with a bare status."""
    return lambda handler: handler.send(code, **headers)


def page(body: str | bytes, content_type: str = "application/rss+xml", **headers: str) -> Page:
    """Serve a body, and 304 to whoever has it."""
    whole = body.encode() if isinstance(body, str) else body

    def answer(handler: Handler) -> None:
        etag = headers.get("etag")
        if etag and handler.headers.get("If-None-Match") == etag:
            handler.send(304, **headers)
        else:
            handler.send(200, whole, content_type=content_type, **headers)

    return answer


def redirect(target: str, code: int = 302) -> Page:
    """Send the visitor on."""
    return status(code, location=target)


def silence(handler: Handler) -> None:
    """Never answer."""
    with suppress(OSError):
        handler.connection.recv(1)  # until the visitor gives up
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """Send a byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while True:
        handler.wfile.write(b"<")
        handler.wfile.flush()
        time.sleep(0.05)


def cut_short(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<rss>")
    handler.close_connection = True


def too_long(handler: Handler) -> None:
    """Send more than is promised."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5")
    handler.end_headers()
    handler.wfile.write(b"<rss>HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies")


def raw(answer: bytes) -> Page:
    """Send these very bytes, and hang up."""

    def send(handler: Handler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    return send


def bomb(size: int) -> Page:
    """Send a little that unpacks to `size` bytes."""
    packed = gzip.compress(b"<rss>" + b" " * size)
    return lambda handler: handler.send(200, packed, content_encoding="gzip")


def rss(*titles: str, link: str = "https://blog.example") -> str:
    """Return an RSS feed with a post for each title."""
    items = "".join(
        f"<item><title>{title}</title><link>{link}/{n}</link><guid>{link}/{n}</guid>"
        f"<description>About {title}.</description>"
        f"<pubDate>Mon, {n % 28 + 1:02} Jan 2024 10:00:00 GMT</pubDate></item>"
        for n, title in enumerate(titles)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>A blog</title>'
        f"<link>{link}</link><description>Posts</description>{items}</channel></rss>"
    )
