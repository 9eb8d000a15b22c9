"""The catalogue's version as it was a moment ago, for everybody who asks in that moment.

While the crawler finds post after post, each would make every page be made anew for whoever
asks next; readers are told anyway that they may keep a page for a minute. What answers of
one moment say of their version is the same, so that validators and shortcuts agree.
"""

from collections.abc import Callable
from time import monotonic


class Steady:
    """A version that is looked at again after so many seconds. Threads may share it."""

    def __init__(self, seconds: float = 0.0, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: tuple[float, str] | None = None  # when it was looked at, what was seen

    def held(self) -> str | None:
        """Return the version if it was looked at a moment ago."""
        known = self._known
        if known is None or self._clock() - known[0] >= self._seconds:
            return None
        return known[1]

    def seen(self, version: str) -> str:
        """Note what was seen now, and return it."""
        self._known = self._clock(), version
        return version
