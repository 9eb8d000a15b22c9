"""Recording what visits find: as much in one transaction as came in during the last."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from index.errors import StoreBusy, StoreError, StoreFull
from index.model import Lease, Recorded, Visit
from index.store import Store

TOGETHER = 200  # posts of a transaction, or those of one visit: a second or less

Found = tuple[Lease, Visit]
Result = Recorded | Exception


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Where visits end; `apart` runs a function in the thread that the store is used by."""

    store: Store
    apart: Callable[
        [Callable[[Sequence[Found]], list[Result]], list[Found]], Awaitable[list[Result]]
    ]
    _waiting: list[tuple[Found, asyncio.Future[Recorded]]] = field(default_factory=list)
    _at_work: asyncio.Task[None] | None = None

    async def record(self, lease: Lease, found: Visit) -> Recorded:
        """Record a visit; raises StoreError."""
        answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._waiting.append(((lease, found), answer))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            taken = self._some()
            results = await self._results([visit for visit, _ in taken])
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
        for (_, visit), _ in self._waiting:
            posts, count = posts + len(visit.entries), count + 1
            if posts >= TOGETHER:
                break
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _results(self, visits: list[Found]) -> list[Result]:
        try:
            return await self.apart(self._together, visits)
        except Exception as error:  # a fault of our own, which must not stop all that follow
            return [error for _ in visits]

    def _together(self, visits: Sequence[Found]) -> list[Result]:
        """Record these visits together, or each by itself if one of them cannot be."""
        try:
            return list(self.store.record_all(visits))
        except StoreError as error:
            if len(visits) == 1 or isinstance(error, StoreBusy | StoreFull):
                return [error for _ in visits]
            return [result for visit in visits for result in self._together([visit])]
