"""What was looked for and not found: words and how often, and nothing of who asked.

A page that found nothing leaves a note in memory, and a thread of its own writes the notes
down now and then, so that no reader waits for the database. What may tell of a person is
never noted: addresses of any kind, long numbers, whole sentences.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Timer

from sqlalchemy import Connection, delete, func, insert, select, update

from index.database import Database
from index.errors import StoreError
from index.query import STOP_WORDS, parse_query
from index.schema import wanted
from index.words import said

EVERY = 30.0  # seconds between two writings
MOST = 500  # different queries in memory
KEPT = 5_000  # ... and in the table: of the rarest, those asked for the longest ago go
LONGEST = 80  # characters of a query
DIGITS = 4  # more may be a telephone number, or a reference

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ADDRESS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Words that found nothing, how often, and when last."""

    query: str
    times: int
    last: datetime


def normalised(text: str) -> str:
    """Return the words of a query in one form and order; nothing if it must not be noted.

    Nor is it noted if filters narrowed it, for then something may be there outside of them.
    """
    if _ADDRESS.search(text) or sum(map(str.isdigit, _YEAR.sub("", text))) > DIGITS:
        return ""
    query = parse_query(text)
    if query.filters or query.after or query.before:
        return ""
    terms = (*query.words, *query.phrases, *(one for group in query.either for one in group))
    words = {word for term in terms for word in said(term.casefold())} - STOP_WORDS
    joined = " ".join(sorted(words))
    return joined if len(joined) <= LONGEST else ""


class Wanted:
    """The notes, in memory and in the database. Threads may share it."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], every: float = EVERY
    ) -> None:
        self._database = database
        self._clock = clock
        self._every = every
        self._noted: Counter[str] = Counter()
        self._timer: Timer | None = None
        self._lock = Lock()

    def note(self, query_text: str) -> None:
        """Remember that nothing was found. Takes no time, and is written down later."""
        query = normalised(query_text)
        if query:
            self._remember({query: 1})

    def flush(self) -> None:
        """Write the notes down; if that cannot be done now, it is tried again later."""
        with self._lock:
            noted, self._noted, self._timer = self._noted, Counter(), None
        try:
            self._write(noted)
        except StoreError:
            self._remember(noted)

    def close(self) -> None:
        """Write down what is left, and end."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.cancel()
        with self._lock:
            noted, self._noted = self._noted, Counter()
        with suppress(StoreError):
            self._write(noted)

    def most(self, limit: int) -> list[Missed]:
        """Return what was looked for in vain, the commonest first, the latest of equals."""
        query = select(wanted).order_by(*_ORDER).limit(limit)
        with self._database.read() as db:
            rows = db.execute(query).mappings().all()
        return [Missed(**row) for row in rows]

    def _remember(self, noted: Mapping[str, int]) -> None:
        with self._lock:
            for query, times in noted.items():
                if query in self._noted or len(self._noted) < MOST:
                    self._noted[query] += times
            if self._timer is None:
                self._timer = Timer(self._every, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def _write(self, noted: Mapping[str, int]) -> None:
        if not noted:
            return
        now = self._clock()
        with self._database.write() as db:
            for query, times in noted.items():
                _add(db, query, times, now)
            _shed(db)


_ORDER = (wanted.c.times.desc(), wanted.c.last.desc(), wanted.c.query)


def _add(db: Connection, query: str, times: int, now: datetime) -> None:
    more = update(wanted).where(wanted.c.query == query)
    if not db.execute(more.values(times=wanted.c.times + times, last=now)).rowcount:
        db.execute(insert(wanted).values(query=query, times=times, last=now))


def _shed(db: Connection) -> None:
    """Keep the table from growing without end."""
    held = db.execute(select(func.count()).select_from(wanted)).scalar() or 0
    if held > KEPT:
        kept = select(wanted.c.query).order_by(*_ORDER).limit(KEPT)
        db.execute(delete(wanted).where(wanted.c.query.not_in(kept)))
