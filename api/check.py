"""What `planet check` looks at, one finding after another. It changes nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.health import Health
from index.catalogue import Catalogue
from index.database import Database, migrate, open_database
from index.errors import PlanetError
from index.model import Health as FeedHealth
from index.opml import parse
from index.outbox import Outbox
from index.settings import Settings

ROOM = 200 * 1024 * 1024  # bytes: an index is rebuilt beside the old one


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, in a sentence."""

    well: bool
    sentence: str


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at the installation from the outside in."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_list, _folder, _kept, _named)
    for look in looks:
        try:
            yield from look(settings)
        except PlanetError as error:
            yield Finding(False, str(error))


def _list(settings: Settings) -> Iterator[Finding]:
    try:
        outlines = parse(settings.opml.read_bytes())
    except OSError as error:
        yield Finding(
            False, f"The list of blogs {settings.opml} cannot be read: {error.strerror}."
        )
        return
    yield Finding(
        bool(outlines.feeds), f"The list {settings.opml} names {len(outlines.feeds)} blogs."
    )
    for warning in outlines.warnings:
        yield Finding(False, f"{settings.opml}: {warning}")


def _folder(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.exists():
        yield Finding(True, f"The data folder {home} will be made by the first run.")
        return
    yield Finding(os.access(home, os.W_OK | os.X_OK), f"The data folder {home} can be written to.")
    free = shutil.disk_usage(home).free
    yield Finding(free > ROOM, f"{free // 1024**2:,} MB are free on its disk.")


def _kept(settings: Settings) -> Iterator[Finding]:
    if not settings.home.exists() and not settings.database_url:
        return
    migrate(settings.database)
    database = open_database(settings.database)
    try:
        yield from _store(database)
        health = Health(outbox=Outbox(database), search_url=settings.search)
        index = health.index()
        yield Finding(index.ready, f"Search: {index.message}")
    finally:
        database.close()


def _store(database: Database) -> Iterator[Finding]:
    problem = database.damage()
    yield Finding(not problem, problem or "The database is whole.")
    coverage = Catalogue(database).coverage()
    crawled = f"{coverage.crawled:%Y-%m-%d %H:%M} UTC" if coverage.crawled else "never"
    yield Finding(
        True, f"{coverage.posts} posts of {coverage.blogs} blogs; last visit to one: {crawled}."
    )
    blogs = Catalogue(database).blogs()
    failing = sum(blog.health is FeedHealth.FAILING for blog in blogs)
    yield Finding(
        failing * 2 <= len(blogs),
        f"{failing} of {len(blogs)} blogs cannot be read at the moment.",
    )


def _named(settings: Settings) -> Iterator[Finding]:
    yield Finding(
        bool(settings.contact),
        "PLANET_CONTACT tells the owners of blogs whom to ask."
        if settings.contact
        else "PLANET_CONTACT is not set: the owners of blogs cannot tell whom to ask.",
    )
