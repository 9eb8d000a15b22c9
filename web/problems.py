"""The page for when something went wrong: what happened, and what to do next.

It never asks the database or the search index, which may be what is wrong.
"""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Response

from web.render import page
from web.site import Site


@dataclass(frozen=True, slots=True)
class _Problem:
    title: str
    advice: str
    retry: int = 0  # seconds


_KNOWN = {
    400: _Problem(
        "We could not read that request",
        "Check the address, or start again from the newest posts.",
    ),
    404: _Problem(
        "There is nothing at this address",
        "If you typed it, check it. If you followed a link, the post or blog may have left. "
        "A search may find what you were after.",
    ),
    410: _Problem(
        "This post is gone",
        "Its author or a moderator asked for that. A search may find others about the same.",
    ),
    405: _Problem("That cannot be done here", "Start again from the newest posts."),
    429: _Problem(
        "Too many requests",
        "Wait a little, then load this page again. All other pages stay open, and so do feeds.",
        retry=60,
    ),
    503: _Problem(
        "Try again soon",
        "Nothing is lost. The page should be back within a few minutes.",
        retry=120,
    ),
}
_UNKNOWN = _Problem(
    "Something went wrong",
    "It is our fault, not yours. Try again in a few minutes.",
)


def problem_page(
    site: Site, status: int, detail: str = "", *, retry_after: int | None = None
) -> Response:
    """Return the error page for an HTTP status; `detail` is one sentence for people.

    A 429 or 503 says in seconds when to come back: `retry_after`, or a time that suits.
    """
    known = _KNOWN.get(status, _UNKNOWN)
    title = known.title if status in _KNOWN or status >= 500 else HTTPStatus(status).phrase
    response = page(
        site, "problem.html", status=status, heading=title, detail=detail, advice=known.advice
    )
    response.headers["Cache-Control"] = "no-store"
    if wait := retry_after or known.retry:
        response.headers["Retry-After"] = str(wait)
    return response
