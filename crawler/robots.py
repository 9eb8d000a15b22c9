"""What robots.txt lets us do (RFC 9309), decided from what the store remembers of it.

Pure: the spider fetches, this decides. A robots.txt is good for a day. Where the server
fails to give one (5xx, 429, no answer) nothing may be fetched (RFC 9309, 2.3.1.4), and
we ask again after an hour; where there is none (any other 4xx) everything may be.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from index.errors import FetchError
from index.model import Robots
from index.settings import AGENT

FRESH = timedelta(hours=24)
RETRY = timedelta(hours=1)
LIMIT = 512 * 1024  # bytes that count; RFC 9309 asks for 500 KiB at least


def origin(url: str) -> str:
    """Return the scheme, host and port whose robots.txt speaks for `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def unavailable(status: int) -> bool:
    """Whether a status (0: no answer) means that the server could not say."""
    return status == 0 or status == 429 or status >= 500


def fresh(robots: Robots, now: datetime) -> bool:
    """Whether what we remember is recent enough to go by."""
    return now - robots.fetched < (RETRY if unavailable(robots.status) else FRESH)


class Rules:
    """The parsed rules of the origins met lately: parsing costs more than deciding."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._parsed: OrderedDict[str, tuple[datetime, Protego | None]] = OrderedDict()

    def check(self, robots: Robots, url: str) -> None:
        """Raise FetchError if `robots` keeps us from `url`."""
        where = urlsplit(url).hostname or url
        if unavailable(robots.status):
            said = f"answered {robots.status}" if robots.status else "did not answer"
            raise FetchError(
                "robots-unavailable",
                f"{where} {said} when asked for its robots.txt, so nothing was fetched.",
            )
        rules = self._rules(robots)
        if rules is not None and not rules.can_fetch(url, AGENT):
            raise FetchError(
                "robots",
                f"The robots.txt of {where} asks us not to read this address. "
                "If the blog's owner wants to be listed, they can allow "
                f"“{AGENT}” there.",
            )

    def _rules(self, robots: Robots) -> Protego | None:
        known = self._parsed.get(robots.origin)
        if known is None or known[0] != robots.fetched:
            text = robots.body if robots.status < 300 else ""
            known = (robots.fetched, Protego.parse(text) if text.strip() else None)
            self._parsed[robots.origin] = known
        self._parsed.move_to_end(robots.origin)
        if len(self._parsed) > self._size:
            self._parsed.popitem(last=False)
        return known[1]
