"""A quick loopback server, in a process of its own, that gives each feed a host of its own.

Every feed is served from another address of 127.0.0.0/8, as every blog of the real world
is served by another machine. Answers carry validators, and 304 is said to who has them.
What was answered is counted, so that a measurement can tell whether it measured the same
work twice.
"""

import asyncio
import multiprocessing
import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

TYPES = {
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".xml": "text/xml",
    ".rdf": "application/rdf+xml",
    ".json": "application/feed+json",
    ".html": "text/html; charset=utf-8",
    ".opml": "text/x-opml",
}
NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

Line: TypeAlias = "Connection[Any, Any]"
Answers = tuple[bytes, bytes, bytes]  # the ETag, the whole answer, and the 304


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it is served: its name and what is said of it."""

    name: str
    body: bytes
    content_type: str

    @classmethod
    def read(cls, path: Path) -> "Served":
        """Read a file, with the content type that its name tells."""
        return cls(path.name, path.read_bytes(), TYPES.get(path.suffix, "text/plain"))

    @property
    def etag(self) -> str:
        """The entity tag that it is served with."""
        return f'"{sha256(self.body).hexdigest()[:16]}"'

    def answers(self) -> Answers:
        """Return the ETag, the whole answer and the 304."""
        etag = self.etag
        headers = f"ETag: {etag}\r\nLast-Modified: {formatdate(1_700_000_000, usegmt=True)}\r\n"
        whole = (
            f"HTTP/1.1 200 OK\r\n{headers}Content-Type: {self.content_type}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        same = f"HTTP/1.1 304 Not Modified\r\n{headers}Content-Length: 0\r\n\r\n"
        return etag.encode(), whole.encode() + self.body, same.encode()


@dataclass(frozen=True, slots=True)
class Loopback:
    """The server, as who started it sees it."""

    urls: list[str]
    _line: Line

    def answered(self) -> Counter[int]:
        """Return how often each status was answered since last asked."""
        self._line.send(None)
        counts: Counter[int] = self._line.recv()
        return counts

    def replace(self, files: Sequence[Served]) -> None:
        """Serve these files in the place of those of the same names."""
        self._line.send(list(files))
        self._line.recv()


def host(number: int) -> str:
    """Return the address of the feed of that number: 127.1.0.1 is the first."""
    return f"127.{1 + number // 62_500}.{number % 62_500 // 250}.{number % 250 + 1}"


@contextmanager
def serving(files: Sequence[Served]) -> Iterator[Loopback]:
    """Serve each file on a host of its own; `urls` are their addresses, in order."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(files, theirs), daemon=True)
    process.start()
    theirs.close()  # so that a server that dies is noticed, not waited for
    try:
        port = ours.recv()
        urls = [f"http://{host(n)}:{port}/{file.name}" for n, file in enumerate(files)]
        yield Loopback(urls, ours)
    finally:
        process.terminate()
        process.join()


def _serve(files: Sequence[Served], line: Line) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each host is an open file
    asyncio.run(_Server({}).live(files, line))


@dataclass(slots=True)
class _Server:
    answers: dict[bytes, Answers]
    counts: Counter[int] = field(default_factory=Counter)

    async def live(self, files: Sequence[Served], line: Line) -> None:
        """Listen at a host for each file, tell the port, and answer until killed."""
        self.put(files)
        first = await asyncio.start_server(self.talk, host(0), 0, backlog=1024)
        port = first.sockets[0].getsockname()[1]
        servers = [first]
        for number in range(1, len(files)):
            servers.append(await asyncio.start_server(self.talk, host(number), port, backlog=64))
        asyncio.get_running_loop().add_reader(line.fileno(), self.obey, line)
        line.send(port)
        await asyncio.Event().wait()

    def put(self, files: Sequence[Served]) -> None:
        self.answers |= {f"/{file.name}".encode(): file.answers() for file in files}

    def obey(self, line: Line) -> None:
        """Do what our starter asks: tell the counts, or serve other files."""
        try:
            files = line.recv()
        except EOFError:
            asyncio.get_running_loop().remove_reader(line.fileno())
            return
        if files is not None:
            self.put(files)
        line.send(self.counts)
        self.counts = Counter()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self.answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, head: bytes) -> bytes:
        known = self.answers.get(head.split(b" ", 2)[1])
        if known is None:
            self.counts[404] += 1
            return NOTHING
        etag, whole, same = known
        unchanged = etag in head
        self.counts[304 if unchanged else 200] += 1
        return same if unchanged else whole
