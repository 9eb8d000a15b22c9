"""A crawl of loopback feeds, ours and `reader`'s, each in a process of its own.

Both have the same feeds, concurrency and machine, and make the posts searchable. What is
compared is the crawl: ours from the first lease to the index told, `reader`'s its
`update_feeds` and `update_search`. The whole processes, imports and all, are told beside
it: ours takes longer to start, and does so once for weeks of crawling. Our delay is
0.01 s, every feed has a host of its own, and each host's robots.txt is already known, as
it is on every day but the first: `reader` asks for none.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
            _same_work(server.answered(), feeds)
            theirs.append(_theirs(server.urls))
            _same_work(server.answered(), feeds)
    size = sum(len(file.body) for file in files) / 1_000_000
    yield told("feeds × posts", f"{feeds} × {POSTS}, {size:.1f} MB")
    for number, (name, target) in enumerate((("first", 2), ("unchanged", 1))):
        mine = median(run[number].crawl for run in ours)
        other = median(run[number].crawl for run in theirs)
        yield told(f"{name} crawl: ours, reader", f"{mine:.2f} s, {other:.2f} s")
        yield at_least(f"{name} crawl, reader / ours", other / mine, target)
        mine = median(run[number].whole for run in ours)
        other = median(run[number].whole for run in theirs)
        yield told(f"{name}, whole process: ours, reader", f"{mine:.2f} s, {other:.2f} s")


@dataclass(frozen=True, slots=True)
class Took:
    """How many seconds the crawl took, and the whole process around it."""

    crawl: float
    whole: float


def _same_work(answered: Counter[int], feeds: int) -> None:
    """Make sure that each feed was given whole once, and once more with a 304."""
    if (answered[200], answered[304]) != (feeds, feeds):
        raise RuntimeError(f"not the same work: the server answered {dict(answered)}")


def _ours(urls: Sequence[str]) -> tuple[Took, Took]:
    with tempfile.TemporaryDirectory() as home:
        planet = Planet(Path(home), concurrency=WORKERS)
        planet.follow(Feed(url=url, title=f"Blog {n}") for n, url in enumerate(urls))
        _warm(planet, urls)
        first = planet.crawl()
        again = planet.crawl()
    new, same = first["new"], again["unchanged"]
    if (new, first["indexed"], same) != (POSTS * len(urls), POSTS * len(urls), len(urls)):
        raise RuntimeError(f"a crawl went wrong: {first} {again}")
    return Took(first["seconds"], first["whole"]), Took(again["seconds"], again["whole"])


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


def _theirs(urls: Sequence[str]) -> tuple[Took, Took]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks.with_reader", f"{home}/db", str(WORKERS)]
        times = []
        for _ in range(2):
            began = time.perf_counter()
            done = subprocess.run(
                command, input="\n".join(urls), capture_output=True, text=True, check=True
            )
            whole = time.perf_counter() - began
            said = json.loads(done.stdout)
            if said["entries"] != POSTS * len(urls) or not said["found"]:
                raise RuntimeError(f"reader went wrong: {said} {done.stderr}")
            times.append(Took(said["seconds"], whole))
    return times[0], times[1]
