"""What every answer says to browsers, whoever gives it: page, feed, problem, file or 304."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.render import HEADERS

_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class Armour:
    """Adds the headers that protect readers to each answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = armoured([*message["headers"]])
            await send(message)

        await self.app(scope, receive, sent)


def armoured(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with those added that it lacks."""
    said = {name.lower() for name, _ in headers}
    return [*headers, *(one for one in _RAW if one[0] not in said)]
