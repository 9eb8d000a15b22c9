"""Deciding on a move that the crawler proposed: accepted into the list, or forgotten.

The list decides. Accepting writes the new address into the blog's line, and then the list is
followed as after any edit: the line is known by the very proposal. A process killed between
the two leaves the rest to whoever follows the list next.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from index.address import normal
from index.database import Database
from index.edits import Alter, Which, find
from index.errors import NotFound, PlanetError
from index.facts import turn
from index.known import had
from index.model import Aim, Feed
from index.rewriting import read_list, rewrite
from index.rows import JOINED, feed_columns, feed_of
from index.schema import addresses, feeds, polls
from index.store import REVISIT


@dataclass(frozen=True, slots=True)
class Move:
    """A blog, every address it had, and where it seems to be now."""

    feed: Feed
    former: tuple[str, ...]
    to: str

    @property
    def which(self) -> Which:
        """The blog, as it may stand in the list."""
        return Which.of(self.feed.url, *self.former, self.to, site=self.feed.site)


class Moves:
    """What was proposed, and what people decide."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def proposed(self, slug: str) -> Move:
        """Return where a blog seems to be now; raises NotFound or PlanetError."""
        with self.database.read() as db:
            row = _row(db, slug)
            feed = feed_of(row, JOINED)
            return Move(feed, had(db, feed.id), row["moving_to"])

    def accept(self, slug: str, path: Path) -> Move:
        """Write a blog's new address into its line of the list; return the move.

        The list is then to be followed. Raises NotFound, PlanetError and OpmlError.
        """
        move = self.proposed(slug)
        self._free(move)
        if find(read_list(path), move.which) is None:
            raise NotFound(f"{move.feed.title} has no line in {path}. Add one with {move.to}.")
        rewrite(path, [Alter(which=move.which, url=move.to, guessed=False)])
        return move

    def refuse(self, slug: str, now: datetime) -> Move:
        """Forget that a blog seems to have moved; return what was proposed.

        A visit under way would bring the proposal back, so that it does not count.
        """
        move = self.proposed(slug)
        gone: dict[str, Any] = {
            "moving_to": "",
            "moving_why": "",
            "moving_since": None,
            "moving_seen": 0,
        }
        with self.database.write() as db:
            row = _row(db, slug)
            if row["leased_until"] is not None:
                gone |= {"leased_until": None, "token": "", "due": now + REVISIT}
            of_feed = polls.c.feed_id == move.feed.id
            db.execute(update(polls).where(of_feed).values(gone | {"aim": Aim.FEED.value}))
            turn(db)
        return move

    def _free(self, move: Move) -> None:
        """Raise PlanetError if a blog's new address is that of another one."""
        query = select(addresses.c.feed_id).where(addresses.c.address == normal(move.to))
        with self.database.read() as db:
            owner = db.execute(query).scalar()
        if owner not in (None, move.feed.id):
            raise PlanetError(
                f"{move.to} is the address of another blog that we know. Keep one of the two."
            )


def _row(db: Connection, slug: str) -> RowMapping:
    query = select(polls, *feed_columns()).join(feeds).where(feeds.c.slug == slug)
    row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"No blog is called {slug}: `planet feeds --json` tells their names.")
    if not row["moving_why"]:
        raise PlanetError(f"Nothing says that {row[JOINED + 'title']} has moved.")
    return row
