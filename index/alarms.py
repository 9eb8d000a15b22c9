"""Letters to the owners of blogs that cannot be read, who gave an e-mail address for that.

a feed fails for a day ─► due ─► Alarm ─► sent: one letter for each time that it fails
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, or_, select, update

from index.claim import WAIT, ClaimState
from index.database import Database
from index.letters import SUBJECT
from index.model import Status
from index.schema import claims, feeds, polls
from index.settings import Settings
from index.submission import short


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A letter about a feed that fails: to whom, in which words, and since when it does."""

    claim_id: int
    to: str
    subject: str
    body: str
    since: datetime


class Alarms:
    """The letters that are due. Threads may share it."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def due(self, limit: int) -> list[Alarm]:
        """Return letters to be sent, about what fails longest first."""
        now = self._clock()
        query = (
            select(claims, feeds.c.title, feeds.c.slug)
            .add_columns(polls.c.failing_since, polls.c.detail.label("why"))
            .select_from(claims.join(feeds).join(polls, polls.c.feed_id == feeds.c.id))
            .where(claims.c.state == ClaimState.PROVED.value, claims.c.email != "")
            .where(claims.c.email_until > now, feeds.c.status == Status.LIVE.value)
            .where(polls.c.problem != "", polls.c.failing_since <= now - WAIT)
            .where(or_(claims.c.told.is_(None), claims.c.told != polls.c.failing_since))
            .order_by(polls.c.failing_since, claims.c.id)
            .limit(limit)
        )
        with self._database.read() as db:
            return [self._alarm(row) for row in db.execute(query).mappings()]

    def sent(self, alarm: Alarm) -> None:
        """Note that a letter was sent, or never can be."""
        told = update(claims).where(claims.c.id == alarm.claim_id)
        with self._database.write() as db:
            db.execute(told.values(told=alarm.since))

    def _alarm(self, row: RowMapping) -> Alarm:
        title, base = self._settings.title, self._settings.base_url
        parts = (
            f"Since {row['failing_since']:%d %B %Y} we cannot read the feed of {row['title']}.",
            row["why"],
            "We go on trying, less and less often. What was published before stays.",
            f"How it is doing: {base}/blogs/{row['slug']}",
            "You get this since you asked for it when you showed that the blog is yours. To get "
            "no more of it, open your page, whose address you were given then.",
            f"{title}\n{base}",
        )
        return Alarm(
            claim_id=row["id"],
            to=row["email"],
            subject=short(f"{title}: {row['title']} cannot be read", SUBJECT),
            body="\n\n".join(filter(None, parts)) + "\n",
            since=row["failing_since"],
        )
