"""What the commands share: the store to read from, the way dates are said, and `--json`."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from index.settings import Settings, read_settings

if TYPE_CHECKING:
    from index.catalogue import Catalogue

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@contextmanager
def opened() -> Iterator[tuple[Settings, "Catalogue"]]:
    """Give the settings, and the store as readers see it."""
    from index.catalogue import Catalogue
    from index.database import migrate, open_database

    settings = read_settings()
    migrate(settings.database)
    database = open_database(settings.database)
    try:
        yield settings, Catalogue(database)
    finally:
        database.close()


def posts_words(count: int) -> str:
    """Return a number of posts as "1 post", "4,812 posts"."""
    return f"{count:,} post{'' if count == 1 else 's'}"


def day_words(moment: datetime) -> str:
    """Return a day as "3 May 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def moment_words(moment: datetime | None) -> str:
    """Return a moment as "3 May 2026, 09:30 UTC", or nothing for none."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC" if moment else ""


def print_json(document: object) -> None:
    """Print one JSON document."""
    print(json.dumps(document, ensure_ascii=False, indent=2, default=_json))


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def operator() -> str:
    """Return the system's name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this number
        return "operator"
