"""Who may decide what is listed: their accounts, and the browsers they are signed in with.

    planet moderators add NAME ─► an account          (nobody can make one over the web)
    name and password ─► sign_in ─► token, in a cookie ─► Session, until it ends or is revoked

A password is kept as an argon2id hash (RFC 9106), a token as a digest: whoever reads the
database can sign in as nobody. A name that is unknown takes as long as a wrong password.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from index.database import Database
from index.errors import ModeratorError, NotFound
from index.schema import moderators, sessions

SHORTEST, LONGEST = 12, 1_000  # characters of a password
IDLE = timedelta(days=7)  # a session ends when it was not used for so long
LASTING = timedelta(days=30)  # ... and at the latest
NOTED = timedelta(minutes=5)  # how exactly the last use is known: not a write for each page
MOST = 20  # sessions of one moderator: of more, the oldest end
BROWSER = 200  # characters of a User-Agent

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_ONE = Lock()  # a hash takes 64 MiB: one at a time, however many people try


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A person who may decide, and in how many browsers they are signed in."""

    name: str
    created: datetime
    sessions: int = 0
    seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that a moderator is signed in with. `key` names it to its owner alone.

    `form` is what its forms carry: a page elsewhere cannot know it.
    """

    name: str
    key: str
    form: str
    created: datetime
    seen: datetime
    browser: str = ""


class Moderators:
    """The accounts in the store. Threads may share it."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str, password: str) -> None:
        """Make an account; raises ModeratorError."""
        row = {
            "name": _checked_name(name),
            "password": _hashed(password),
            "created": self._clock(),
        }
        with self._database.write() as db:
            if db.execute(select(moderators.c.id).where(_named(name))).first():
                raise ModeratorError(f"There is a moderator called {name} already.")
            db.execute(insert(moderators).values(row))

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, and end all its sessions; raises NotFound."""
        hashed = _hashed(password)
        with self._database.write() as db:
            id = _id_of(db, name)
            db.execute(update(moderators).where(_named(name)).values(password=hashed))
            db.execute(delete(sessions).where(sessions.c.moderator_id == id))

    def remove(self, name: str) -> None:
        """Delete an account and its sessions; what it decided stays. Raises NotFound."""
        with self._database.write() as db:
            _id_of(db, name)
            db.execute(delete(moderators).where(_named(name)))

    def all(self) -> list[Moderator]:
        """Return the accounts, by name."""
        held = func.count(sessions.c.token)
        query = (
            select(moderators, held.label("held"), func.max(sessions.c.seen).label("seen"))
            .select_from(moderators.outerjoin(sessions))
            .group_by(moderators.c.id)
            .order_by(moderators.c.name)
        )
        with self._database.read() as db:
            rows = db.execute(query).all()
        return [
            Moderator(name=row.name, created=row.created, sessions=row.held, seen=row.seen)
            for row in rows
        ]

    def sign_in(self, name: str, password: str, browser: str = "") -> str:
        """Return the token of a new session, which is kept nowhere; raises ModeratorError."""
        with self._database.read() as db:
            row = db.execute(select(moderators).where(_named(name))).first()
        if not _verified(row.password if row else _nobody(), password) or row is None:
            raise ModeratorError("The name or the password is wrong.")
        token, now = secrets.token_urlsafe(32), self._clock()
        held = {"token": _digest(token), "moderator_id": row.id, "created": now, "seen": now}
        with self._database.write() as db:
            db.execute(delete(sessions).where(_ended(now)))
            db.execute(insert(sessions).values(**held, browser=browser[:BROWSER]))
            _shed(db, row.id)
        return token

    def session(self, token: str) -> Session | None:
        """Return the session that a token opens, if it lasts; note at times that it is used."""
        now, held = self._clock(), sessions.c.token == _digest(token)
        query = select(sessions, moderators.c.name).join(moderators).where(held, ~_ended(now))
        with self._database.read() as db:
            row = db.execute(query).mappings().first()
        if row is None:
            return None
        if now - row["seen"] > NOTED:
            with self._database.write() as db:
                db.execute(update(sessions).where(held).values(seen=now))
        return _session(row, _digest(f"form {token}"))

    def sessions(self, name: str) -> list[Session]:
        """Return the sessions of a moderator, the one used last at the top."""
        query = (
            select(sessions, moderators.c.name)
            .join(moderators)
            .where(_named(name), ~_ended(self._clock()))
            .order_by(sessions.c.seen.desc(), sessions.c.token)
        )
        with self._database.read() as db:
            return [_session(row) for row in db.execute(query).mappings()]

    def queue_key(self, name: str) -> str:
        """Return what opens a moderator's queue feed, until their password changes."""
        with self._database.read() as db:
            hashed = db.execute(select(moderators.c.password).where(_named(name))).scalar()
        return _digest(f"queue {hashed}")[:43] if hashed else ""

    def opens_queue(self, key: str) -> bool:
        """Tell whether a key opens the queue feed of anybody."""
        held = [self.queue_key(one.name).encode() for one in self.all()]
        said = key.encode("utf-8", "replace")
        return sum(compare_digest(one, said) for one in held) > 0  # all of them, in any case

    def sign_out(self, name: str, key: str = "") -> int:
        """End a moderator's session with this key, or all of them; return how many ended."""
        with self._database.write() as db:
            ended = delete(sessions).where(sessions.c.moderator_id == _id_of(db, name))
            if key:
                ended = ended.where(sessions.c.token.startswith(key, autoescape=True))
            return int(db.execute(ended).rowcount)


def _session(row: RowMapping, form: str = "") -> Session:
    return Session(
        name=row["name"],
        key=row["token"][:16],
        form=form,
        created=row["created"],
        seen=row["seen"],
        browser=row["browser"],
    )


def _named(name: str) -> ColumnElement[bool]:
    return moderators.c.name == name.strip().casefold()


def _ended(now: datetime) -> ColumnElement[bool]:
    return or_(sessions.c.created <= now - LASTING, sessions.c.seen <= now - IDLE)


def _id_of(db: Connection, name: str) -> int:
    found = db.execute(select(moderators.c.id).where(_named(name))).scalar()
    if found is None:
        raise NotFound(f"There is no moderator called {name}.")
    return int(found)


def _shed(db: Connection, id: int) -> None:
    """End the sessions that are too many."""
    own = sessions.c.moderator_id == id
    newest = select(sessions.c.token).where(own)
    newest = newest.order_by(sessions.c.created.desc(), sessions.c.token).limit(MOST)
    db.execute(delete(sessions).where(own, sessions.c.token.not_in(newest)))


def _checked_name(name: str) -> str:
    said = name.strip().casefold()
    if not _NAME.fullmatch(said):
        raise ModeratorError(
            "A moderator's name is up to 40 letters a to z, digits, dots, dashes and "
            "underscores, such as anna.smith."
        )
    return said


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def _hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise ModeratorError(f"A password has {SHORTEST} characters or more. A sentence is best.")
    with _ONE:
        return _hasher().hash(password)


def _verified(hashed: str, password: str) -> bool:
    try:
        with _ONE:
            return _hasher().verify(hashed, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """Return a hash that no password has."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
