"""For whom people worked when they wrote: dated lines, because people move.

`data/authors.csv` has a line for each time: the blog's slug, an author's name (empty: whoever
writes there), the council's slug, from which day and until which (empty: no end), and where
that is known from. A post without a date of its own has no council by it.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

from index.councils import councils
from index.errors import VocabularyError

LIST = Path(__file__).with_name("data") / "authors.csv"
COLUMNS = ["blog", "author", "council", "from", "to", "source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A time that an author worked for a council. `author` is in lower case."""

    blog: str
    author: str
    council: str
    since: date
    until: date

    def covers(self, blog: str, authors: Sequence[str], day: date) -> bool:
        """Tell whether a post of that blog, those authors and that day falls into it."""
        if blog != self.blog or not self.since <= day <= self.until:
            return False
        return not self.author or self.author in (one.casefold() for one in authors)


def councils_then(
    blog: str, authors: Sequence[str], published: datetime | None, stays: Sequence[Stay]
) -> tuple[str, ...]:
    """Return the councils that a post's authors worked for when it was published."""
    if published is None:
        return ()
    day = published.date()
    return tuple(dict.fromkeys(one.council for one in stays if one.covers(blog, authors, day)))


def parse_stays(text: str) -> tuple[Stay, ...]:
    """Read the list; raises VocabularyError with the line that is wrong."""
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != COLUMNS:
        raise VocabularyError(f"authors.csv, line 1: the columns are {','.join(COLUMNS)}.")
    return tuple(_stay(row, reader.line_num) for row in reader)


@cache
def known_stays() -> tuple[Stay, ...]:
    """Return the lines of our own list."""
    return parse_stays(LIST.read_text(encoding="utf-8"))


@cache
def fingerprint() -> str:
    """Return what changes when the list does, or that of councils, whose names are looked for."""
    held = LIST.read_bytes() + repr(sorted(councils().items())).encode()
    return blake2b(held, digest_size=8).hexdigest()


def _stay(row: dict[str, str], line: int) -> Stay:
    try:
        made = Stay(
            blog=row["blog"].strip(),
            author=" ".join(row["author"].split()).casefold(),
            council=row["council"].strip(),
            since=date.fromisoformat(row["from"]) if row["from"] else date.min,
            until=date.fromisoformat(row["to"]) if row["to"] else date.max,
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise VocabularyError(f"authors.csv, line {line}: {error}.") from error
    if not made.blog or made.council not in councils():
        raise VocabularyError(f"authors.csv, line {line}: no such council, or no blog.")
    if made.since > made.until or not row["source"]:
        raise VocabularyError(f"authors.csv, line {line}: it ends first, or has no source.")
    return made
