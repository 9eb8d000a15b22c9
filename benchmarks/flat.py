"""What a page costs among so many posts, and among a tenth of them: it should be the same.

Both planets run at once, their web processes on one core, and are asked by turns.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from statistics import median
from time import perf_counter

from benchmarks.bench import Bench
from benchmarks.load import unkept
from benchmarks.running import Running, running
from benchmarks.searching import core_each, hold, web_process
from benchmarks.table import Line, at_most, told
from index.vocabulary import vocabulary

FLAT = 1.5
TIMES = 60


def measure(bench: Bench) -> Iterator[Line]:
    """Have pages made by both, each address once, since pages are kept."""
    pages = {
        "/": [unkept("/", number) for number in range(TIMES)],
        "/feed.atom": [unkept("/feed.atom", number) for number in range(TIMES)],
        "/topics/…": [f"/topics/{slug}" for slug in vocabulary().topics],
    }
    posts = bench.scale.searched
    with ExitStack() as stack:
        planets = [replace(p, search_rate=0) for p in (bench.stocked_small(), bench.stocked())]
        runs = [stack.enter_context(running(planet)) for planet in planets]
        hold(web_process(runs[1]), stack.enter_context(core_each(runs[0])))
        for name, paths in pages.items():
            few, many = by_turns(runs, paths)
            both = f"{few * 1000:.2f} ms, {many * 1000:.2f} ms"
            yield told(f"{name} made, median: {posts // 10:,} posts, {posts:,} posts", both)
            yield at_most("... ten times the posts", many / few, FLAT)


def by_turns(runs: Sequence[Running], paths: Sequence[str]) -> list[float]:
    """Return the median seconds that each planet takes for these pages."""
    times: list[list[float]] = [[] for _ in runs]
    for path in paths:
        for run, taken in zip(runs, times, strict=True):
            began = perf_counter()
            run.get(path)
            taken.append(perf_counter() - began)
    return [median(taken) for taken in times]
