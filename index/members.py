"""The blogs of a network that somebody suggested, each of which becomes a suggestion of its own.

So each is looked at, shown and decided on like any other, by the same limits, and has in the
end its own line in the list. All of it works within the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, func, insert, select

from index import pending
from index.errors import SubmissionError
from index.schema import submissions
from index.submission import Found, State, digest, member_token, read_found
from index.submitted import change, new_row, said_in, verdict_row, waiting
from index.suggested import key

AT_ONCE = 20  # members that are chosen at once, and in an hour
EVERYBODY = 100  # members that are chosen in an hour, of whatever networks
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A member of a network that was suggested: its number, its token and how far it has come."""

    number: int
    token: str
    state: State
    reason: str = ""


def choose_members(
    db: Connection, row: RowMapping, token: str, numbers: Iterable[int], now: datetime, room: int
) -> None:
    """Suggest members by their numbers, from 0; those that were chosen already are left alone.

    `token` opens the suggestion of the network, `room` is how many more may wait to be looked at.
    Raises SubmissionError with one plain sentence, and suggests none then.
    """
    found = read_found(row["found"])
    wanted = sorted(set(numbers))
    if not wanted:
        raise SubmissionError("choice", "Tick the blogs that you want to suggest.")
    if row["state"] != State.CHOOSING or any(
        not 0 <= n < len(found) or not found[n].member for n in wanted
    ):
        raise SubmissionError("choice", "There is no such blog to choose.")
    known = chosen_of(db, token, len(found))
    new = [n for n in wanted if n not in {one.number for one in known}]
    if len(new) + _lately(db, now, [one.token for one in known]) > AT_ONCE:
        raise SubmissionError("choice", f"Choose {AT_ONCE} at the most now, and more in an hour.")
    if waiting(db) + len(new) > room or len(new) + _lately(db, now) > EVERYBODY:
        raise SubmissionError("full", "Many suggestions wait. Try again in an hour.")
    said = replace(said_in(row), title="", note=row["note"], email=row["email"])
    verdicts = known_of(db, found)
    for number in new:
        one, verdict = found[number], verdicts.get(number)
        values = new_row(one.url, said, now, one.site or row["address"])
        values["token"] = digest(member_token(token, number))
        db.execute(insert(submissions).values(values | (verdict_row(verdict) if verdict else {})))
    if new:  # so long as there is something to choose, the page that links to them is kept
        change(db, row["id"], now)


def known_of(db: Connection, found: Sequence[Found]) -> dict[int, pending.Verdict]:
    """Return what to say at once of the members that we know, by number: listed, or refused.

    The feed of a blog made with WordPress is known by its place, whatever its home is called.
    """
    keys = {n: key(one.url) for n, one in enumerate(found) if one.member}
    known = pending.known_addresses(db, [k for at in keys.values() for k in (at, f"{at}/feed")])
    verdicts = {n: known.get(at) or known.get(f"{at}/feed") for n, at in keys.items()}
    return {n: verdict for n, verdict in verdicts.items() if verdict}


def chosen_of(db: Connection, token: str, count: int) -> Sequence[Chosen]:
    """Return which of a network's first `count` finds were suggested, in their order."""
    tokens = {digest(member_token(token, n)): n for n in range(count)}
    columns = (submissions.c.token, submissions.c.state, submissions.c.reason)
    rows = db.execute(select(*columns).where(submissions.c.token.in_(tokens))).all()
    every = [(tokens[row.token], row) for row in rows]
    return [
        Chosen(n, member_token(token, n), State(row.state), row.reason)
        for n, row in sorted(every, key=lambda one: one[0])
    ]


def _lately(db: Connection, now: datetime, tokens: Sequence[str] | None = None) -> int:
    """Return how many members were suggested in the past hour: of these, or of all there are."""
    which = [submissions.c.network != "", submissions.c.created > now - HOUR]
    if tokens is not None:
        which.append(submissions.c.token.in_([digest(token) for token in tokens]))
    return db.execute(select(func.count()).select_from(submissions).where(*which)).scalar_one()
