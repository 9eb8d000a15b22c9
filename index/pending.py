"""The feeds that suggestions lead to, before anybody has decided; within the caller's transaction.

A pending feed is visited and published nowhere. The same blog is known by any address it
has or had, a blog that left or was refused by its home page too, and a listed one by its posts.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from index.address import host, normal
from index.following import suggest
from index.guess import guessed, placed
from index.model import PUBLISHED, TOMBSTONES, Feed, Kind, Post, Status
from index.reasons import DECIDED, REASONS
from index.rows import feed_columns, feed_of, post_of
from index.schema import addresses, entries, feeds, polls, submissions
from index.submission import Found, Proposal, State

OLD = timedelta(days=5 * 365)  # since the last post: an archive
SHOWN = 5  # posts of a preview
LATEST = 100  # posts that tell what a blog is about and how often it posts
TOPICS = 6  # that are named
LISTED = tuple(status.value for status in PUBLISHED)
BURIED = tuple(status.value for status in TOMBSTONES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What there is to say of a suggestion, as far as it has come."""

    state: State
    reason: str = ""
    detail: str = ""
    feed: Feed | None = None
    listed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A suggested blog as it would be listed. `visited` is None until its posts were read."""

    feed: Feed
    posts: tuple[Post, ...]
    total: int
    visited: datetime | None
    problem: str
    topics: tuple[str, ...] = ()  # slugs, what is written about most first
    moments: tuple[datetime, ...] = ()  # of the latest posts

    @property
    def doubtful(self) -> bool:
        """Whether its posts were read, and none is about a topic of public services."""
        return self.total > 0 and not self.topics


def hold(db: Connection, found: Found, said: Proposal, now: datetime) -> Verdict:
    """Take a found feed in, to be visited and decided on, unless we know the blog already."""
    reason = "archive" if found.newest and now - found.newest > OLD else ""
    known = same_blog(db, found)
    if known is None:
        feed = suggest(db, described(found, said), now)
        return Verdict(state=State.WAITING, reason=reason, feed=feed)
    if known.status is Status.ARCHIVED:
        return Verdict(state=State.WAITING, reason=reason, feed=known)
    return known_as(db, known)


def described(found: Found, said: Proposal) -> Feed:
    """Return the feed with what we guess of it, and what a person says instead."""
    url, title = found.url, said.title or found.title or host(found.url).removeprefix("www.")
    return corrected(guessed(Feed(url=url, site=found.site, title=title)), said)


def corrected(feed: Feed, said: Proposal) -> Feed:
    """Return the feed with what a person says of it."""
    feed = replace(feed, title=said.title or feed.title, kind=Kind(said.kind or feed.kind))
    return feed if said.councils is None else placed(feed, said.councils)


def known_as(db: Connection, known: Feed) -> Verdict:
    """Return what to say to somebody who suggests a blog that we know."""
    match known.status:
        case Status.WITHDRAWN:
            return Verdict(state=State.REFUSED, reason="left")
        case Status.REFUSED:
            why = _why_refused(db, submissions.c.feed_id == known.id)
            return Verdict(state=State.REFUSED, reason="already-refused", detail=why)
        case Status.PENDING:
            return Verdict(state=State.REFUSED, reason="already-suggested", feed=known)
    return Verdict(state=State.LISTED, reason="already-listed", listed=known.slug)


def known_address(db: Connection, key: str) -> Verdict | None:
    """Return what to say at once of an address, if it is that of a blog we know."""
    return known_addresses(db, [key]).get(key)


def known_addresses(db: Connection, keys: Iterable[str]) -> dict[str, Verdict]:
    """Return what to say at once of those of these addresses that are of blogs we know."""
    wanted = {*keys}
    of = _by_homes(db, wanted, LISTED) | _by_homes(db, wanted, BURIED) | _addressed(db, wanted)
    known = {key: feed for key, feed in of.items() if feed.status is not Status.ARCHIVED}
    refused = Verdict(state=State.REFUSED, reason="already-refused")
    said = {
        key: replace(refused, detail=why)
        for key, why in _reasons(db, submissions.c.key.in_([*wanted])).items()
    }
    return said | {key: known_as(db, feed) for key, feed in known.items()}


def same_blog(db: Connection, found: Found) -> Feed | None:
    """Return the feed that a found one is, under whatever address."""
    feed = _by_address(db, [normal(url) for url in (found.url, *found.also)])
    if feed is None and found.site:
        feed = _by_home(db, normal(found.site), BURIED) or _unfound(db, normal(found.site))
    return feed or _by_posts(db, [post.url for post in found.latest if post.url])


def forget(db: Connection, feed_id: int | None) -> None:
    """Forget a feed that nobody has decided on, with all that was read of it."""
    pending = (feeds.c.id == feed_id, feeds.c.status == Status.PENDING.value)
    db.execute(delete(feeds).where(*pending))


def correct(db: Connection, feed_id: int | None, said: Proposal) -> Feed | None:
    """Write down what a person says of a pending feed; return it."""
    row = db.execute(select(feeds).where(feeds.c.id == feed_id)).mappings().first()
    if row is None:
        return None
    feed = corrected(feed_of(row), said)
    if feed.status is Status.PENDING:
        values = {
            "title": feed.title,
            "kind": feed.kind.value,
            "councils": feed.councils,
            "nation": feed.nation,
        }
        db.execute(update(feeds).where(feeds.c.id == feed.id).values(values))
    return feed


def preview(db: Connection, feed_id: int) -> Preview | None:
    """Return a suggested blog as it would be listed."""
    query = select(feeds, polls.c.visited, polls.c.detail).join(polls).where(feeds.c.id == feed_id)
    row = db.execute(query).mappings().first()
    if row is None:
        return None
    own = entries.c.feed_id == feed_id
    newest = select(entries, *feed_columns()).join(feeds).where(own)
    newest = newest.order_by(entries.c.sort_at.desc(), entries.c.id.desc()).limit(SHOWN)
    return Preview(
        feed=feed_of(row),
        posts=tuple(post_of(one) for one in db.execute(newest).mappings()),
        total=db.execute(select(func.count()).select_from(entries).where(own)).scalar_one(),
        visited=row["visited"],
        problem=row["detail"],
        **_habits(db, feed_id),
    )


def _habits(db: Connection, feed_id: int) -> dict[str, Any]:
    """Return what the latest posts of a feed are about, and when they came."""
    query = select(entries.c.topics, entries.c.sort_at).where(entries.c.feed_id == feed_id)
    latest = db.execute(query.order_by(entries.c.sort_at.desc()).limit(LATEST)).all()
    topics = Counter(topic for row in latest for topic in row.topics)
    named = tuple(topic for topic, _ in topics.most_common(TOPICS))
    return {"topics": named, "moments": tuple(row.sort_at for row in latest)}


def _by_address(db: Connection, keys: Iterable[str]) -> Feed | None:
    query = select(feeds).join(addresses).where(addresses.c.address.in_([*keys]))
    row = db.execute(query).mappings().first()
    return feed_of(row) if row else None


def _addressed(db: Connection, keys: Iterable[str]) -> dict[str, Feed]:
    """Return the blogs that have a feed at these addresses, or had one."""
    query = select(feeds, addresses.c.address).join(addresses)
    rows = db.execute(query.where(addresses.c.address.in_([*keys]))).mappings()
    return {row["address"]: feed_of(row) for row in rows}


def _by_home(db: Connection, key: str, statuses: Iterable[str]) -> Feed | None:
    """Return the one blog that has its home page there."""
    return _by_homes(db, {key}, statuses).get(key)


def _by_homes(db: Connection, keys: Collection[str], statuses: Iterable[str]) -> dict[str, Feed]:
    """Return the blogs that have their home pages there, where there is but one."""
    rows = db.execute(select(feeds).where(feeds.c.status.in_([*statuses]))).mappings()
    at_home: dict[str, list[RowMapping]] = {}
    for row in rows:
        if row["site"] and (key := normal(row["site"])) in keys:
            at_home.setdefault(key, []).append(row)
    return {key: feed_of(one[0]) for key, one in at_home.items() if len(one) == 1}


def _unfound(db: Connection, key: str) -> Feed | None:
    """Return the blog in the list that has its home page there, and no feed that we know."""
    feed = _by_home(db, key, LISTED)
    return None if feed is None or feed.url else feed


def _by_posts(db: Connection, urls: list[str]) -> Feed | None:
    """Return the published blog that has every one of these posts."""
    owners = select(entries.c.feed_id).where(entries.c.url.in_(urls))
    counted = owners.group_by(entries.c.feed_id).having(
        func.count(entries.c.url.distinct()) >= len(set(urls))
    )
    of = (feeds.c.id.in_(counted), feeds.c.status.in_(LISTED))
    row = db.execute(select(feeds).where(*of)).mappings().first() if urls else None
    return feed_of(row) if row else None


def _why_refused(db: Connection, which: object) -> str:
    """Return in a sentence why moderators refused a blog, or nothing."""
    return next(iter(_reasons(db, which).values()), "")


def _reasons(db: Connection, which: object) -> dict[str, str]:
    """Return why moderators refused, by address; the latest refusal first."""
    codes = [reason.code for reason in DECIDED if reason.code != "withdrawn"]
    refused = (submissions.c.state == State.REFUSED.value, submissions.c.reason.in_(codes))
    query = select(submissions.c.key, submissions.c.reason).where(which, *refused)  # type: ignore[arg-type]
    found: dict[str, str] = {}
    for row in db.execute(query.order_by(submissions.c.changed.desc())):
        found.setdefault(row.key, REASONS[row.reason].sentence)
    return found
