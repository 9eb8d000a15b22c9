"""Suggestions as rows: what changes them, and which are to be looked at next.

All of it works within the caller's transaction.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, or_, select, update

from index import pending
from index.address import host, slot
from index.errors import NotFound, SubmissionError
from index.model import Kind
from index.reasons import reason_of
from index.schema import decisions, submissions
from index.submission import (
    EMAIL_KEPT,
    Found,
    Proposal,
    State,
    Submission,
    Taken,
    read_found,
)
from index.suggested import full, key

LEASE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
TRIES = 3  # of a look that breaks off

FREE: dict[str, Any] = {"leased_until": None, "lease": ""}


def choose(db: Connection, row: RowMapping, number: int, now: datetime) -> None:
    """Take the feed of that number, from 0, within the caller's transaction."""
    found = read_found(row["found"])
    if row["state"] != State.CHOOSING or not 0 <= number < len(found):
        raise SubmissionError("choice", "There is no such feed to choose.")
    if found[number].member:
        raise SubmissionError("choice", "That is another blog, which is suggested by itself.")
    change(db, row["id"], now, **verdict_row(pending.hold(db, found[number], said_in(row), now)))


def correct(db: Connection, row: RowMapping, said: Proposal, now: datetime) -> None:
    """Write down what a person says of a blog that waits, within the caller's transaction."""
    feed = pending.correct(db, row["feed_id"], said)
    if feed is not None:
        values = {"title": feed.title, "kind": feed.kind.value, "councils": feed.councils}
        change(db, row["id"], now, **values)


def note_decision(
    db: Connection,
    now: datetime,
    who: str,
    what: str,
    id: int | None,
    about: str,
    reason: str = "",
    note: str = "",
) -> None:
    """Write a line of the audit log, within the caller's transaction."""
    said = {"at": now, "who": who, "what": what, "about": about, "reason": reason, "note": note}
    db.execute(insert(decisions).values(said | {"submission_id": id}))


def submission_of(row: RowMapping) -> Submission:
    """Read a submission from its row."""
    names = [name for name in Submission.__dataclass_fields__ if name not in ("state", "found")]
    values = {name: row[name] for name in names}
    return Submission(state=State(row["state"]), found=read_found(row["found"]), **values)


def row_of(db: Connection, which: Any) -> RowMapping:
    """Return the row of a submission; raises NotFound."""
    row = db.execute(select(submissions).where(which)).mappings().first()
    if row is None:
        raise NotFound("There is no suggestion at this address.")
    return row


def change(db: Connection, id: int, now: datetime, **values: Any) -> None:
    """Write down what has changed about a submission."""
    db.execute(update(submissions).where(submissions.c.id == id).values(changed=now, **values))


def tell_others(db: Connection, feed_id: int | None, now: datetime, **values: Any) -> None:
    """Write down what has changed for those who suggested a feed after somebody else had."""
    same = (submissions.c.feed_id == feed_id, submissions.c.reason == "already-suggested")
    db.execute(update(submissions).where(*same).values(changed=now, **values))


def came_of(
    db: Connection,
    row: RowMapping,
    found: Sequence[Found],
    code: str,
    detail: str,
    now: datetime,
) -> dict[str, Any]:
    """Return what a look at a submission comes to."""
    if not found:
        failed = pending.Verdict(state=State.FAILED, reason=reason_of(code), detail=detail)
        return verdict_row(failed)
    whole = [one for one in found if not one.part] or found
    if len(whole) > 1 or whole[0].member:
        return verdict_row(pending.Verdict(state=State.CHOOSING))
    return verdict_row(pending.hold(db, whole[0], said_in(row), now))


def verdict_row(verdict: pending.Verdict) -> dict[str, Any]:
    """Write down what there is to say of a submission."""
    feed = verdict.feed
    said = {"state": verdict.state.value, "reason": verdict.reason, "detail": verdict.detail}
    if feed is None:
        return said | {"feed_id": None, "listed": verdict.listed}
    named = {"title": feed.title, "kind": feed.kind.value, "councils": feed.councils}
    return said | named | {"feed_id": feed.id, "listed": ""}


def new_row(address: str, said: Proposal, now: datetime, network: str = "") -> dict[str, Any]:
    """Return the row of a suggestion that nobody has looked at, and of whose network it is."""
    empty = dict.fromkeys(("reason", "detail", "question", "answer", "listed", "lease"), "")
    return empty | {
        "address": address,
        "key": key(address),
        "host": host(full(address)),
        "network": network,
        "state": State.LOOKING.value,
        "note": said.note,
        "email": said.email,
        "email_until": now + EMAIL_KEPT if said.email else None,
        "found": "[]",
        "title": said.title,
        "kind": said.kind.value if said.kind else "",
        "councils": said.councils or (),
        "approved": False,
        "looks": 0,
        "created": now,
        "changed": now,
    }


def said_in(row: RowMapping) -> Proposal:
    """Return what a person said of a blog before anybody had looked at it."""
    kind = Kind(row["kind"]) if row["kind"] else None
    return Proposal(title=row["title"], kind=kind, councils=row["councils"] or None)


def waiting(db: Connection) -> int:
    """Return how many submissions wait to be looked at."""
    looking = submissions.c.state == State.LOOKING.value
    return db.execute(select(func.count()).select_from(submissions).where(looking)).scalar_one()


def to_look_at(now: datetime) -> Select[Any]:
    """Select the submissions that nobody looks at now, the oldest first."""
    free = or_(submissions.c.leased_until.is_(None), submissions.c.leased_until <= now)
    looking = submissions.c.state == State.LOOKING.value
    return (
        select(submissions).where(looking, free).order_by(submissions.c.created, submissions.c.id)
    )


def under_way(db: Connection, now: datetime) -> set[str]:
    """Return the hosts, platforms and networks that somebody looks at now."""
    columns = (submissions.c.address, submissions.c.network)
    leased = db.execute(select(*columns).where(submissions.c.leased_until > now)).mappings()
    return {place for row in leased for place in places_of(row)}


def places_of(row: RowMapping) -> set[str]:
    """Return whose servers a look is at: the blog's own, and the network's that it belongs to."""
    return {slot(full(url)) for url in (row["address"], row["network"]) if url}


def looks_of(db: Connection, now: datetime) -> Counter[str]:
    """Return how often each host was looked at in the past hour; a member counts for its network.

    So the members of a network share an allowance, whatever their hosts are called.
    """
    columns = (submissions.c.host, submissions.c.network)
    rows = db.execute(select(*columns).where(submissions.c.looked > now - HOUR)).mappings()
    return Counter(place for row in rows for place in counted_at(row))


def counted_at(row: RowMapping) -> set[str]:
    """Return at which hosts a look counts."""
    return {row["host"], host(row["network"]).removeprefix("www.") or row["host"]}


def lease(db: Connection, row: RowMapping, now: datetime) -> Taken | None:
    """Take a submission to look at; None if looking at it broke off too often."""
    if row["looks"] >= TRIES:
        failed = pending.Verdict(state=State.FAILED, reason="fault")
        change(db, row["id"], now, **verdict_row(failed), **FREE)
        return None
    token = token_hex(8)
    held = {"leased_until": now + LEASE, "lease": token, "looked": now}
    change(db, row["id"], now, **held, looks=row["looks"] + 1)
    return Taken(id=row["id"], address=row["address"], lease=token)
