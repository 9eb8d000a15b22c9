"""A crawl of loopback feeds, ours and `reader`'s, each as a whole process from start to end.

Both have the same feeds, concurrency and machine, and make the posts searchable. Our delay
is 0.01 s, every feed has a host of its own, and each host's robots.txt is already known, as
it is on every day but the first: `reader` asks for none.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from api.demo.blogs import DemoPost
from benchmarks import corpus
from benchmarks.loopback import serving
from benchmarks.planet import Planet
from benchmarks.table import Line, at_least, told
from crawler.robots import origin
from index.database import migrate, open_database
from index.model import Feed, Robots
from index.store import Store

POSTS = 20  # in a feed
WORKERS = 12
ROUNDS = 3


def measure(posts: Sequence[DemoPost], feeds: int) -> Iterator[Line]:
    """Crawl `feeds` feeds for the first time and once more, three times each; compare medians."""
    files = [corpus.feed(blog) for blog in corpus.blogs(posts[: feeds * POSTS], POSTS)]
    with serving(files) as server:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_ours(server.urls))
            theirs.append(_theirs(server.urls))
    ours_first, ours_again = (median(times) for times in zip(*ours, strict=True))
    theirs_first, theirs_again = (median(times) for times in zip(*theirs, strict=True))
    size = sum(len(file.body) for file in files) / 1_000_000
    yield told("feeds × posts", f"{feeds} × {POSTS}, {size:.1f} MB")
    yield told("first crawl: ours, reader", f"{ours_first:.1f} s, {theirs_first:.1f} s")
    yield at_least("first crawl, reader / ours", theirs_first / ours_first, 2)
    yield told("unchanged crawl: ours, reader", f"{ours_again:.1f} s, {theirs_again:.1f} s")
    yield at_least("unchanged crawl, reader / ours", theirs_again / ours_again, 1)


def _ours(urls: Sequence[str]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as home:
        planet = Planet(Path(home), concurrency=WORKERS)
        planet.follow(Feed(url=url, title=f"Blog {n}") for n, url in enumerate(urls))
        _warm(planet, urls)
        first = planet.crawl()
        again = planet.crawl()
    new, same = first["new"], again["unchanged"]
    if (new, first["indexed"], same) != (POSTS * len(urls), POSTS * len(urls), len(urls)):
        raise RuntimeError(f"a crawl went wrong: {first} {again}")
    return first["seconds"], again["seconds"]


def _warm(planet: Planet, urls: Sequence[str]) -> None:
    """Let the store know every robots.txt, as it would from an earlier visit."""
    (planet.home / "var").mkdir()
    address = f"sqlite:///{planet.home / 'var' / 'planet.db'}"
    migrate(address)
    database = open_database(address)
    now = datetime.now(UTC)
    for url in urls:
        Store(database).keep_robots(Robots(origin=origin(url), status=404, body="", fetched=now))
    database.close()


def _theirs(urls: Sequence[str]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks.with_reader", f"{home}/db", str(WORKERS)]
        times = []
        for _ in range(2):
            began = time.perf_counter()
            done = subprocess.run(
                command, input="\n".join(urls), capture_output=True, text=True, check=True
            )
            times.append(time.perf_counter() - began)
            if int(done.stdout.split()[0]) != POSTS * len(urls):
                raise RuntimeError(f"reader went wrong: {done.stdout} {done.stderr}")
    return times[0], times[1]
