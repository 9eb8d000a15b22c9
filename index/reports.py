"""What readers report about a listed blog, for a moderator to act on.

    report ─► open ─► done: what was made of it is in the log

An e-mail address is kept until the report is done, and for 90 days at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update

from index.database import Database
from index.errors import NotFound, SubmissionError
from index.schema import feeds, reports
from index.submission import EMAIL_KEPT, NOTE, short
from index.submitted import note_decision

QUEUE = 500  # open reports: more are not taken
OF_A_BLOG = 20  # ... of one blog


class What(StrEnum):
    """What may be reported."""

    SPAM = "spam"
    MOVED = "moved"
    WRONG = "wrong"
    REMOVE = "remove"


WHAT = {
    What.SPAM: "It is spam, or somebody else has taken it over",
    What.MOVED: "It has moved to another address",
    What.WRONG: "Something about it is wrong here, such as its council",
    What.REMOVE: "Please remove it, or one of its posts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody reported about a blog."""

    id: int
    slug: str
    title: str
    what: What
    note: str
    email: str
    created: datetime


class Reports:
    """The reports in the store. Threads may share it."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def add(self, slug: str, what: str, note: str = "", email: str = "") -> int:
        """Take a report about a listed blog; raises NotFound and SubmissionError."""
        if what not in set(What):
            raise SubmissionError("what", "Say what is wrong: choose one of the list.")
        now, said = self._clock(), short(note, NOTE)
        row = {"what": what, "note": said, "email": email, "created": now}
        row["email_until"] = now + EMAIL_KEPT if email else None
        with self._database.write() as db:
            feed_id = db.execute(select(feeds.c.id).where(feeds.c.slug == slug)).scalar()
            if feed_id is None:
                raise NotFound("There is no blog at this address.")
            opened = select(func.count()).select_from(reports).where(reports.c.done.is_(None))
            of_blog = opened.where(reports.c.feed_id == feed_id)
            if _number(db.execute(opened)) >= QUEUE or _number(db.execute(of_blog)) >= OF_A_BLOG:
                raise SubmissionError("full", "Many reports wait. Try again tomorrow.")
            result = db.execute(insert(reports).values(row | {"feed_id": feed_id}))
            return int((result.inserted_primary_key or (0,))[0])

    def open(self) -> list[Report]:
        """Return the reports that wait, the oldest first."""
        query = _reports().where(reports.c.done.is_(None)).order_by(reports.c.id)
        with self._database.read() as db:
            return [_report(row) for row in db.execute(query).mappings()]

    def done(self, id: int, who: str, note: str = "") -> Report:
        """Close a report, and forget who made it; raises NotFound."""
        now = self._clock()
        with self._database.write() as db:
            row = db.execute(_reports().where(reports.c.id == id)).mappings().first()
            if row is None:
                raise NotFound("There is no such report.")
            closed = update(reports).where(reports.c.id == id, reports.c.done.is_(None))
            if db.execute(closed.values(done=now, email="", email_until=None)).rowcount:
                note_decision(db, now, who, "report done", None, row["title"], row["what"], note)
        return _report(row)

    def tidy(self) -> None:
        """Delete the e-mail addresses whose day has come."""
        past = update(reports).where(reports.c.email_until <= self._clock())
        with self._database.write() as db:
            db.execute(past.values(email="", email_until=None))


def _reports() -> Select[Any]:
    return select(reports, feeds.c.slug, feeds.c.title).join(feeds)


def _report(row: RowMapping) -> Report:
    names = ("id", "slug", "title", "note", "email", "created")
    return Report(what=What(row["what"]), **{name: row[name] for name in names})


def _number(result: Any) -> int:
    return int(result.scalar() or 0)
