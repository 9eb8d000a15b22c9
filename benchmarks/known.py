"""A hundred feeds due among ever more that are known: a pass should cost what is due.

The hundred are served on loopback and unchanged; the others are not due for a month, and
do not exist. Timed are the look for work in the store, a pass of the running crawler, and
`planet crawl` as a whole process, which also reads the list of blogs. Last comes what SQLite
reads of its tables to find what is due.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy import event, update

from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.loopback import serving
from benchmarks.planet import Planet
from benchmarks.programs import warm
from benchmarks.table import Line, told
from index.database import Database, open_database
from index.model import EPOCH, Feed
from index.schema import polls
from index.store import Store

DUE = 100
ROUNDS = 3
LATER = timedelta(days=30)


def measure(bench: Bench) -> Iterator[Line]:
    """Time passes over a hundred due feeds, at each number of known ones."""
    files = [corpus.feed(blog) for blog in corpus.blogs(bench.posts(DUE), 1)]
    plan: list[str] = []
    with serving(files) as server:
        for known in bench.scale.known:
            with TemporaryDirectory(prefix="planet-bench-") as home:
                planet = Planet(Path(home))
                _fill(planet, server.urls, known)
                passes = [_passed(planet) for _ in range(ROUNDS)]
                look, plan = _looked(planet)
            name = f"{known:,} known, {DUE} due"
            alone = median(tally["seconds"] for tally in passes)
            whole = median(tally["whole"] for tally in passes)
            yield told(f"{name}: a look for work", f"{look * 1000:.1f} ms")
            yield told(f"{name}: a pass, planet crawl", f"{alone:.2f} s, {whole:.2f} s")
    for step in plan:
        yield told("what the look reads", step)


def _fill(planet: Planet, urls: Sequence[str], known: int) -> None:
    """Make a store that knows so many feeds, the served ones among them, visited once."""
    strangers = (f"https://blog-{n}.example/feed" for n in range(known - len(urls)))
    feeds = [Feed(url=url, title=f"Blog {n}") for n, url in enumerate((*urls, *strangers))]
    planet.follow(feeds)
    warm(planet, urls)
    database = open_database(planet.database)
    Store(database).follow(feeds, datetime.now(UTC))
    _set_due(database, only=len(urls))
    database.close()
    planet.crawl()


def _passed(planet: Planet) -> dict[str, Any]:
    """Make a hundred feeds due, and return the tally of a crawl."""
    database = open_database(planet.database)
    _set_due(database, only=DUE)
    database.close()
    tally = planet.crawl()
    if tally["unchanged"] != DUE:
        raise RuntimeError(f"a pass went wrong: {tally}")
    return tally


def _set_due(database: Database, *, only: int) -> None:
    """Make the first feeds due, and only them."""
    now, theirs = datetime.now(UTC), polls.c.feed_id > only
    with database.write() as db:
        db.execute(update(polls).where(theirs).values(due=now + LATER))
        db.execute(update(polls).where(~theirs).values(due=now, not_before=EPOCH))


def _looked(planet: Planet) -> tuple[float, list[str]]:
    """Return the seconds that a look for work takes when a hundred are due, and its plan."""
    database = open_database(planet.database)
    _set_due(database, only=DUE)
    store, times = Store(database), []
    statements: list[tuple[str, Any]] = []
    for _ in range(ROUNDS):
        began = perf_counter()
        leases = store.lease(datetime.now(UTC), DUE)
        times.append(perf_counter() - began)
        store.release(leases)
    if len(leases) != DUE:
        raise RuntimeError(f"{len(leases)} feeds were due")
    event.listen(
        database.engine, "before_cursor_execute", lambda *said: statements.append(said[2:4])
    )
    store.lease(datetime.now(UTC), DUE)
    look, values = next(one for one in statements if one[0].lstrip().startswith("SELECT"))
    with database.read() as db:
        steps = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {look}", values).all()
    database.close()
    read = (str(step[-1]) for step in steps)
    return median(times), [step for step in read if step.startswith(("SCAN p", "SEARCH "))]
