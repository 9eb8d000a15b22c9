"""Answers are compressed for those who take that: a page is a quarter as long then.

Pages that hold a secret (a token in their address, or in a form) are sent as they are: how
well a page can be compressed tells what is in it (https://www.breachattack.com/).
"""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SMALLEST = 600  # bytes worth compressing
LEVEL = 6  # zlib's own choice: 9 takes a third longer, for next to nothing
SECRET = ("/moderate", "/submissions/", "/owners/", "/submit", "/api/submissions")


class Squeezing:
    """Compresses what may be compressed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.squeezed = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        secret = scope["type"] != "http" or scope["path"].startswith(SECRET)
        await (self.app if secret else self.squeezed)(scope, receive, send)
