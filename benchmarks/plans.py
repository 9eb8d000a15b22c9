"""How SQLite reads the lists of pages: by which plans, and how much more of ten times the posts.

A page is made once, in an application that nobody has asked for anything. Every statement that
it reads the store with is then explained, and run again with its instructions counted: those
do not depend on the machine.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from api.app import create_app
from benchmarks.bench import Bench
from benchmarks.planet import Planet
from benchmarks.table import Line, at_most, told
from index.catalogue import Catalogue
from index.councils import councils
from index.database import open_database
from index.settings import read_settings

OF_POSTS = frozenset({"entries", "contents", "visits", "outbox"})  # tables that grow with posts
SORTED = "USE TEMP B-TREE FOR ORDER BY"  # all rows are read before the first is given
FLAT = 1.5
JUDGED = ("front page", "feed", "topic")  # the others tell how many posts each blog has
NONE = "no SCAN that grows with the catalogue"
EVERY = 10  # instructions between two counts


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement, the steps of its plan, and how many instructions it took."""

    statement: str
    steps: tuple[str, ...]
    instructions: int

    def growing(self) -> list[str]:
        """Return the scans that take longer the more posts there are.

        A walk along an index that a LIMIT ends is none, unless its rows are sorted first.
        """
        ended = " LIMIT " in " ".join(self.statement.split()) and SORTED not in self.steps
        return [
            step
            for step in self.steps
            if step.startswith("SCAN ")
            and step.split()[1] in OF_POSTS
            and not (ended and " USING " in step)
        ]


def measure(bench: Bench) -> Iterator[Line]:
    """Explain how each list is read, and compare it with the same among a tenth of the posts."""
    many, few = bench.stocked(), bench.stocked_small()
    scans: list[str] = []
    paths = zip(lists(many).items(), lists(few).values(), strict=True)
    for (name, path), other in paths:
        here, small = readings(many, path), readings(few, other)
        for step in dict.fromkeys(step for one in here for step in one.steps):
            if step.startswith(("SCAN", "SEARCH", "USE")):
                yield told(f"{name} ({path}) reads", step)
        scans += [step for one in here for step in one.growing()]
        more = "... instructions, ten times the posts"
        ratio = _ratio(here, small)
        yield at_most(more, ratio, FLAT) if name in JUDGED else told(more, f"{ratio:.2f}×")
    found = "; ".join(dict.fromkeys(scans)) or NONE
    yield Line(name="query plans of these lists", found=found, target=NONE, reached=not scans)


def lists(planet: Planet) -> dict[str, str]:
    """Return the lists that people and programs read most, and where they are."""
    database = open_database(planet.database)
    blog = Catalogue(database).listed()[0]
    database.close()
    return {
        "front page": "/",
        "feed": "/feed.atom",
        "topic": "/topics/forms",
        "councils": "/councils",
        "council": f"/councils/{list(councils())[1]}",
        "blogs": "/blogs",
        "blog": f"/blogs/{blog.slug}",
    }


def readings(planet: Planet, path: str) -> list[Reading]:
    """Return how the store is read for the first answer at a path."""
    asked: list[tuple[str, Sequence[Any]]] = []

    def note(*said: Any) -> None:
        asked.append(said[2:4])

    home = planet.home / "var"
    app = create_app(
        read_settings(home=home, database_url=planet.database, search_url=planet.index)
    )
    event.listen(Engine, "before_cursor_execute", note)
    try:
        with TestClient(app) as client:
            client.get(path).raise_for_status()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    with sqlite3.connect(home / "planet.db") as db:
        found = [_reading(db, *one) for one in asked if one[0].lstrip().startswith("SELECT")]
    db.close()
    return found


def _reading(db: sqlite3.Connection, statement: str, values: Sequence[Any]) -> Reading:
    steps = [str(row[-1]) for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", tuple(values))]
    counts: list[None] = []
    db.set_progress_handler(lambda: counts.append(None), EVERY)
    db.execute(statement, tuple(values)).fetchall()
    db.set_progress_handler(None, 0)
    return Reading(statement, tuple(steps), len(counts) * EVERY)


def _ratio(many: Sequence[Reading], few: Sequence[Reading]) -> float:
    most = sum(one.instructions for one in many)
    return most / max(EVERY, sum(one.instructions for one in few))
