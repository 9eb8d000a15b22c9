"""A small web server for the demo's blogs, on loopback alone, and the list of what it serves.

It answers GET and HEAD with strong validators, and 304 to who has the page already, so that a
crawler can show its manners. Who asks, and what for, it does not know.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from socketserver import TCPServer
from threading import Thread

from api.demo.blogs import read_blogs
from api.demo.feeds import feed_path
from api.demo.publish import Page, publish
from index.errors import PortTaken
from index.model import Feed

HOST = "127.0.0.1"

Request = socket | tuple[bytes, socket]

# The list shows two of the crawler's tasks on these: to find a feed from the blog's home page,
# and to make sure of an address that was only guessed.
UNLISTED = "hogglestock-civic"
GUESSED = "framley"


class DemoServer(ThreadingHTTPServer):
    """A server of the demo's pages; `port` 0 takes any that is free."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), DemoRequest)
        self.base = f"http://{HOST}:{self.server_port}"
        self.pages = publish(self.base)

    def server_bind(self) -> None:
        """Bind without asking the DNS for our own name, which stalls where there is no network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Request, client_address: object) -> None:
        """Keep quiet about a client that went away in mid-answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class DemoRequest(BaseHTTPRequestHandler):
    """One request to a DemoServer."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # the head and the body leave in one packet
    timeout = 10  # seconds that an idle connection is kept
    server: DemoServer

    def do_GET(self) -> None:
        """Answer with the page."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer with what would be said of the page."""
        self._answer(body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the demo has its own progress to show."""

    def _answer(self, *, body: bool) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        if page is None:
            self.send_error(404, "There is no such page")
            return
        known = self._knows(page)
        self.send_response(304 if known else 200)
        self.send_header("ETag", _etag(page))
        self.send_header("Last-Modified", _modified(page))
        if not known:
            self.send_header("Content-Type", page.type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if body and not known:
            self.wfile.write(page.body)

    def _knows(self, page: Page) -> bool:
        """Whether the client has the page: RFC 9110, section 13.2.2."""
        if (named := self.headers["If-None-Match"]) is not None:
            tags = {tag.strip().removeprefix("W/") for tag in named.split(",")}
            return "*" in tags or _etag(page) in tags
        try:
            since = parsedate_to_datetime(self.headers["If-Modified-Since"] or "")
        except ValueError:
            return False
        return since.replace(tzinfo=since.tzinfo or UTC) >= page.modified.replace(microsecond=0)


def outlines(base: str) -> tuple[Feed, ...]:
    """Return the list of blogs that the demo follows, served at `base`."""
    return tuple(
        Feed(
            url="" if blog.slug == UNLISTED else base + feed_path(blog),
            site=f"{base}/{blog.slug}/",
            title=blog.title,
            kind=blog.kind,
            councils=blog.councils,
            nation=blog.nation,
            guessed=blog.slug == GUESSED,
        )
        for blog in read_blogs()
    )


@contextmanager
def serve_demo(port: int = 0) -> Iterator[str]:
    """Serve the demo's blogs while the block runs, and give their base address.

    Raises PortTaken if another program listens at `port`.
    """
    try:
        server = DemoServer(port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(
            f"Another program listens at {HOST}:{port}. Stop it, or choose another port."
        ) from error
    thread = Thread(target=server.serve_forever, name="demo blogs", daemon=True)
    thread.start()
    try:
        yield server.base
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _etag(page: Page) -> str:
    return f'"{sha256(page.body).hexdigest()[:16]}"'


def _modified(page: Page) -> str:
    return format_datetime(page.modified.astimezone(UTC), usegmt=True)
