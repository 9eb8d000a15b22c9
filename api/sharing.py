"""Pages of other sites may read the API and the feeds, as programs may (CORS).

Reading only, and as nobody: no cookie is ever asked for, so there is nothing to protect.
"""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHARED = re.compile(r"/api/.*|/.*\.(?:atom|rss|json|opml)", re.DOTALL)
READING = ("GET", "HEAD", "OPTIONS")

Headers = list[tuple[bytes, bytes]]

ANYBODY = {"Access-Control-Allow-Origin": "*"}
_ANYBODY = (b"access-control-allow-origin", b"*")
_SEEN = (
    b"access-control-expose-headers",
    b"ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
)
_PREFLIGHT: Headers = [
    _ANYBODY,
    (b"access-control-allow-methods", ", ".join(READING).encode()),
    (b"access-control-allow-headers", b"*"),
    (b"access-control-max-age", b"86400"),
]


class Sharing:
    """Answers what browsers ask before they read, and says that anybody may."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if not shared(scope):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": [*_PREFLIGHT]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], _ANYBODY, _SEEN]
            await send(message)

        await self.app(scope, receive, sent)


def shared(scope: Scope) -> bool:
    """Say whether any site's pages may read the answer."""
    if scope["type"] != "http" or scope["method"] not in READING:
        return False
    return SHARED.fullmatch(scope["path"]) is not None
