"""A 304 without a detour: who has the first page, a topic or its feed already is told so at once.

Feed readers and browsers ask again and again for the same few pages. What an answer rested on
is remembered with its validator; while that is as it was, the validator still holds, and nobody
need be asked: no route, no thread, no page. Whatever is not certain goes the long way.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import SearchError
from index.watch import Watch
from web.delivery import asks_for_page
from web.site import Site
from web.words import london

OPEN = re.compile(r"/|/feed\.(?:atom|rss|json)|/topics(?:/[a-z0-9-]+(?:\.(?:atom|rss|json))?)?")
OF_THE_INDEX = "/topics"
PERSONAL = b"planet-filters"  # a cookie: whoever sends it is shown a page of their own
# Those who send that cookie never come here, and what Accept decides is remembered apart.
VARIED = frozenset({b"Cookie", b"Accept", b"Accept-Encoding"})  # of the last, a 304 is the same
MOST = 500  # answers remembered, in about 1 MB
AGE = re.compile(rb"public, max-age=(\d+)")
OF_A_BODY = frozenset({b"content-type", b"content-length", b"content-encoding"})

Headers = list[tuple[bytes, bytes]]
Key = tuple[str, bytes, bool]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer rests on, besides the program and its settings, which stay the same."""

    version: str  # of the catalogue
    edition: str  # of the search index, where the answer is from there
    day: date  # in London


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer's validator and headers, what it rested on, and for how long it may be kept."""

    validator: bytes
    headers: Headers
    grounds: Grounds
    until: float


class Shortcut:
    """Answers 304 where that is certain, and lets everything else through."""

    def __init__(
        self, app: ASGIApp, *, site: Site, watch: Watch, clock: Callable[[], float] = monotonic
    ) -> None:
        self.app = app
        self.site = site
        self.watch = watch
        self.clock = clock
        self._memory: OrderedDict[Key, Remembered] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if not _open(scope):
            await self.app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"], _by_person(scope))
        known = self._memory.get(key)
        # Looked at before the answer is made, so that what it rests on is no older.
        grounds = await self._look(key, known)
        if known and known.grounds == grounds and self._holds(known, scope):
            start = {"type": "http.response.start", "status": 304, "headers": known.headers}
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, self._noting(key, grounds, send) if grounds else send)

    async def _look(self, key: Key, known: Remembered | None) -> Grounds | None:
        version, edition = self.watch.version(), ""
        if version is None:
            return None
        if key[0].startswith(OF_THE_INDEX) or key[1]:  # what filters leave is the index's too
            try:
                # The first look may open the index, which takes longer than others should wait.
                edition = self._edition() if known else await run_in_threadpool(self._edition)
            except SearchError:
                return None
        return Grounds(version, edition, london(self.site.clock()))

    def _edition(self) -> str:
        return self.site.search().edition

    def _holds(self, known: Remembered, scope: Scope) -> bool:
        return self.clock() < known.until and _names(_offered(scope), known.validator)

    def _noting(self, key: Key, grounds: Grounds, send: Send) -> Send:
        """Return a `send` that remembers the answer, if that may be kept and is for everybody."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                self._note(key, grounds, [*message["headers"]])
            await send(message)

        return noted

    def _note(self, key: Key, grounds: Grounds, headers: Headers) -> None:
        said = dict(headers)
        age = AGE.fullmatch(said.get(b"cache-control", b""))
        if not age or b"etag" not in said or b"set-cookie" in said:
            return
        if not {*said.get(b"vary", b"Cookie").split(b", ")} <= VARIED:
            return
        kept = [one for one in headers if one[0] not in OF_A_BODY]
        until = self.clock() + int(age[1])
        self._memory[key] = Remembered(said[b"etag"], kept, grounds, until)
        self._memory.move_to_end(key)
        if len(self._memory) > MOST:
            self._memory.popitem(last=False)


def _open(scope: Scope) -> bool:
    """Say whether the same is answered to everybody who asks for this."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    if not OPEN.fullmatch(scope["path"]):
        return False
    return not any(name == b"cookie" and PERSONAL in value for name, value in scope["headers"])


def _by_person(scope: Scope) -> bool:
    """Say whether a browser asks, which is sent feeds by another name."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return asks_for_page(accept.decode("latin-1"))


def _offered(scope: Scope) -> bytes:
    return b",".join(value for name, value in scope["headers"] if name == b"if-none-match")


def _names(offered: bytes, validator: bytes) -> bool:
    """Compare weakly, as `web.fresh` does."""
    opaque = validator.removeprefix(b"W/")
    return any(part.strip().removeprefix(b"W/") == opaque for part in offered.split(b","))
