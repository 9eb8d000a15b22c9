"""What the owner of a blog may do, once it is proved that it is theirs.

What the list of blogs says of a blog is changed there, in its own line, and the log tells so;
what only the owner can know is kept in the store. Each verb raises NotFound and SubmissionError.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, update

from index.claim import EMAIL_KEPT, Claim
from index.claims import OWNER, change, claim_of
from index.councils import NATIONS, councils
from index.database import Database
from index.decisions import Decisions
from index.edits import Alter, Which
from index.errors import OpmlError, SubmissionError
from index.facts import turn
from index.following import announce_all
from index.guess import placed
from index.known import had
from index.model import Excerpt, Feed, Kind
from index.pages import forget_pages
from index.rewriting import rewrite
from index.schema import claims, feeds
from index.submission import digest, short
from index.submitted import note_decision

Clock = Callable[[], datetime]

DESCRIPTION = 300  # characters
LEFT = "Its owner took it away."


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What an owner says that a blog is. The nation counts where the councils do not tell it."""

    kind: Kind
    councils: tuple[str, ...] = ()
    nation: str = ""
    description: str = ""


class Owners:
    """The owners' verbs; `opml` is the list of blogs."""

    def __init__(
        self, database: Database, opml: Path, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self.opml = opml
        self.clock = clock

    def correct(self, token: str, said: Labels) -> Feed:
        """Say what the blog is, in the list first; return it so.

        Raises OpmlError if the list cannot be written: then nothing is changed.
        """
        with self.database.read() as db:
            before = _owned(db, token).feed
            known = had(db, before.id)
        after = _labelled(before, said)
        which = Which.of(before.url, *known, site=before.site)
        rewrite(self.opml, [Alter(which=which, feed=after)])
        with self.database.write() as db:
            _owned(db, token)
            _write(
                db,
                after,
                kind=after.kind.value,
                councils=after.councils,
                nation=after.nation,
                description=after.description,
            )
            note = _told(before, after)
            note_decision(db, self.clock(), OWNER, "correct", None, after.title, note=note)
        return after

    def show(self, token: str, excerpt: Excerpt, *, full_text: bool) -> None:
        """Choose how much of each post is shown, and whether its whole text may be found."""
        with self.database.write() as db:
            feed = _owned(db, token).feed
            if not full_text:
                forget_pages(db, feed.id)
            _write(db, feed, excerpt=excerpt.value, full_text=full_text)
            note = f"excerpt: {excerpt}, whole text: {'yes' if full_text else 'no'}"
            note_decision(db, self.clock(), OWNER, "show", None, feed.title, note=note)

    def tell(self, token: str, email: str) -> None:
        """Give the e-mail address to be told at when the feed fails; empty: at none."""
        with self.database.write() as db:
            claim = _owned(db, token)
            until = self.clock() + EMAIL_KEPT if email else None
            change(db, claim.id, email=email, email_until=until)

    def leave(self, token: str) -> Feed:
        """Take the blog away, with all that is known of it, so that nobody adds it again.

        That the list cannot be written changes nothing about it: the tombstone beats its line.
        """
        with self.database.read() as db:
            feed = _owned(db, token).feed
        try:
            Decisions(self.database, self.opml, self.clock).remove(feed.slug, OWNER, LEFT)
        except OpmlError as error:
            with self.database.write() as db:
                now, what = self.clock(), "line not removed"
                note_decision(db, now, OWNER, what, None, feed.title, note=str(error))
        return feed


def read_labels(
    kind: str, councils: tuple[str, ...], nation: str = "", description: str = ""
) -> Labels:
    """Return what was typed; raises SubmissionError with one plain sentence.

    Councils that nobody knows are left out.
    """
    if kind not in set(Kind):
        raise SubmissionError("kind", "There is no such kind of blog. Choose one of the list.")
    if nation and nation not in NATIONS:
        raise SubmissionError("nation", "There is no such nation. Choose one of the list.")
    said = short(description, DESCRIPTION)
    return Labels(kind=Kind(kind), councils=councils, nation=nation, description=said)


def _owned(db: Connection, token: str) -> Claim:
    claim = claim_of(db, claims.c.token == digest(token))
    if not claim.proved:
        raise SubmissionError("unproved", "Show first that the blog is yours.")
    return claim


def _labelled(feed: Feed, said: Labels) -> Feed:
    """Return the feed as its owner says; a council that only the list knows may stay."""
    kept = [slug for slug in said.councils if slug in {*councils(), *feed.councils}]
    return replace(
        feed,
        kind=said.kind,
        councils=tuple(dict.fromkeys(kept)),
        nation=placed(feed, said.councils).nation or said.nation,
        description=said.description,
    )


def _write(db: Connection, feed: Feed, **values: Any) -> None:
    """Change what the store says of a feed, and tell pages and the search index."""
    db.execute(update(feeds).where(feeds.c.id == feed.id).values(values))
    announce_all(db, feed)
    turn(db)


def _told(before: Feed, after: Feed) -> str:
    """Return for the log what was changed."""
    pairs = {
        "kind": (before.kind.value, after.kind.value),
        "councils": (", ".join(before.councils), ", ".join(after.councils)),
        "nation": (before.nation, after.nation),
        "description": (before.description, after.description),
    }
    return "; ".join(
        f"{name}: {old or '–'} → {new or '–'}" for name, (old, new) in pairs.items() if old != new
    )
