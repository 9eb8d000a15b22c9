"""What moderators decide about suggested blogs, and the log of it.

Approving takes three steps: the store notes the wish, the list gets its line
(`index.rewriting`), the blog goes live. Each can be done again, so that `settle` ends what a
killed process began. The line comes before the blog is live, or following the list would put
the blog away again.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, RowMapping, select

from index.database import Database
from index.edits import Add, Remove, Which
from index.errors import NotFound, OpmlError, SubmissionError
from index.following import decide, withdraw
from index.held import release
from index.known import had
from index.model import TOMBSTONES, Feed, Kind, Post, Status
from index.moves import Move, Moves
from index.pending import corrected
from index.reasons import CHOICES
from index.removed import Removal, remove, restore
from index.rewriting import rewrite
from index.rows import feed_of
from index.schema import decisions, feeds, submissions
from index.submission import NOTE, Decision, Proposal, State, short
from index.submitted import FREE, change, choose, correct, note_decision, row_of, tell_others

Clock = Callable[[], datetime]
NOTHING = Proposal()


class Decisions:
    """The moderators' verbs; `opml` is the list of blogs."""

    def __init__(
        self, database: Database, opml: Path, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self.opml = opml
        self.clock = clock

    def approve(
        self, id: int, who: str, said: Proposal = NOTHING, choice: int | None = None
    ) -> Feed:
        """List a blog, with what is corrected of it; return it as it is listed.

        `choice` is the feed to take where several were found. Raises NotFound,
        SubmissionError, and OpmlError if the list cannot be written: then nothing is listed.
        """
        now = self.clock()
        with self.database.write() as db:
            if choice is not None:
                choose(db, _open(db, id), choice, now)
            row = _open(db, id)
            if row["state"] != State.WAITING:
                raise SubmissionError("waiting", _NOT_YET[State(row["state"])])
            correct(db, row, said, now)
            change(db, id, now, approved=True)
            note_decision(db, now, who, "approve", id, row["address"])
        try:
            return self._list(id)
        except OpmlError as error:
            with self.database.write() as db:
                change(db, id, self.clock(), approved=False)
                note_decision(db, now, who, "not listed", id, row["address"], note=str(error))
            raise

    def reject(self, id: int, who: str, reason: str, note: str = "") -> None:
        """Refuse a blog, which nobody can suggest again; raises NotFound and SubmissionError."""
        if reason not in CHOICES:
            raise SubmissionError("reason", f"A reason is one of {', '.join(CHOICES)}.")
        now, said = self.clock(), short(note, NOTE)
        with self.database.write() as db:
            row = _open(db, id)
            feed = _feed(db, row)
            if feed is not None and feed.status is Status.PENDING:
                decide(db, feed, Status.REFUSED)
            values = {"state": State.REFUSED.value, "reason": reason, "detail": said}
            change(db, id, now, **values, **FREE)
            tell_others(db, row["feed_id"], now, **values)
            note_decision(db, now, who, "reject", id, row["address"], reason, said)

    def ask(self, id: int, who: str, question: str) -> None:
        """Ask whoever suggested a blog something; raises NotFound and SubmissionError."""
        now, said = self.clock(), short(question, NOTE)
        if not said:
            raise SubmissionError("question", "Write the question.")
        with self.database.write() as db:
            row = _open(db, id)
            change(db, id, now, question=said, answer="")
            note_decision(db, now, who, "ask", id, row["address"], note=said)

    def remove(self, slug: str, who: str, why: str = "") -> Feed:
        """Let a blog go for good, with its posts and its line; raises NotFound and OpmlError.

        The tombstone comes first: it beats the list, whatever becomes of the line.
        """
        now = self.clock()
        with self.database.write() as db:
            gone = withdraw(db, slug)
            if gone is None:
                raise NotFound(f"No blog is called {slug}.")
            known = had(db, gone.id)
            note_decision(db, now, who, "remove", None, gone.title, note=short(why, NOTE))
        rewrite(self.opml, [Remove(Which.of(gone.url, *known, site=gone.site))])
        return gone

    def move(self, slug: str, who: str, *, accepted: bool) -> Move:
        """Decide on the move of a blog that the crawler proposed; the list is then to be followed.

        Raises NotFound, PlanetError and OpmlError.
        """
        moves, now = Moves(self.database), self.clock()
        decided = moves.accept(slug, self.opml) if accepted else moves.refuse(slug, now)
        with self.database.write() as db:
            what = "accept move" if accepted else "refuse move"
            note_decision(db, now, who, what, None, decided.feed.title, note=decided.to)
        return decided

    def release(self, slug: str, who: str) -> Feed:
        """Publish what is held of a blog; raises NotFound and PlanetError."""
        now = self.clock()
        with self.database.write() as db:
            freed = release(db, slug, now)
            note_decision(db, now, who, "release", None, freed.title)
        return freed

    def remove_post(self, where: str, who: str, why: str = "") -> Post:
        """Take down the one post at an address, for good; raises NotFound and PlanetError."""
        now, why = self.clock(), short(why, NOTE)
        with self.database.write() as db:
            post = remove(db, where, now, why)
            about = f"{post.feed.title}, {post.url or f'/posts/{post.id}'}"
            note_decision(db, now, who, "remove post", None, about, note=why)
        return post

    def restore_post(self, where: str, who: str) -> Removal:
        """Let a post that was taken down come again; raises NotFound and PlanetError."""
        now = self.clock()
        with self.database.write() as db:
            removal = restore(db, where, now)
            about = f"{removal.feed.title}, {removal.address or f'/posts/{removal.id}'}"
            note_decision(db, now, who, "restore post", None, about)
        return removal

    def settle(self) -> tuple[str, ...]:
        """End what was begun: approved blogs get their lines, listed ones are told so.

        Returns a sentence for each that cannot be ended yet; it stays begun.
        """
        live = select(submissions.c.id).join(feeds)
        live = live.where(
            submissions.c.state == State.WAITING.value, feeds.c.status == Status.LIVE.value
        )
        with self.database.read() as db:
            approved = select(submissions.c.id).where(submissions.c.approved)
            ids = {*db.execute(approved).scalars(), *db.execute(live).scalars()}
        return tuple(filter(None, map(self._ended, sorted(ids))))

    def log(self, limit: int = 1_000) -> list[Decision]:
        """Return the latest decisions, the newest first."""
        query = select(decisions).order_by(decisions.c.id.desc()).limit(limit)
        names = list(Decision.__dataclass_fields__)
        with self.database.read() as db:
            rows = db.execute(query).mappings().all()
        return [Decision(**{name: row[name] for name in names}) for row in rows]

    def _ended(self, id: int) -> str:
        """List an approved blog; return why that cannot be done, or nothing."""
        try:
            self._list(id)
        except (OpmlError, SubmissionError) as error:
            return str(error)
        return ""

    def _list(self, id: int) -> Feed:
        """Write the line of an approved blog, then let it go live."""
        with self.database.read() as db:
            row = row_of(db, submissions.c.id == id)
            feed = _feed(db, row)
            known = had(db, feed.id) if feed else ()
        if feed is None or feed.status in TOMBSTONES:
            return self._gone(id)
        said = _said(row)
        rewrite(self.opml, [Add(corrected(feed, said), known)])
        with self.database.write() as db:
            feed = _feed(db, row_of(db, submissions.c.id == id)) or feed
            if feed.status in (Status.PENDING, Status.ARCHIVED):
                decide(db, corrected(feed, said), Status.LIVE)
            done = {"state": State.LISTED.value, "reason": "", "listed": feed.slug}
            change(db, id, self.clock(), **done, approved=False)
            tell_others(db, feed.id, self.clock(), **done)
        return corrected(feed, said)

    def _gone(self, id: int) -> NoReturn:
        """Note that the owner of a blog took it away before it was listed, and say so."""
        gone = {"state": State.REFUSED.value, "reason": "left", "approved": False}
        with self.database.write() as db:
            change(db, id, self.clock(), **gone)
        raise SubmissionError("gone", "The blog left before it was listed.")


_NOT_YET = {
    State.LOOKING: "The crawler has not looked at this blog yet. Try again in a minute.",
    State.CHOOSING: "Several feeds or blogs were found. Say which feed: --feed NUMBER.",
    State.FAILED: "No feed was found for this blog, so it cannot be listed.",
}


def _open(db: Connection, id: int) -> RowMapping:
    """Return a submission that may still be decided on; raises NotFound and SubmissionError."""
    row: RowMapping = row_of(db, submissions.c.id == id)
    if row["approved"] or row["state"] in (State.LISTED, State.REFUSED):
        raise SubmissionError("decided", "This was decided already.")
    return row


def _said(row: RowMapping) -> Proposal:
    """Return what a blog is to be called and whose it is, as it was approved."""
    return Proposal(title=row["title"], kind=Kind(row["kind"]), councils=row["councils"])


def _feed(db: Connection, row: RowMapping) -> Feed | None:
    found: Any = select(feeds).where(feeds.c.id == row["feed_id"])
    kept = db.execute(found).mappings().first()
    return feed_of(kept) if kept else None
