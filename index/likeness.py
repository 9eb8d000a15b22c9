"""Whether two posts are one post, published twice. Pure.

    text ──► words ──► runs of five (shingles), hashed ──► a sketch of 63 numbers ──► 21 bands

Posts that share a band may be alike (MinHash by one permutation: Broder 1997; Li, Owen and Zhang
2012): that finds a few candidates among any number of posts. Whether they are the same is decided
by their texts: how much of the shorter one stands in the longer. A post that quotes another, and
weeknotes of one pattern, share less than that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

from index.model import EPOCH

RUN, SHORT_RUN = 5, 3  # words
ROWS, BANDS = 3, 21
BINS = ROWS * BANDS
FEWEST = 30  # words by which a text alone can be told
SOME = 8  # words of a summary by which it can be told, under the same title
CONTAINED = 0.8  # share of the shorter text's runs that the longer has
RATIO = 0.5  # of the lengths of two texts; a post that quotes another is longer
NEAR = timedelta(days=14)  # between a whole post and a summary of it
FAR = timedelta(days=200)  # between two whole ones: next year's of the same pattern is another
SKETCHED = 400  # words at its beginning by which a post is found
LONGEST = 20_000  # words of a post that are compared
REMEMBERED = 8  # texts: one is compared with up to twenty others, and long ones are large

_WORD = re.compile(r"\w+")
_BASE, _MIX, _MASK = 0x5851F42D4C957F2D, 0x9E3779B97F4A7C15, (1 << 64) - 1
_BIG = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A post as it is compared: `address` is of its own page, or ""."""

    title: str
    text: str
    at: datetime
    address: str = ""


@lru_cache(REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """Return a text's words, without capitals and punctuation."""
    return tuple(_WORD.findall(text.casefold())[:LONGEST])


def bands(title: str, text: str) -> tuple[int, ...]:
    """Return the numbers by which posts like this one are found, each of 63 bits.

    The last is of the title, where it has two words or more; a short text has no others.
    """
    found = words(text)
    begun = found[:SKETCHED]
    sketched = tuple(_banded(_sketch(_runs(begun, RUN)))) if found[FEWEST - 1 :] else ()
    named = words(title)
    return (*sketched, _number(b"title", " ".join(named).encode())) if named[1:] else sketched


def seasons(at: datetime) -> tuple[int, int]:
    """Return the season of a post, and the other one in which a whole copy of it may be.

    A season is as long as two copies may be apart in both directions (`FAR`), so the nearer of the
    two beside it is enough.
    """
    number, gone = divmod(at - EPOCH, 2 * FAR)
    return number, number - 1 if gone < FAR else number + 1


def of_season(band: int, season: int) -> int:
    """Return a band, shortened to 48 bits, of one season: posts of a time lie side by side."""
    return (season << 48) + (band >> 15)


def same_post(one: Likely, other: Likely) -> bool:
    """Whether two posts of two feeds are the same post."""
    if one.address and one.address == other.address:
        return True
    few, many = sorted((one.text, other.text), key=lambda text: len(words(text)))
    if abs(one.at - other.at) > FAR:
        return False
    short, long = len(words(few)), len(words(many))
    if short >= max(FEWEST, RATIO * long) and contained(few, many, RUN) >= CONTAINED:
        return True
    named = words(one.title)
    alike = named[1:] and named == words(other.title) and abs(one.at - other.at) <= NEAR
    return bool(alike) and short >= SOME and contained(few, many, SHORT_RUN) >= CONTAINED


def contained(few: str, many: str, run: int) -> float:
    """Return which share of the runs of words of one text stand in the other, 0 to 1."""
    mine, theirs = _told(few, run), _told(many, run)
    return len(mine & theirs) / len(mine) if mine else 0.0


@lru_cache(REMEMBERED)
def _told(text: str, run: int) -> frozenset[int]:
    return frozenset(_runs(words(text), run))


def _runs(found: Sequence[str], length: int) -> Iterator[int]:
    """Yield a number of 64 bits for each run of so many words: Rabin and Karp's hash."""
    numbers = [crc32(word.encode("utf-8", "replace")) for word in found]
    value, last = 0, pow(_BASE, length, _MASK + 1)
    for place, number in enumerate(numbers):
        value = (value * _BASE + number) & _MASK
        if place >= length:
            value = (value - numbers[place - length] * last) & _MASK
        if place >= length - 1:
            yield ((value ^ (value >> 31)) * _MIX) & _MASK


def _sketch(runs: Iterator[int]) -> list[int]:
    """Return the least number of each bin; an empty bin borrows from the next that is not."""
    least = [_BIG] * BINS
    for run in runs:
        place = run % BINS
        if run < least[place]:
            least[place] = run
    full = [place for place in range(BINS) if least[place] < _BIG]
    if not full:
        return least
    return [_borrowed(least, place) for place in range(BINS)]


def _borrowed(least: Sequence[int], place: int) -> int:
    for further in range(BINS):
        value = least[(place + further) % BINS]
        if value < _BIG:
            return value + further * _BASE
    return _BIG


def _banded(sketch: Sequence[int]) -> Iterator[int]:
    for band in range(BANDS):
        row = sketch[band * ROWS : (band + 1) * ROWS]
        yield _number(bytes([band]), repr(row).encode())


def _number(sort: bytes, value: bytes) -> int:
    return int.from_bytes(blake2b(value, digest_size=8, person=sort).digest(), "big") >> 1
