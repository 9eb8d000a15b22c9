"""Single facts about the planet: the catalogue's version, and when the crawler last came by."""

import secrets

from sqlalchemy import Connection, insert, select, update

from index.schema import facts

VERSION = "version"
CRAWLED = "crawled"
DERIVED = "derived"  # what all posts were read by (`index.derived.mark`)
FOLLOWED = "followed"  # the list of blogs that the feeds are in line with


def fact(db: Connection, name: str) -> str:
    """Return what is written under `name`, or nothing."""
    return db.execute(select(facts.c.value).where(facts.c.name == name)).scalar() or ""


def keep_fact(db: Connection, name: str, value: str) -> None:
    """Write one fact down, over what stood there."""
    if not db.execute(update(facts).where(facts.c.name == name).values(value=value)).rowcount:
        db.execute(insert(facts).values(name=name, value=value))


def turn(db: Connection) -> None:
    """Give the catalogue a new version: something that pages show has changed."""
    keep_fact(db, VERSION, secrets.token_hex(6))
