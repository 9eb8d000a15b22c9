"""Opening the database and migrating it: SQLite by default, any SQLAlchemy URL.

Only this module and the store's know that SQLAlchemy exists. `read` and `write` are
the only ways in; each is one transaction, and turns the library's errors into ours.
A commit reaches the operating system before it returns, so that a killed process
loses nothing; a power cut may lose the latest transactions, each of them whole, and
the next visits bring them back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, inspect, make_url

from index.errors import StoreBusy, StoreError, StoreFull

BUSY = 10  # seconds to wait for another process's transaction
MIGRATIONS = Path(__file__).parent / "migrations"
BATCH = 900  # values a statement may carry: SQLite's limit was 999 for long


class Database:
    """A database in use. Cheap to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(planet_write=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give one consistent view of the database."""
        with _wrapped(self.engine), self.engine.begin() as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give one transaction, alone in writing from its start, and commit it."""
        with _wrapped(self.engine), self._writer.begin() as db:
            yield db

    def damage(self) -> str:
        """Return what is wrong with the database file, or nothing."""
        if self.engine.dialect.name != "sqlite":
            return ""
        with self.read() as db:
            said = str(db.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return "" if said == "ok" else f"The database is damaged: {said}."

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at the SQLAlchemy URL `url`, which `migrate` has prepared.

    Raises StoreError if the URL cannot be used.
    """
    try:
        engine = create_engine(url)
    except (exc.ArgumentError, ImportError) as error:
        raise StoreError(
            f"PLANET_DATABASE_URL cannot be used: {error}. "
            "Give an address such as sqlite:///var/planet.db."
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    return Database(engine)


def migrate(url: str) -> None:
    """Bring the database at `url` to the present schema, creating it if need be.

    Run once, before the processes that use it start. Raises StoreError.
    """
    path = make_url(url).database if url.startswith("sqlite") else None
    if path:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder for {path} cannot be made: {error.strerror}. "
                "Set PLANET_HOME to a folder you may write to."
            ) from error
    database = open_database(url)
    try:
        _upgrade(database)
    finally:
        database.close()


def _upgrade(database: Database) -> None:
    if _revision(database) == _newest_revision():
        return
    # Alembic is wanted here alone, and takes half a second to import.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as db:
        config.attributes["connection"] = db
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                "The database was made by a newer version of this program. "
                "Update the program, or set PLANET_HOME to another folder."
            ) from error


def _revision(database: Database) -> str:
    """Return the schema that the database has, by Alembic's own table; empty if none."""
    with database.read() as db:
        if not inspect(db).has_table("alembic_version"):
            return ""
        return str(db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _newest_revision() -> str:
    """Return the schema that this program wants: the number of the last migration."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, in _begin
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # For each connection, of which a busy web process has fifteen: with 8 MB each it held 120.
    cursor.execute("PRAGMA cache_size = -2000")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that turns from reading to writing can fail at once, however long the
    # busy timeout: one that will write says so when it begins.
    write = connection.get_execution_options().get("planet_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _wrapped(engine: Engine) -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        raise _translated(str(error.orig), engine) from error


def _translated(message: str, engine: Engine) -> StoreError:
    place = engine.url.database or engine.url.render_as_string()
    if "database or disk is full" in message or "No space left" in message:
        return StoreFull(
            f"The disk that holds {place} is full. Nothing that was recorded is lost; "
            "free some space and the work goes on by itself."
        )
    if "locked" in message or "busy" in message:
        return StoreBusy(f"The database {place} is in use by another program: try again soon.")
    if "no such table" in message:
        return StoreError(
            f"The database {place} is empty: run `planet run` or `planet crawl` once."
        )
    if "unable to open" in message:
        return StoreError(
            f"The database {place} cannot be opened: "
            "check that the folder is there and that you may write to it."
        )
    if "malformed" in message or "not a database" in message:
        return StoreError(
            f"The database {place} is damaged: put back a copy of it, "
            "or move it away and let the planet fill a new one."
        )
    return StoreError(f"The database {place} could not be used: {message}.")
