"""Choosing the run of a post's text that shows best why it was found.

An engine says where the words it matched stand (`Mark`); what is cut here is always
plain text as the author wrote it, never HTML, and joins back into a run of the text.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from index.finding import Fragment


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a text holds something searched for: its characters, and which term it is."""

    start: int
    end: int
    term: str
    weight: float = 1.0


def cut(text: str, marks: Sequence[Mark], width: int) -> tuple[Fragment, ...]:
    """Return a run of `text` of at most `width` characters that holds the most of `marks`.

    Runs with more of the different terms win, then the earlier one; without marks it is
    the text's start. The run begins and ends between words where it can.
    """
    marks = sorted(marks, key=lambda mark: (mark.start, -mark.end))
    start, end = _window(text, marks, width)
    edges = [start]
    for mark in marks:
        low, high = max(mark.start, edges[-1]), min(mark.end, end)
        if low < high:
            edges += [low, high]
    edges.append(end)
    pieces = (
        Fragment(text[low:high], marked=place % 2 == 1)
        for place, (low, high) in enumerate(pairwise(edges))
    )
    return tuple(piece for piece in pieces if piece.text)


def _window(text: str, marks: Sequence[Mark], width: int) -> tuple[int, int]:
    if len(text) <= width:
        return 0, len(text)
    first, last = _best(marks, width) if marks else (0, 0)
    spare = max(width - (last - first), 0)
    start = max(0, min(first - spare // 2, len(text) - width))
    end = min(len(text), start + width)
    return _after_space(text, start, first), _before_space(text, end, last)


def _best(marks: Sequence[Mark], width: int) -> tuple[int, int]:
    """Return where the best group of marks that fits in `width` starts and ends."""
    held: Counter[str] = Counter()
    value, best, group = 0.0, -1.0, (0, 0)
    ends = list(accumulate((mark.end for mark in marks), max))
    low = 0
    for high, mark in enumerate(marks):
        held[mark.term] += 1
        value += mark.weight if held[mark.term] == 1 else 0
        while low < high and ends[high] - marks[low].start > width:
            held[marks[low].term] -= 1
            value -= marks[low].weight if not held[marks[low].term] else 0
            low += 1
        if value > best + 1e-9:
            best, group = value, (marks[low].start, ends[high])
    return group


def _after_space(text: str, start: int, latest: int) -> int:
    if start == 0 or text[start - 1].isspace():
        return start
    return next((i + 1 for i in range(start, latest) if text[i].isspace()), start)


def _before_space(text: str, end: int, earliest: int) -> int:
    if end == len(text) or text[end].isspace():
        return end
    return next((i for i in range(end - 1, max(earliest, 1) - 1, -1) if text[i].isspace()), end)
