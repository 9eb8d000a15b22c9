"""Where the limit is: how fast a thousand hosts can say 304 to ever more of our program.

Each step adds something to the one before, so that the differences say where the time
goes: aiohttp alone (another program, and the floor), our spider on Scrapy's downloader,
and the whole pass with leases, visits and records. Beside them a bare spider, on Scrapy as
it comes, which a pass of ours is judged by, and on Scrapy without what we do without; ours
is quicker than both, for it does without Scrapy's scheduler too.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.loopback import Loopback, serving
from benchmarks.programs import MISSING, WORKERS, Ours, has_module, told_by
from benchmarks.table import Line, at_least, told

ROUNDS = 3
SHARE = 0.7  # of the bare spider's rate
MAKES = {
    "aiohttp alone": ("with_aiohttp",),
    "bare Scrapy, as it comes": ("with_scrapy", "bare"),
    "bare Scrapy, without what we do without": ("with_scrapy", "stripped"),
    "our spider on Scrapy's downloader: guard, robots, slots": ("with_scrapy", "courteous"),
}
PASS = "our pass: the same, with lease, visit and record"
STEPS = ("aiohttp alone", list(MAKES)[-1], PASS)


def measure(bench: Bench) -> Iterator[Line]:
    """Let a host per feed say 304, to each of them by turns."""
    feeds = bench.scale.feeds
    files = [corpus.feed(blog) for blog in corpus.blogs(bench.posts(feeds), 1)]
    asks = []
    with serving(files) as server, TemporaryDirectory(prefix="planet-bench-") as home:
        asks = [f"{url} {f.etag}" for url, f in zip(server.urls, files, strict=True)]
        rates = _rates(Ours(Path(home), server.urls), server, asks)
    yield told("hosts that say 304, median of three times", f"{feeds}")
    if "aiohttp alone" not in rates:
        yield told("aiohttp alone", MISSING)
    for name, rate in rates.items():
        yield told(name, f"{rate:.0f}/s")
    yield at_least("our pass / bare Scrapy", rates[PASS] / rates[list(MAKES)[1]], SHARE)
    yield from _where_it_goes(rates)


def _rates(ours: Ours, server: Loopback, asks: Sequence[str]) -> dict[str, float]:
    ours.crawl()
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, (module, *make) in MAKES.items():
            if module == "with_aiohttp" and not has_module("aiohttp"):
                continue
            python = None if module == "with_aiohttp" else Path(sys.executable)
            said, _ = told_by(module, *make, str(WORKERS), say=asks, python=python)
            found.setdefault(name, []).append(len(asks) / said["seconds"])
        server.answered()
        found.setdefault(PASS, []).append(len(asks) / ours.crawl().crawl)
        if server.answered() != {304: len(asks)}:
            raise RuntimeError("a pass went wrong: not everybody said 304")
    return {name: median(rates) for name, rates in found.items()}


def _where_it_goes(rates: dict[str, float]) -> Iterator[Line]:
    """Tell what each step adds, in milliseconds a feed and as a share of our pass."""
    if STEPS[0] in rates:
        yield told("our pass / aiohttp alone", f"{rates[PASS] / rates[STEPS[0]]:.0%}")
    before = 0.0
    for name in STEPS:
        if name in rates:
            each = 1 / rates[name]
            share = (each - before) * rates[PASS]
            yield told(
                f"… of a feed's time, {name}", f"{(each - before) * 1000:.2f} ms, {share:.0%}"
            )
            before = each
