"""Failures that wait until it is clear whose fault they are (rule 24): `crawler.outage` judges."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.outage import Fault, Outage
from index.model import EPOCH, Lease, Visit

AWAY = timedelta(minutes=5)  # before we look for work again when the network seems to be down
LONGEST_AWAY = timedelta(hours=1)
OURS = (
    "Most blogs could not be reached, so that the fault is likely our own: nothing is recorded "
    "against the {} blogs that failed. Check this machine's connection to the internet."
)


@dataclass(slots=True)
class Doubt:
    """The benefit of it, for the blogs that failed."""

    back: datetime = EPOCH  # when to look for work again, after an outage of our own
    _away: timedelta = timedelta(0)
    _outage: Outage = field(default_factory=Outage)
    _waiting: list[tuple[Lease, asyncio.Future[bool]]] = field(default_factory=list)

    def __len__(self) -> int:
        """Return how many visits await judgement."""
        return len(self._waiting)

    async def cleared(self, lease: Lease, found: Visit, now: datetime) -> bool:
        """Return whether to record a visit, as soon as that is known: not if we failed it."""
        if not self._outage.meet(lease, found, now):
            if not found.poll.problem:
                self._away = timedelta(0)
            return True
        verdict: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((lease, verdict))
        return await verdict

    def judge(self, now: datetime, *, over: bool) -> list[Lease]:
        """Judge what waits, if there is enough to go by; return what is to be given back.

        `over` says that no more visits are to come.
        """
        fault = self._outage.verdict(now, over=over)
        if fault is None:
            return []
        if fault is Fault.THEIRS:
            self.dismiss(believed=True)
            return []
        self._away = min(max(2 * self._away, AWAY), LONGEST_AWAY)
        self.back = now + self._away
        return self.dismiss()

    def dismiss(self, *, believed: bool = False) -> list[Lease]:
        """Let what waits go on, or end unrecorded; return the leases."""
        waiting, self._waiting = self._waiting, []
        self._outage.settle()
        for _, verdict in waiting:
            if not verdict.done():
                verdict.set_result(believed)
        return [lease for lease, _ in waiting]
