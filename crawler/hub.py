"""Telling a WebSub hub which of our feeds have something new (https://www.w3.org/TR/websub/).

    note  remembers what a refresh of the search index was about: it waits for nothing
    tell  sends the addresses of the feeds that show it, once a minute at the most

The operator has chosen the hub, so it is no stranger: it is asked without the spider's manners,
though by the same proxy. A hub that does not answer is told of the same again later. The feeds
told of are those that name the hub: of all posts, of a blog, of a topic and of a council.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from crawler.tally import Report
from index.councils import councils
from index.finding import By
from index.refresh import Refreshed
from index.settings import Settings

EVERY = 60  # seconds between two calls
TIMEOUT = 20  # seconds that a hub is given to answer
MOST = 100  # addresses in a call
FORMS = ("atom", "rss", "json")
PATHS = {By.BLOG: "/blogs/", By.TOPIC: "/topics/", By.COUNCIL: "/councils/"}
SILENT = "The WebSub hub {} cannot be told of new posts ({}). We go on trying."

About = tuple[By, str]


@dataclass(slots=True)
class Hub:
    """The hub of an installation, which may have none."""

    settings: Settings
    report: Report
    _about: set[About] = field(default_factory=set)
    _new: bool = False
    _warned: bool = False
    _lock: Lock = field(default_factory=Lock)  # `note` comes from the store's thread

    def note(self, told: Refreshed) -> Refreshed:
        """Remember what a refresh was about; give it back. Late posts are news of nothing."""
        if self.settings.hub and told.about:
            with self._lock:
                self._new = True
                self._about |= told.about
        return told

    async def tell(self) -> None:
        """Tell the hub of what has changed since the last time, if anything has."""
        with self._lock:
            new, about = self._new, self._about
            self._new, self._about = False, set()
        if not new:
            return
        try:
            await asyncio.to_thread(publish, self.settings, addresses(self._base, about))
            self._warned = False
        except (OSError, HTTPException) as error:
            with self._lock:
                self._new, self._about = True, self._about | about
            self._warn(error)

    @property
    def _base(self) -> str:
        return self.settings.base_url

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            self.report.say(SILENT.format(self.settings.hub, error))


def addresses(base: str, about: Iterable[About]) -> list[str]:
    """Return the addresses of the feeds that show posts of these blogs, topics and councils."""
    paths = {f"{PATHS[by]}{quote(value)}" for by, value in _widened(about) if by in PATHS}
    return [f"{base}{path}.{form}" for path in ["/feed", *sorted(paths)] for form in FORMS]


def publish(settings: Settings, topics: list[str]) -> None:
    """Tell the hub that these feeds have changed; raises OSError and HTTPException."""
    proxies = dict.fromkeys(("http", "https"), settings.proxy) if settings.proxy else {}
    opener = build_opener(ProxyHandler(proxies))
    for start in range(0, len(topics), MOST):
        some = topics[start : start + MOST]
        form = urlencode([("hub.mode", "publish"), *(("hub.url", one) for one in some)])
        headers = {"User-Agent": settings.user_agent}
        request = Request(settings.hub, form.encode(), headers)  # noqa: S310  (http or https)
        opener.open(request, timeout=TIMEOUT).close()


def _widened(about: Iterable[About]) -> Iterator[About]:
    """Add the councils that took over from those: their feeds have the older one's posts."""
    for by, value in about:
        yield by, value
        if by is By.COUNCIL and value in councils():
            yield from ((by, heir) for heir in councils()[value].replaced_by)
