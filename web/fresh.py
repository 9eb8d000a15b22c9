"""Conditional answers: ETag, Cache-Control and 304 (RFC 9110, section 13; RFC 9111)."""

from collections.abc import Callable
from hashlib import blake2b

from fastapi import Request, Response

PAGE_AGE = 60  # seconds that a page may be used again without asking
FEED_AGE = 900


def tag(*parts: str) -> str:
    """Return a weak validator of whatever these parts decide."""
    return _weak("\n".join(parts).encode("utf-8", "replace"))


def conditional(
    request: Request, validator: str, age: int, make: Callable[[], Response]
) -> Response:
    """Answer 304 if the reader has this already, else make the answer and mark it."""
    response = Response(status_code=304) if _knows(request, validator) else make()
    response.headers["ETag"] = validator
    response.headers["Cache-Control"] = f"public, max-age={age}"
    return response


def by_content(request: Request, response: Response, age: int) -> Response:
    """Answer 304 if the reader has these very bytes already.

    For what depends on more than the catalogue's version: the search index, the time.
    """
    return conditional(request, _weak(bytes(response.body)), age, lambda: response)


def _weak(content: bytes) -> str:
    return f'W/"{blake2b(content, digest_size=10).hexdigest()}"'


def _knows(request: Request, validator: str) -> bool:
    """Compare weakly: GET and HEAD ask whether the content means the same.

    "*" is nobody's: to answer it we would have to look first whether there is such a page.
    """
    offered = request.headers.get("if-none-match", "")
    opaque = validator.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == opaque for part in offered.split(","))
