"""The first page at fifty requests a second: while nothing else goes on, and beside a crawl.

The crawler is that of the same `planet run`: its feeds are on a loopback server and are made
due again as soon as all were visited, and each visit brings a new post. The web process has one
core and the load the other; the crawler has first any core, then that of the web process alone,
as on a machine that has only one. It is all done in a copy of the installation.
"""

import multiprocessing
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import psutil
from sqlalchemy import update

from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.load import request
from benchmarks.loopback import Loopback, Served, serving
from benchmarks.planet import Planet
from benchmarks.programs import warm
from benchmarks.running import Running, running
from benchmarks.search import ms, p95
from benchmarks.searching import core_each, hold
from benchmarks.steady import steady
from benchmarks.stocked import LATER
from benchmarks.table import Line, at_most, told
from index.database import open_database
from index.model import Feed
from index.opml import parse
from index.outbox import Outbox
from index.schema import polls
from index.store import Store

RATE = 50  # requests a second
POSTS = 20  # in a feed
RISE = 2.0
LOOPBACK = "http://127."
PAUSE = 0.1  # seconds between two looks at whether all were visited


@dataclass(frozen=True, slots=True)
class Site:
    """A planet whose crawler can be kept busy."""

    planet: Planet
    server: Loopback
    files: Sequence[Served]


def measure(bench: Bench) -> Iterator[Line]:
    """Ask for the first page steadily, in quiet and beside a crawl."""
    lasts = bench.scale.lasts
    with _site(bench) as site, running(site.planet) as run, core_each(run) as cores:
        quiet = steady(run.base, request("/"), RATE, lasts)
        yield told(f"/ at {RATE} a second, no crawl: median, 95th percentile", ms(quiet))
        places = {"on any core": sorted(psutil.Process(run.process.pid).cpu_affinity() or cores)}
        if len(places["on any core"]) > 1:
            places["on the core of the web process"] = cores
        with _crawling(site):
            for where, chosen in places.items():
                _hold_crawler(run, chosen)
                before = _stored(site.planet)
                times = steady(run.base, request("/"), RATE, lasts)
                visits = (_stored(site.planet) - before) / lasts
                name = f"... beside a crawl {where}, {visits:,.0f} new posts a second"
                yield told(f"{name}: median, 95th percentile", ms(times))
                yield at_most(
                    "..., 95th percentile / without a crawl", p95(times) / p95(quiet), RISE
                )


@contextmanager
def _site(bench: Bench) -> Iterator[Site]:
    """Give a copy of the installation that follows feeds on loopback as well; none is due."""
    blogs = corpus.blogs(bench.posts(bench.scale.feeds * POSTS), POSTS)
    files = [corpus.feed(blog) for blog in blogs]
    old = bench.stocked()
    with TemporaryDirectory(prefix="planet-bench-") as folder, serving(files) as server:
        shutil.copytree(old.home, folder, dirs_exist_ok=True)
        planet = replace(old, home=Path(folder))
        known = parse((old.home / "feeds.opml").read_bytes()).feeds
        new = [Feed(url=url, title=f"Busy {n}") for n, url in enumerate(server.urls)]
        planet.follow([*known, *new])
        warm(planet, server.urls)
        database = open_database(planet.database)
        Store(database).follow([*known, *new], datetime.now(UTC))
        with database.write() as db:
            later = datetime.now(UTC) + LATER  # the others have no hosts that could be asked
            db.execute(update(polls).values(due=later, not_before=later))
        database.close()
        yield Site(planet, server, files)


@contextmanager
def _crawling(site: Site) -> Iterator[None]:
    """Keep the crawler busy meanwhile, by a process of its own, and wait until it is."""
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=_hasten, args=(site, begun), daemon=True)
    process.start()
    try:
        if not begun.wait(60):
            raise RuntimeError("the crawl does not begin")
        yield
    finally:
        process.terminate()
        process.join()


def _hasten(site: Site, begun: Event) -> None:
    """Make all feeds due, with a new post in each, whenever none is left. Never returns."""
    store, number = Store(open_database(site.planet.database)), 0
    while True:
        number += 1
        site.server.replace([another(file, number) for file in site.files])
        store.hasten(datetime.now(UTC), anyhow=lambda url: url.startswith(LOOPBACK))
        while store.due(datetime.now(UTC)):
            sleep(PAUSE)
            begun.set()


def another(file: Served, number: int) -> Served:
    """Return the feed with its first post under another address, which makes it a new one."""
    post = file.body.index(b"/post-")
    end = post + len(b"/post-000000")
    name = file.body[post:end]
    return replace(file, body=file.body.replace(name, name + b"-%d" % number))


def _hold_crawler(run: Running, cores: Sequence[int]) -> None:
    for child in psutil.Process(run.process.pid).children():
        if "crawler" in child.cmdline():
            for process in (child, *child.children(recursive=True)):
                hold(process, cores)


def _stored(planet: Planet) -> int:
    database = open_database(planet.database)
    try:
        return Outbox(database).published()
    finally:
        database.close()
