"""Searches over HTTP, of a running planet with very many posts: how quick, how many, how large.

The web process is held to one core and the load to the other. Every query is asked once,
since the answer to a second would be the one kept from the first.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from time import monotonic, perf_counter, sleep
from urllib.error import URLError
from urllib.parse import quote_plus

import psutil

from benchmarks.bench import Bench
from benchmarks.planet import Planet
from benchmarks.recombined import recombined
from benchmarks.running import Memory, Running, running
from benchmarks.search import TEXTS, ms, p95
from benchmarks.stocked import record
from benchmarks.table import Line, at_most, told
from index.database import open_database
from index.finding import Document
from index.outbox import Outbox
from index.refresh import refresh
from index.search import open_search
from index.store import Store

RATE, LASTS = 20, 30  # requests a second, and for how many seconds
CROWD = 200  # searchers at once
NEW = 50  # posts that a refresh brings
WEB = 200.0  # MB resident


def measure(bench: Bench) -> Iterator[Line]:
    """Search a running planet steadily, then in a crowd; then let new posts come."""
    planet = replace(bench.stocked(), search_rate=0)
    asked = _queries(Random(1))
    with running(planet) as run, core_each(run):
        for _ in range(20):
            run.get(next(asked))
        steady = _steadily(run, asked, bench.scale.lasts)
        yield told(f"/api/search at {RATE} a second: median, 95th percentile", ms(steady))
        yield at_most("/api/search, 95th percentile", p95(steady) * 1000, 30, " ms")
        answered, failed = _crowded(run, asked, bench.scale.crowded)
        yield at_most(f"{CROWD} searchers for {bench.scale.crowded} s: errors", failed, 0, "")
        yield told("... answers a second", f"{answered / bench.scale.crowded:.0f}")
        held = Memory.of(web_process(run))
        yield at_most("web process after that, resident", held.resident, WEB, " MB")
    yield from _refreshed(bench, planet)
    yield from _sizes(planet)


def _queries(random: Random) -> Iterator[str]:
    """Give the addresses of searches, none of them twice."""
    words = sorted({word.strip('"-') for text in TEXTS for word in text.split()})
    number = 0
    while True:
        number += 1
        text = f"{random.choice(TEXTS)} {random.choice(words)}"
        if number % 3:
            text = " ".join(random.sample(words, 2))
        since = f"{1990 + number % 15}-01-{number % 28 + 1:02}"  # all posts, said otherwise
        yield f"/api/search?q={quote_plus(text)}&after={since}"


def _steadily(run: Running, asked: Iterator[str], lasts: int) -> list[float]:
    """Return the seconds of each answer, counted from when it was due to be asked for."""
    times: list[float] = []
    began = perf_counter()

    def ask(path: str, due: float) -> None:
        run.get(path)
        times.append(perf_counter() - due)

    with ThreadPoolExecutor(40) as pool:
        for number in range(RATE * lasts):
            due = began + number / RATE
            sleep(max(0.0, due - perf_counter()))
            pool.submit(ask, next(asked), due)
    if len(times) != RATE * lasts:
        raise RuntimeError("searches failed")
    return times


def _crowded(run: Running, asked: Iterator[str], lasts: int) -> tuple[int, int]:
    """Return how many searches were answered, and how many failed, with all asking at once."""
    end, lock = monotonic() + lasts, threading.Lock()

    def search(_: int) -> tuple[int, int]:
        answered = failed = 0
        while monotonic() < end:
            with lock:
                path = next(asked)
            try:
                run.get(path)
                answered += 1
            except (URLError, OSError):
                failed += 1
        return answered, failed

    with ThreadPoolExecutor(CROWD) as pool:
        counts = list(pool.map(search, range(CROWD)))
    return sum(a for a, _ in counts), sum(f for _, f in counts)


def _refreshed(bench: Bench, planet: Planet) -> Iterator[Line]:
    """Tell how long new posts take from the store to a reader, here and in a tenth of it."""
    small = bench.stocked_small()
    new = _new(bench)
    few, many = (_until_found(one, new) for one in (small, planet))
    yield at_most(f"{NEW} new posts, from the store to a reader", many, 2, " s")
    yield at_most("... / the same with a tenth of the posts", many / few, 2)


def _new(bench: Bench) -> list[Document]:
    # Another title and day: else they would be taken for known posts under new ids (rule 27).
    made = islice(recombined(NEW, bench.posts_folder), NEW)
    return [
        replace(
            post,
            id=f"new-{post.id}",
            title=f"{post.title}, once more",
            sort_at=post.sort_at + timedelta(days=1),
        )
        for post in made
    ]


def _until_found(planet: Planet, posts: Sequence[Document]) -> float:
    database = open_database(planet.database)
    store, now = Store(database), datetime.now(UTC) + timedelta(days=60)
    by_feed: dict[str, list[Document]] = {}
    for post in posts:
        by_feed.setdefault(f"https://{post.slug}.example/feed", []).append(post)
    record(store, by_feed, now)
    reader = open_search(planet.index)
    before = reader.count()
    began = perf_counter()
    refresh(Outbox(database), planet.index)
    if reader.count() != before + len(posts):
        raise RuntimeError("the new posts are not there")
    took = perf_counter() - began
    database.close()
    return took


def _sizes(planet: Planet) -> Iterator[Line]:
    database = open_database(planet.database)
    with database.read() as db:
        text = db.exec_driver_sql("SELECT sum(length(CAST(text AS BLOB))) FROM contents").scalar()
    database.close()
    folder = Path(planet.index.partition("://")[2])
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    yield at_most("index on disk / text", size / int(text or 1), 1)


def web_process(run: Running) -> psutil.Process:
    """Return the process that answers readers."""
    children = psutil.Process(run.process.pid).children()
    return next(child for child in children if "web" in child.cmdline())


@contextmanager
def core_each(run: Running) -> Iterator[list[int]]:
    """Hold the web process to one core, which is given, and ourselves to the others, if any."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        yield cores
        return
    hold(web_process(run), cores[:1])
    os.sched_setaffinity(0, cores[1:])
    try:
        yield cores[:1]
    finally:
        os.sched_setaffinity(0, cores)


def hold(process: psutil.Process, cores: Sequence[int]) -> None:
    """Hold a process to these cores, with every thread that it has already."""
    for thread in process.threads():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(thread.id, cores)
