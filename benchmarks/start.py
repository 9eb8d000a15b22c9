"""How soon `planet run` answers, with many posts and in a new folder."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.planet import Planet
from benchmarks.running import running
from benchmarks.table import Line, at_most
from index.model import Feed

STARTS = 5
SOON = 3.0  # seconds


def measure(bench: Bench) -> Iterator[Line]:
    """Time from the start of the process to the first page."""
    planet = bench.stocked()
    posts = bench.scale.searched
    times = [_first_page(planet) for _ in range(STARTS)]
    name = f"planet run to its first page, {posts:,} posts, median of {STARTS}"
    yield at_most(name, median(times), SOON, " s")
    fresh = []
    for _ in range(STARTS):
        with TemporaryDirectory(prefix="planet-bench-") as folder:
            new = Planet(Path(folder))
            new.follow([Feed(url="http://127.0.0.1:9/feed", title="Nobody")])
            fresh.append(_first_page(new))
    yield at_most("the same in a new folder", median(fresh), SOON, " s")


def _first_page(planet: Planet) -> float:
    began = time.perf_counter()
    with running(planet):
        return time.perf_counter() - began
