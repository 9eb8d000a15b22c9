"""The feeds that the store knows, and which of them a line of a list means."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from index.address import normal
from index.model import Feed
from index.rows import feed_of
from index.schema import addresses, feeds, polls


def had(db: Connection, feed_id: int) -> tuple[str, ...]:
    """Return every address that a feed has or had, within the caller's transaction."""
    query = select(addresses.c.address).where(addresses.c.feed_id == feed_id)
    return tuple(db.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class Known:
    """The feeds of the store, and the ways in which a line may name one."""

    feeds: dict[int, Feed]
    addresses: dict[str, int]
    sites: dict[str, list[int]] = field(default_factory=dict)
    proposed: dict[str, int] = field(default_factory=dict)  # where feeds may have moved to
    named: set[int] = field(default_factory=set)  # by some line's address

    @classmethod
    def read(cls, db: Connection) -> "Known":
        """Read them all."""
        rows = db.execute(select(feeds).order_by(feeds.c.id)).mappings()
        known = cls(
            {row["id"]: feed_of(row) for row in rows},
            {row.address: row.feed_id for row in db.execute(select(addresses))},
        )
        for feed in known.feeds.values():
            if feed.site:
                known.sites.setdefault(normal(feed.site), []).append(feed.id)
        moving = select(polls.c.feed_id, polls.c.moving_to).where(polls.c.moving_why != "")
        known.proposed.update((normal(row.moving_to), row.feed_id) for row in db.execute(moving))
        return known

    def at(self, outline: Feed) -> Feed | None:
        """Return the feed that has or had the address of `outline`, or may have moved there."""
        address = normal(outline.url) if outline.url else ""
        found = self.addresses.get(address, self.proposed.get(address))
        return None if found is None else self.feeds[found]

    def moves(self, outline: Feed, feed: Feed) -> bool:
        """Whether a line of that feed says that it is elsewhere than we thought."""
        address = normal(outline.url)
        known = self.addresses.get(address) == feed.id and self.proposed.get(address) != feed.id
        return bool(outline.url) and not known

    def heed(self, outlines: Sequence[Feed]) -> None:
        """Note which feeds the lines name by address: no other line may have one of those."""
        found = (self.addresses.get(normal(one.url)) for one in outlines if one.url)
        self.named.update(i for i in found if i is not None)

    def find(self, outline: Feed, matched: dict[int, Feed]) -> Feed | None:
        """Return the feed that `outline` names, if no earlier line named it."""
        by_address = self.addresses.get(normal(outline.url)) if outline.url else None
        if by_address is not None:
            return self.feeds[by_address] if by_address not in matched else None
        proposed = self.proposed.get(normal(outline.url)) if outline.url else None
        if proposed is not None and proposed not in matched and proposed not in self.named:
            return self.feeds[proposed]
        at_home = self.sites.get(normal(outline.site), []) if outline.site else []
        free = [i for i in at_home if i not in matched and i not in self.named]
        return self.feeds[free[0]] if len(free) == 1 else None
