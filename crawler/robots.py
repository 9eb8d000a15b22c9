"""What robots.txt lets us do (RFC 9309), decided from what the store remembers of it.

Pure: the spider fetches, this decides. A robots.txt is good for a day. Where the server
fails to give one (5xx, 429, no answer) nothing may be fetched (RFC 9309, 2.3.1.4), and
we ask again after an hour; where there is none (any other 4xx) everything may be.
"""

import re
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
PATIENCE = 60.0  # seconds between two requests that a robots.txt may ask for
REMEMBERED = 8 * 1024 * 1024  # characters of robots.txt whose rules are kept at hand

# As generous as Protego: "User agent foo" is read too.
_NAMED = re.compile(r"(?:user-?agent|user agent)\s*:(.*)|(?:user-?agent|user\s+agent)\s+([^:].*)")


def origin(url: str) -> str:
    """Return the scheme, host and port whose robots.txt speaks for `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def unavailable(status: int) -> bool:
    """Whether a status (0: no answer) means that the server could not say."""
    return status == 0 or status == 429 or status >= 500


def sitemaps(robots: Robots) -> tuple[str, ...]:
    """Return the addresses of sitemaps that a robots.txt names."""
    if robots.status >= 300 or not robots.body.strip():
        return ()
    return tuple(dict.fromkeys(Protego.parse(concise(robots.body)).sitemaps))


def fresh(robots: Robots, now: datetime) -> bool:
    """Whether what we remember is recent enough to go by."""
    return now - robots.fetched < (RETRY if unavailable(robots.status) else FRESH)


def concise(text: str) -> str:
    """Return robots.txt with its agents renamed: those that are us, and all others alike.

    Protego gives each agent of a group a copy of each of its rules: 17,000 of each, which
    fit into 512 KB, would take 20 GB.
    """
    lines = text.splitlines()
    agents = [_agent(line) for line in lines]
    ours = max(
        (a for a in agents if a and (AGENT.startswith(a) or a == "*")), key=len, default="*"
    )
    named = {"": None, ours: f"User-agent: {ours}"}
    return "\n".join(
        named.get(agent, "User-agent: another") or line
        for agent, line in zip(agents, lines, strict=True)
    )


def _agent(line: str) -> str:
    """Return the agent that a line is about, in lower case and without asterisks, or ""."""
    found = _NAMED.match(line.partition("#")[0].strip().lower())
    name = (found[1] or found[2] or "").strip() if found else ""
    return name if name == "*" else name.replace("*", "") or name


class Rules:
    """The parsed rules of the origins met lately: parsing costs more than deciding."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._weight = 0  # characters that the rules at hand were read from
        self._parsed: OrderedDict[str, tuple[datetime, int, Protego]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._parsed)

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

    def delay(self, robots: Robots, url: str) -> float:
        """Return the seconds that `robots` asks for between two requests.

        Raises FetchError if that is more than a minute: work without hurry is then left alone.
        """
        rules = self._rules(robots)
        asked = float((rules and rules.crawl_delay(AGENT)) or 0.0)
        if asked > PATIENCE:
            raise FetchError(
                "crawl-delay",
                f"The robots.txt of {urlsplit(url).hostname} asks for {asked:,.0f} seconds "
                "between two requests. Many would take too long, so none are made.",
            )
        return asked

    def _rules(self, robots: Robots) -> Protego | None:
        if robots.status >= 300 or not robots.body.strip():
            return None  # as on most hosts: nothing to read, and nothing to remember
        known = self._parsed.get(robots.origin)
        if known is not None and known[0] == robots.fetched:
            self._parsed.move_to_end(robots.origin)
            return known[2]
        rules = Protego.parse(concise(robots.body))
        self._remember(robots.origin, (robots.fetched, len(robots.body), rules))
        return rules

    def _remember(self, origin: str, found: tuple[datetime, int, Protego]) -> None:
        _, length, _ = self._parsed.pop(origin, (None, 0, None))
        self._parsed[origin] = found
        self._weight += found[1] - length
        while len(self._parsed) > self._size or (
            self._weight > REMEMBERED and len(self._parsed) > 1
        ):
            _, (_, length, _) = self._parsed.popitem(last=False)
            self._weight -= length
