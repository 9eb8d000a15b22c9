"""What a failed visit means: how heavily it weighs, and how to say so. Pure.

    hard       1      the name, the address or what is there is wrong: it will not mend itself
    soft       0.5    the server will not have us
    temporary  0.25   the server is unwell, and will be better tomorrow

The sum of a feed's failures in a row is its strain, which decides how patient we
are (rule 22). Codes are for programs and stay; sentences are for people. They say what is
wrong and who can mend it; when we come again is told by whoever shows them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.fetched import Response

HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25

# There was an answer, but no feed in it.
NO_FEED = frozenset({"html", "opml", "not-a-feed", "empty", "broken"})
# The feed is not where we looked: its home page may know better.
LOST = NO_FEED | {"http-404", "gone", "dns"}
# Nobody answered at all: the server's fault, or that of our own connection (rule 24).
NO_ANSWER = frozenset({"dns", "timeout", "refused", "failed", "tls", "cut-short"})

_HARD = LOST - {"http-404"} | {"address", "private", "port", "http-304", "fault"}
_SOFT = frozenset({"tls", "robots", "redirects", "too-large", "challenge", "no-feed-found"})

# What a page is made of that lets only browsers pass. Cloudflare's ordinary pages carry its
# other scripts too, but these options only with the challenge itself (rule 15).
_CHALLENGES = (b"_cf_chl_opt", b'id="anubis_challenge"')
_LOOKED_AT = 100_000  # bytes of a page


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a visit failed: a code, a sentence or two, and a feed that was offered instead."""

    code: str
    reason: str
    offered: str = ""  # by the page that stood in the feed's place


def weight(code: str) -> float:
    """Return how heavily a failure of this code weighs (rule 22)."""
    if code in _HARD:
        return HARD
    if code in _SOFT or code.startswith("http-4"):
        return SOFT
    return TEMPORARY


def challenges(response: Response) -> bool:
    """Whether the answer is a check that only browsers pass (rule 15)."""
    if response.headers.get("cf-mitigated") == "challenge":
        return True
    if response.headers.get("x-amzn-waf-action") in ("challenge", "captcha"):
        return True
    page = response.body[:_LOOKED_AT]
    return any(mark in page for mark in _CHALLENGES)


def refuses(response: Response) -> bool:
    """Whether the server will not have us under this name (rule 14)."""
    return response.status in (401, 403, 451) and not challenges(response)


def explain(response: Response) -> Trouble:
    """Return what is wrong with an answer that is no feed."""
    where, status = urlsplit(response.url).hostname or response.url, response.status
    if challenges(response):
        return Trouble(
            "challenge",
            f"{where} is behind a check that only browsers pass. "
            "Its owner can let us in by our User-Agent.",
        )
    if status == 410:
        said = f"{where} says that this feed is gone for good (410)."
        return Trouble("gone", said)
    return Trouble(f"http-{status}", _status(where, status))


def _status(where: str, status: int) -> str:
    if status == 404:
        return f"{where} has nothing at this address (404). It may have moved."
    if status in (401, 403, 451):
        return f"{where} does not let us read this address ({status}). Its owner can allow us to."
    if status == 429:
        return f"{where} asks us to come less often (429), and we will."
    if status >= 500:
        return f"{where} has a fault of its own ({status})."
    return f"{where} gave an answer that we do not understand ({status})."
