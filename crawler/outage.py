"""Whose fault it is when most feeds fail at once: our own, most likely (rule 24). Pure.

A failure that nobody expected is held back until it can be judged beside the visits that
ended since: to a feed that was well the last time, or one that nobody answered at all.

    most hosts are well              the failures are the feeds' own, and are recorded
    most hosts fail, of a few        nothing is recorded against anybody
    ten minutes, or the pass, over   what is held back is recorded: there was no more to learn

A verdict against ourselves waits until a slow host had time to answer, since failures
are quicker than answers.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from crawler.trouble import NO_ANSWER
from index.address import slot
from index.model import Lease, Outcome, Visit

ENOUGH = 3  # hosts that tell something
SETTLED = timedelta(seconds=60)  # twice what a server is given to answer
LONGEST = timedelta(minutes=10)  # a lease lasts for fifteen


class Fault(Enum):
    """Whose fault failures are."""

    THEIRS = "theirs"
    OURS = "ours"


@dataclass(slots=True)
class Outage:
    """What is known since the first failure that awaits judgement."""

    since: datetime | None = None
    well: set[str] = field(default_factory=set)  # hosts and platforms that answered
    ill: set[str] = field(default_factory=set)  # those that failed without warning

    def meet(self, lease: Lease, visit: Visit, now: datetime) -> bool:
        """Take note of a visit; return whether it has to await judgement."""
        where = slot(lease.address)
        if visit.outcome is not Outcome.FAILED:
            if self.since is not None:
                self.well.add(where)
                self.ill.discard(where)
            return False
        unheard = visit.poll.problem in NO_ANSWER
        was_well = not lease.poll.failures
        if not unheard and not (was_well and lease.poll.succeeded):
            return False
        self.since = self.since or now
        if was_well and where not in self.well:
            self.ill.add(where)
        return True

    def verdict(self, now: datetime, *, over: bool) -> Fault | None:
        """Return whose fault the failures held back are, None while that is open.

        `over` says that no more visits are to come.
        """
        if self.since is None:
            return None
        well, ill, waited = len(self.well), len(self.ill), now - self.since
        if (over or waited >= SETTLED) and ill >= ENOUGH and ill > well:
            return Fault.OURS
        if over or waited >= LONGEST or (well >= ENOUGH and well >= 2 * ill):
            return Fault.THEIRS
        return None

    def settle(self) -> None:
        """Start anew: what was held back is judged."""
        self.since = None
        self.well.clear()
        self.ill.clear()
