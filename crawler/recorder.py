"""Recording what visits find: as much in one transaction as came in during the last.

a visit ─► what of it seems to be new ─► read, in another process ─► recorded, with others
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.derived import Derived, read_entries
from index.errors import ParseError, StoreBusy, StoreError, StoreFull
from index.keeping import Ahead
from index.model import Entry, Lease, Recorded, Visit
from index.store import Store

log = logging.getLogger("planet.crawler")

TOGETHER = 200  # posts of a transaction, or those of one visit: a second or less

Found = tuple[Lease, Visit, Ahead | None]
Result = Recorded | Exception


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Where visits end.

    `apart` runs a function in the thread that the store is used by, and `elsewhere` in a process
    that can be killed; the latter may raise ParseError.
    """

    store: Store
    apart: Callable[..., Awaitable[Any]]
    elsewhere: Callable[..., Awaitable[Any]]
    _waiting: list[tuple[Found, asyncio.Future[Recorded]]] = field(default_factory=list)
    _at_work: asyncio.Task[None] | None = None

    async def record(self, lease: Lease, found: Visit) -> Recorded:
        """Record a visit; raises StoreError."""
        ahead = await self._ahead(lease, found)
        answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._waiting.append(((lease, found, ahead), answer))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work())
        return await answer

    async def _ahead(self, lease: Lease, found: Visit) -> Ahead | None:
        """Read what seems to be new; None if that cannot be done, so that the store has to."""
        unseen: list[Entry] = []
        if found.entries:
            unseen = await self.apart(self.store.unread, lease.feed, found.entries)
        made: list[Derived] = []
        try:
            for start in range(0, len(unseen), TOGETHER):
                some = unseen[start : start + TOGETHER]
                made += await self.elsewhere(read_entries, lease.feed, some)
        except ParseError as error:
            log.warning("posts took too long to be read ahead: %s", lease.address, exc_info=error)
            return None
        return dict(zip(unseen, made, strict=True))

    async def _work(self) -> None:
        while self._waiting:
            taken = self._some()
            results = await self._results([found for found, _ in taken])
            for (_, answer), result in zip(taken, results, strict=True):
                if answer.cancelled():
                    continue
                if isinstance(result, Recorded):
                    answer.set_result(result)
                else:
                    answer.set_exception(result)
        self._at_work = None

    def _some(self) -> list[tuple[Found, asyncio.Future[Recorded]]]:
        """Take what waits, but no more than others who want to write can wait for."""
        posts, count = 0, 0
        for (_, visit, _), _ in self._waiting:
            posts, count = posts + len(visit.entries), count + 1
            if posts >= TOGETHER:
                break
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _results(self, visits: list[Found]) -> list[Result]:
        try:
            results: list[Result] = await self.apart(self._together, visits)
        except Exception as error:  # a fault of our own, which must not stop all that follow
            return [error for _ in visits]
        return results

    def _together(self, visits: Sequence[Found]) -> list[Result]:
        """Record these visits together, or each by itself if one of them cannot be."""
        ahead = {lease.feed.id: read for lease, _, read in visits if read is not None}
        try:
            found = [(lease, visit) for lease, visit, _ in visits]
            return list(self.store.record_all(found, ahead))
        except StoreError as error:
            if len(visits) == 1 or isinstance(error, StoreBusy | StoreFull):
                return [error for _ in visits]
            return [result for visit in visits for result in self._together([visit])]
