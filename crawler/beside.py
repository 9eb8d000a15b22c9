"""Work beside the crawl: a few things under way at once, each taken from the store.

    take ──► do, one task each ──► whatever comes of it is kept by `do`

What is done goes through the spider like every visit, so it keeps to the same manners. What
breaks off is taken again by a later crawler, for what was taken has a lease that ends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from crawler.fetched import Fetch

T = TypeVar("T")
Apart = Callable[..., Awaitable[Any]]  # runs a function in the store's own thread

log = logging.getLogger("planet.crawler")


@dataclass(slots=True, kw_only=True)
class Beside(Generic[T]):
    """What is under way. `take` is given how many there is room for; `do` raises nothing."""

    at_once: int
    take: Callable[[int], Awaitable[Sequence[T]]]
    do: Callable[[T, Fetch], Awaitable[None]]
    ended: Callable[[], None] = lambda: None  # told of each that ends
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    async def begin(self, fetch: Fetch) -> bool:
        """Begin what there is room for; return whether anything is under way.

        Raises what `take` does: StoreError.
        """
        room = self.at_once - len(self._under_way)
        for one in await self.take(room) if room else ():
            task = asyncio.ensure_future(self.do(one, fetch))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return bool(self._under_way)

    async def finish(self) -> None:
        """Wait for what is under way, and begin no more."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def stop(self) -> None:
        """Break off what is under way."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _done(self, task: "asyncio.Future[None]") -> None:
        self._under_way.discard(task)
        self.ended()
        if not task.cancelled() and (error := task.exception()):
            log.error("work beside the crawl broke off", exc_info=error)
