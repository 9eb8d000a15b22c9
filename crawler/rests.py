"""How long a host is left alone after an answer, whoever asks it next. Told the time.

Scrapy's delay counts from the beginning of a request, and is one for all. Work that is in no
hurry asks for a gap of its own: that long from the end of whatever the host answered last to
its own request, and that long again to whoever comes next, a feed's visit too.
"""

from dataclasses import dataclass, field

MOST = 1_000  # hosts that are remembered before those that have rested are forgotten


@dataclass(slots=True)
class Rests:
    """When each host or platform last answered, and the gap that its answer was asked with.

    Times are in seconds of a clock that never goes back.
    """

    _ended: dict[str, tuple[float, float]] = field(default_factory=dict)
    _longest: float = 0.0

    def wait(self, slot: str, gap: float, now: float) -> float:
        """Return for how many seconds `slot` is to be left alone before a request with `gap`."""
        ended, before = self._ended.get(slot, (now - gap, 0.0))
        return max(ended + max(gap, before) - now, 0.0)

    def note(self, slot: str, gap: float, now: float) -> None:
        """Note that an answer of `slot` to a request with `gap` has ended."""
        self._longest = max(self._longest, gap)
        if len(self._ended) >= MOST:
            kept = {s: (at, g) for s, (at, g) in self._ended.items() if now < at + self._longest}
            self._ended = kept
        self._ended[slot] = (now, gap)
