"""Whether a form was sent from a page of ours, and what it holds.

A browser says where a form was (Sec-Fetch-Site; older ones Origin alone). What says nothing
is no browser, or a very old one, and is turned away.
"""

from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

MOST = 8_192  # bytes of a form


def from_our_page(request: Request, base: str) -> bool:
    """Say whether it was one of our own pages that sent this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    url = request.url
    return origin in (_origin(base), f"{url.scheme}://{url.netloc}")


async def read_form(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form; raises HTTPException for what is too large or none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST:
            raise HTTPException(413)
    try:
        return parse_qsl(body.decode(), max_num_fields=100)
    except ValueError as error:
        raise HTTPException(400) from error


def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"
