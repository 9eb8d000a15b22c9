"""The store's tables. Text holds the JSON arrays, and times are ISO 8601 in UTC, which sorts.

What a page lists and what a post contains are kept apart: marking 20,000 posts
with their bodies in the row wrote a 165 MB log, and 3 MB without.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnClause,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time in UTC, to the microsecond, as 27 characters that sort as the times do."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the time down."""
        return None if value is None else write_moment(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read the time back."""
        return None if value is None else datetime.fromisoformat(value)


class Words(TypeDecorator[tuple[Any, ...]]):
    """A tuple of strings or whole numbers, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str | None:
        """Write them down."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...] | None:
        """Read them back."""
        return None if value is None else tuple(json.loads(value))


def write_moment(value: datetime) -> str:
    """Return `value` as the store writes it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


metadata = MetaData()

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("councils", Words, nullable=False),
    Column("nation", Text, nullable=False),
    Column("guessed", Boolean, nullable=False),
    Column("status", Text, nullable=False),
)

# Every address a feed has or had, in the form that addresses are compared in, so that
# a line of the list finds its feed again after the feed has moved.
addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
)

polls = Table(
    "polls",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),  # 0 before 1: submissions first
    Column("slot", Text, nullable=False),  # the host or platform that the visit will dial
    Column("host", Text, nullable=False),  # the host itself, whose Retry-After counts
    Column("leased_until", Moment),
    Column("token", Text, nullable=False),
    Column("aim", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("validated", Text, nullable=False),
    Column("rhythm", Float, nullable=False),
    Column("digest", Text, nullable=False),
    Column("unconditional", Moment),
    Column("visited", Moment),
    Column("succeeded", Moment),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("strain", Float, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("plain", Boolean, nullable=False),
    Column("skip_hours", Words, nullable=False),
    Column("skip_days", Words, nullable=False),
    Column("moving_to", Text, nullable=False),
    Column("moving_why", Text, nullable=False),
    Column("moving_since", Moment),
    Column("moving_seen", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("polls_of_a_host", "host"),
)
Index("polls_due", polls.c.due, sqlite_where=text("active"), postgresql_where=text("active"))
# In the index's own words: SQLite would not see that "active = 1" is the same.
ACTIVE: ColumnClause[bool] = literal_column("polls.active")
Index(
    "polls_leased",
    polls.c.leased_until,
    polls.c.slot,
    sqlite_where=text("leased_until IS NOT NULL"),
    postgresql_where=text("leased_until IS NOT NULL"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("size", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("visits_of_a_feed", "feed_id", "id"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("titled", Boolean, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("words", Integer, nullable=False),
    Column("authors", Words, nullable=False),
    Column("tags", Words, nullable=False),
    Column("topics", Words, nullable=False),
    Column("linked", Float, nullable=False),  # the share of the words that are links
    Column("language", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("published", Moment),
    Column("published_raw", Text, nullable=False),
    Column("date_source", Text, nullable=False),
    Column("updated", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("sort_at", Moment, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
    UniqueConstraint("feed_id", "key"),
    Index("entries_by_time", "sort_at", "id"),
    Index("entries_of_a_feed", "feed_id", "sort_at", "id"),
)

contents = Table(
    "contents",
    metadata,
    Column("entry_id", Text, ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("headings", Text, nullable=False),
)

generations = Table(
    "generations",
    metadata,
    Column("name", Text, primary_key=True),
)

# What each generation of the search index has still to be told. An entry that is gone
# keeps its row here, so no foreign key.
outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("generation", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    UniqueConstraint("generation", "entry_id"),
    sqlite_autoincrement=True,  # a sequence is never used twice
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("fetched", Moment, nullable=False),
)

# Single facts: the catalogue's version, the time of the last visit.
facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# What was looked for and not found, and how often: words alone, nothing of who asked.
wanted = Table(
    "wanted",
    metadata,
    Column("query", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last", Moment, nullable=False),
)
