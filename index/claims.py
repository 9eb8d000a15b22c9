"""Claims in the store: made on the site, looked into by the crawler.

Each method is one transaction. The web process writes that a look is wanted, and opens no
connection; what the owner of a blog may then do is in `index.owners`.
"""

import secrets
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from index.address import host
from index.claim import EMAIL_KEPT, KEPT, Claim, ClaimState, Seen, Sought, feed_key
from index.database import Database
from index.errors import NotFound, SubmissionError
from index.outbox import LISTED
from index.rows import JOINED, feed_columns, feed_of
from index.schema import claims, feeds, polls
from index.submission import digest
from index.submitted import note_decision

OWNER = "the owner"  # in the log
QUEUE, OF_A_BLOG = 500, 20  # claims not proved: in all, and of one blog
EACH, AT_A_HOST = 4, 6  # looks an hour: for one claim, and at one host for all
HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=5)
FREE: dict[str, Any] = {"leased_until": None, "lease": ""}

Clock = Callable[[], datetime]
_PLAIN = ("id", "code", "how", "reason", "detail", "email", "email_until", "created", "changed")


class Claims:
    """The claims in the store. Threads may share it."""

    def __init__(self, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.database = database
        self.clock = clock

    def claim(self, slug: str, email: str = "") -> str:
        """Take somebody's word that a listed blog is theirs; return a token, kept nowhere.

        Raises NotFound, and SubmissionError if too many wait to be proved.
        """
        now, token = self.clock(), secrets.token_urlsafe(16)
        with self.database.write() as db:
            listed = (feeds.c.slug == slug, feeds.c.status.in_(LISTED))
            row = db.execute(select(feeds).where(*listed)).mappings().first()
            if row is None:
                raise NotFound("There is no blog at this address.")
            of_blog = claims.c.feed_id == row["id"]
            if _unproved(db) >= QUEUE or _unproved(db, of_blog) >= OF_A_BLOG:
                raise SubmissionError("full", "Many people claim blogs just now. Try tomorrow.")
            where = host(row["site"] or row["url"])
            new = _new_row(row["id"], where, email, now)
            secret = {"token": digest(token), "key": digest(feed_key(token))}
            db.execute(insert(claims).values(new | secret))
        return token

    def by_token(self, token: str) -> Claim:
        """Return the claim that a token opens, while its blog is listed; raises NotFound."""
        with self.database.read() as db:
            return claim_of(db, claims.c.token == digest(token))

    def by_feed_key(self, key: str) -> Claim:
        """Return the proved claim whose feed has that secret; raises NotFound."""
        proved = claims.c.state == ClaimState.PROVED.value
        with self.database.read() as db:
            return claim_of(db, and_(claims.c.key == digest(key), proved))

    def look(self, token: str) -> None:
        """Want the crawler to look for the code; raises NotFound."""
        with self.database.write() as db:
            claim = claim_of(db, claims.c.token == digest(token))
            if claim.state in (ClaimState.WAITING, ClaimState.FAILED):
                wanted = {"state": ClaimState.LOOKING.value, "reason": "", "detail": ""}
                change(db, claim.id, **wanted, changed=self.clock())

    def take(self, limit: int) -> list[Sought]:
        """Take up to `limit` claims to look into, who waits longest first and one of a host."""
        now = self.clock()
        with self.database.read() as db:  # nobody waits, nearly always
            if db.execute(_to_look_into(now).limit(1)).first() is None:
                return []
        taken: list[Sought] = []
        with self.database.write() as db:
            busy, looks = _under_way(db, now), _looks(db, now)
            for row in db.execute(_to_look_into(now)).mappings():
                if len(taken) == limit:
                    break
                if row["host"] in busy or looks[row["host"]] >= AT_A_HOST:
                    continue
                if _within(row, now) and row["looks"] >= EACH:
                    continue
                busy.add(row["host"])
                taken.append(_lease(db, row, now))
        return taken

    def came_of(self, sought: Sought, seen: Seen) -> None:
        """Keep what a look brought, if its lease still holds."""
        now = self.clock()
        state = ClaimState.PROVED if seen.how else ClaimState.FAILED
        said = {"state": state.value, "how": seen.how or "", "reason": seen.reason}
        with self.database.write() as db:
            held = (claims.c.id == sought.id, claims.c.lease == sought.lease)
            row = db.execute(select(claims).where(*held)).mappings().first()
            if row is None:
                return
            change(db, sought.id, **said, detail=seen.detail, changed=now, **FREE)
            if seen.how:
                until = now + EMAIL_KEPT if row["email"] else None
                change(db, sought.id, email_until=until)
                claim = claim_of(db, claims.c.id == sought.id)
                note_decision(db, now, OWNER, "prove", None, claim.feed.title, note=seen.how)

    def release(self) -> None:
        """Give back what a crawler that died was looking into. For the only crawler."""
        with self.database.write() as db:
            db.execute(update(claims).where(claims.c.lease != "").values(FREE))

    def tidy(self) -> None:
        """Forget claims that nobody proved, and e-mail addresses whose day has come."""
        now = self.clock()
        unproved = claims.c.state != ClaimState.PROVED.value
        with self.database.write() as db:
            db.execute(delete(claims).where(unproved, claims.c.created <= now - KEPT))
            past = update(claims).where(claims.c.email_until <= now)
            db.execute(past.values(email="", email_until=None))


def claim_of(db: Connection, which: ColumnElement[bool]) -> Claim:
    """Return a claim of a listed blog, within the caller's transaction; raises NotFound."""
    query = select(claims, *feed_columns()).join(feeds)
    row = db.execute(query.where(which, feeds.c.status.in_(LISTED))).mappings().first()
    if row is None:
        raise NotFound("There is no page of an owner at this address.")
    values = {name: row[name] for name in _PLAIN}
    return Claim(feed=feed_of(row, JOINED), state=ClaimState(row["state"]), **values)


def change(db: Connection, id: int, **values: Any) -> None:
    """Write down what has changed about a claim, within the caller's transaction."""
    db.execute(update(claims).where(claims.c.id == id).values(values))


def _new_row(feed_id: int, where: str, email: str, now: datetime) -> dict[str, Any]:
    return {
        "feed_id": feed_id,
        "code": f"planet{secrets.token_hex(8)}",  # nothing that software for blogs would alter
        "state": ClaimState.WAITING.value,
        **dict.fromkeys(("how", "reason", "detail", "lease"), ""),
        "email": email,
        "email_until": now + KEPT if email else None,
        "host": where,
        "looks": 0,
        "created": now,
        "changed": now,
    }


def _unproved(db: Connection, *which: ColumnElement[bool]) -> int:
    unproved = claims.c.state != ClaimState.PROVED.value
    query = select(func.count()).select_from(claims).where(unproved, *which)
    return db.execute(query).scalar_one()


def _to_look_into(now: datetime) -> Select[Any]:
    """Select the claims that nobody looks into now, who waits longest first.

    A server's wish to be left alone (Retry-After) stands, whoever asks (rule 13).
    """
    free = or_(claims.c.leased_until.is_(None), claims.c.leased_until <= now)
    looking = claims.c.state == ClaimState.LOOKING.value
    joined = claims.join(feeds).join(polls, polls.c.feed_id == feeds.c.id)
    query = select(claims, feeds.c.site, feeds.c.url).select_from(joined)
    welcome = (feeds.c.status.in_(LISTED), polls.c.not_before <= now)
    return query.where(looking, free, *welcome).order_by(claims.c.changed, claims.c.id)


def _under_way(db: Connection, now: datetime) -> set[str]:
    query = select(claims.c.host).where(claims.c.leased_until > now)
    return set(db.execute(query).scalars())


def _looks(db: Connection, now: datetime) -> Counter[str]:
    """Return how often each host was looked at in the hours that are under way."""
    query = select(claims.c.host, func.sum(claims.c.looks)).where(claims.c.since > now - HOUR)
    return Counter({row[0]: int(row[1]) for row in db.execute(query.group_by(claims.c.host))})


def _within(row: RowMapping, now: datetime) -> bool:
    """Whether the hour that a claim's looks are counted in is under way."""
    return row["since"] is not None and row["since"] > now - HOUR


def _lease(db: Connection, row: RowMapping, now: datetime) -> Sought:
    again = _within(row, now)
    counted = {"since": row["since"] if again else now, "looks": 1 + again * row["looks"]}
    token = secrets.token_hex(8)
    change(db, row["id"], **counted, leased_until=now + LEASE, lease=token)
    return Sought(id=row["id"], code=row["code"], site=row["site"], url=row["url"], lease=token)
