"""How a crawl is getting on, and telling a person of it: a bar on a terminal, lines elsewhere."""

import sys
from dataclasses import asdict, dataclass, field, replace
from time import monotonic
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from index.model import Outcome, Recorded, Visit

EVERY = 10.0  # seconds between two plain lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a crawl has done so far."""

    feeds: int = 0  # to be visited
    met: int = 0  # of them, so far; a feed may be visited more than once
    visited: int = 0
    unchanged: int = 0
    failed: int = 0
    excused: int = 0  # visits that failed by our own fault: recorded against nobody
    new: int = 0
    changed: int = 0
    indexed: int = 0
    seconds: float = 0.0  # from the first lease to the index told, once all is done
    problems: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # blog, sentence

    def plus(self, visit: Visit, recorded: Recorded, *, first: bool) -> "Tally":
        """Return the tally with one more visit, the feed's `first` of this crawl or not."""
        failed = visit.outcome is Outcome.FAILED
        problem = ((visit.feed.title or visit.feed.url, visit.poll.detail),) if failed else ()
        return replace(
            self,
            met=self.met + first,
            visited=self.visited + 1,
            unchanged=self.unchanged + (visit.outcome is Outcome.SAME),
            failed=self.failed + failed,
            new=self.new + recorded.new,
            changed=self.changed + recorded.changed,
            problems=(*self.problems, *problem)[-200:],
        )

    def sentence(self) -> str:
        """Return the tally in words."""
        posts = "post" if self.new == 1 else "posts"
        return (
            f"{self.met} of {self.feeds} blogs visited, {self.failed} failed, "
            f"{self.new} new {posts}"
        )

    def document(self) -> dict[str, object]:
        """Return the tally as `--json` prints it."""
        problems = [{"blog": blog, "problem": problem} for blog, problem in self.problems]
        return asdict(self) | {"problems": problems}


class Report(Protocol):
    """Somebody who is told how the crawl is getting on."""

    def show(self, tally: Tally) -> None:
        """Take note of the tally as it is now."""
        ...

    def say(self, sentence: str) -> None:
        """Pass a sentence on."""
        ...

    def close(self) -> None:
        """Stop: there is no more to come."""
        ...


class Silence:
    """A report to nobody, for `--json` and for tests."""

    def show(self, tally: Tally) -> None:
        """Keep quiet."""

    def say(self, sentence: str) -> None:
        """Pass what went wrong on to the error stream all the same."""
        print(sentence, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Keep quiet."""


class Lines:
    """Plain lines, ten seconds apart at least, for logs and pipes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._said = ""
        self._last = float("-inf")
        self._waiting = ""

    def show(self, tally: Tally) -> None:
        """Write the tally down if it is time to."""
        self._waiting = tally.sentence()
        if monotonic() - self._last >= EVERY or tally.met == tally.feeds:
            self._write()

    def say(self, sentence: str) -> None:
        """Write the sentence down."""
        print(sentence, file=self._stream, flush=True)

    def close(self) -> None:
        """Write down what was held back."""
        self._write()

    def _write(self) -> None:
        if self._waiting and self._waiting != self._said:
            self.say(self._waiting)
            self._said, self._last = self._waiting, monotonic()


class Bar:
    """A progress bar on a terminal, with sentences scrolling by above it."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("Blogs visited"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rest]}"),
            TimeElapsedColumn(),
            console=Console(highlight=False),
        )
        self._task = self._progress.add_task("", total=None, rest="")
        self._progress.start()

    def show(self, tally: Tally) -> None:
        """Move the bar."""
        rest = f"{tally.failed} failed · {tally.new} new posts"
        total = tally.feeds or None
        self._progress.update(self._task, completed=tally.met, total=total, rest=rest)

    def say(self, sentence: str) -> None:
        """Print the sentence above the bar."""
        self._progress.console.print(sentence, markup=False)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()


def report() -> Report:
    """Return the report that suits where standard output goes."""
    return Bar() if sys.stdout.isatty() else Lines()
