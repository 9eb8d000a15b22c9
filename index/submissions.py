"""Suggested blogs, as the people who suggest them and the crawler deal with them.

Each method is one transaction. The web process writes no more than a row here; looking at
an address is the crawler's work, and deciding is a moderator's (`index.decisions`).
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from index import pending
from index.database import Database
from index.errors import SubmissionError
from index.members import AT_ONCE, Chosen, choose_members, chosen_of, known_of
from index.schema import submissions
from index.submission import (
    NOTE,
    Found,
    Proposal,
    State,
    Submission,
    Taken,
    digest,
    read_found,
    short,
    write_found,
)
from index.submitted import (
    FREE,
    came_of,
    change,
    choose,
    correct,
    counted_at,
    lease,
    looks_of,
    new_row,
    note_decision,
    places_of,
    row_of,
    submission_of,
    tell_others,
    to_look_at,
    under_way,
    verdict_row,
    waiting,
)
from index.suggested import key

LOOKS_AN_HOUR = 6  # at one host, however many people suggest its blogs
MEMBERS_AN_HOUR = AT_ONCE  # of one network, looked at one after another
QUEUE = 500  # submissions that wait to be looked at
KEPT = timedelta(days=30)  # what nobody chose, or what led nowhere

Clock = Callable[[], datetime]


class Submissions:
    """The suggestions in the store. Threads may share it."""

    def __init__(self, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.database = database
        self.clock = clock

    def submit(
        self, address: str, said: Proposal, who: str = "", network: str = ""
    ) -> tuple[str, int]:
        """Take a suggestion; return its token, which is kept nowhere, and its id.

        `address` was read by `read_address`, `network` is the front page that it was chosen
        from. Raises SubmissionError if too many wait.
        """
        now, token = self.clock(), secrets.token_urlsafe(16)
        with self.database.write() as db:
            if waiting(db) >= QUEUE:
                raise SubmissionError("full", "Many suggestions wait. Try again in an hour.")
            known = pending.known_address(db, key(address))
            row = new_row(address, said, now, network) | {"token": digest(token)}
            result = db.execute(
                insert(submissions).values(row | (verdict_row(known) if known else {}))
            )
            id = int((result.inserted_primary_key or (0,))[0])
            if who:
                note_decision(db, now, who, "add", id, address)
        return token, id

    def take(self, limit: int) -> list[Taken]:
        """Take up to `limit` submissions to look at, the oldest first and one of a host."""
        now = self.clock()
        taken: list[Taken | None] = []
        with self.database.write() as db:
            busy, looks = under_way(db, now), looks_of(db, now)
            for row in db.execute(to_look_at(now)).mappings():
                if len(taken) == limit:
                    break
                most = MEMBERS_AN_HOUR if row["network"] else LOOKS_AN_HOUR
                if busy & places_of(row) or max(looks[at] for at in counted_at(row)) >= most:
                    continue
                busy |= places_of(row)
                taken.append(lease(db, row, now))
        return [one for one in taken if one]

    def found(
        self, taken: Taken, found: Sequence[Found], code: str = "", detail: str = ""
    ) -> None:
        """Keep what a look found: feeds, or else why there is none."""
        with self.database.write() as db:
            held = (submissions.c.id == taken.id, submissions.c.lease == taken.lease)
            row = db.execute(select(submissions).where(*held)).mappings().first()
            if row is None or row["state"] != State.LOOKING:
                return
            values = came_of(db, row, found, code, detail, self.clock())
            change(db, row["id"], self.clock(), **values, found=write_found(found), **FREE)

    def choose(self, token: str, number: int) -> Submission:
        """Say which of the feeds that were found is the blog's; raises SubmissionError."""
        with self.database.write() as db:
            row = row_of(db, submissions.c.token == digest(token))
            choose(db, row, number, self.clock())
        return self.by_token(token)

    def choose_members(self, token: str, numbers: Iterable[int]) -> list[Chosen]:
        """Suggest blogs of a network by their numbers; return all that were; SubmissionError."""
        with self.database.write() as db:
            row = row_of(db, submissions.c.token == digest(token))
            choose_members(db, row, token, numbers, self.clock(), QUEUE)
        return self.chosen(token)

    def known(self, found: Sequence[Found]) -> dict[int, pending.Verdict]:
        """Return what there is to say already of blogs of a network, by their numbers."""
        with self.database.read() as db:
            return known_of(db, found)

    def chosen(self, token: str) -> list[Chosen]:
        """Return which blogs of a network were suggested by this suggestion of it."""
        with self.database.read() as db:
            row = row_of(db, submissions.c.token == digest(token))
            found = read_found(row["found"])
            members = any(one.member for one in found)
            return list(chosen_of(db, token, len(found))) if members else []

    def correct(self, token: str, said: Proposal) -> None:
        """Correct what we guessed of a blog that waits; raises SubmissionError."""
        with self.database.write() as db:
            row = row_of(db, submissions.c.token == digest(token))
            if row["state"] != State.WAITING or row["approved"]:
                raise SubmissionError("decided", "This can no longer be changed.")
            correct(db, row, said, self.clock())

    def answer(self, token: str, text: str) -> None:
        """Answer a moderator's question."""
        with self.database.write() as db:
            row = row_of(db, submissions.c.token == digest(token))
            change(db, row["id"], self.clock(), answer=short(text, NOTE))

    def withdraw(self, token: str) -> None:
        """Take a suggestion back; what was read for it and who suggested it are forgotten."""
        now = self.clock()
        with self.database.write() as db:
            row = row_of(db, submissions.c.token == digest(token))
            if row["state"] in (State.LISTED, State.REFUSED) or row["approved"]:
                raise SubmissionError("decided", "This was decided already.")
            again = {"state": State.LOOKING.value, "reason": "", "looks": 0}
            tell_others(db, row["feed_id"], now, **again)
            pending.forget(db, row["feed_id"])
            nobody = {"email": "", "note": "", "email_until": None, "feed_id": None}
            gone = {"state": State.REFUSED.value, "reason": "withdrawn", "found": "[]"}
            change(db, row["id"], now, **nobody, **gone, **FREE)
            note_decision(db, now, "submitter", "withdraw", row["id"], row["address"])

    def by_token(self, token: str) -> Submission:
        """Return the submission that a token opens; raises NotFound."""
        with self.database.read() as db:
            return submission_of(row_of(db, submissions.c.token == digest(token)))

    def by_id(self, id: int) -> Submission:
        """Return a submission; raises NotFound."""
        with self.database.read() as db:
            return submission_of(row_of(db, submissions.c.id == id))

    def all(self, state: State | None = None, limit: int = 1_000) -> list[Submission]:
        """Return the submissions in a state, or in any, the oldest first."""
        query = select(submissions).order_by(submissions.c.created, submissions.c.id)
        if state is not None:
            query = query.where(submissions.c.state == state.value)
        with self.database.read() as db:
            return [submission_of(row) for row in db.execute(query.limit(limit)).mappings()]

    def preview(self, submission: Submission) -> pending.Preview | None:
        """Return the blog as it would be listed, once a feed was chosen."""
        if submission.feed_id is None:
            return None
        with self.database.read() as db:
            return pending.preview(db, submission.feed_id)

    def release(self) -> None:
        """Give back what a crawler that died was looking at. For the only crawler."""
        with self.database.write() as db:
            db.execute(update(submissions).values(FREE))

    def tidy(self) -> None:
        """Delete e-mail addresses whose day has come, and suggestions that led nowhere."""
        now = self.clock()
        nowhere = [State.FAILED.value, State.CHOOSING.value]
        old = (submissions.c.state.in_(nowhere), submissions.c.changed <= now - KEPT)
        with self.database.write() as db:
            past = update(submissions).where(submissions.c.email_until <= now)
            db.execute(past.values(email="", email_until=None))
            db.execute(delete(submissions).where(*old))
