"""Pages over HTTP, of a running planet with very many posts: asked for again, made, and weighed.

Then on a slow phone (`phone`), beside a tenth of the posts (`flat`, `plans`) and beside a
crawl (`busy`).

Whoever has a page already is answered beside a bare Starlette under the same uvicorn. Each
server in turn has a core to itself, and the load has the other.
"""

import gzip
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from time import perf_counter
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from benchmarks import busy, flat, phone, plans
from benchmarks.bench import Bench
from benchmarks.load import rate, request, unkept
from benchmarks.running import Running, running
from benchmarks.search import ms, p95
from benchmarks.searching import core_each
from benchmarks.table import Line, at_least, at_most, told
from benchmarks.with_starlette import HELLO
from index.vocabulary import vocabulary

REPEATED = ("/", "/topics/forms", "/feed.atom")
ROUNDS = 5
LASTS = 2.0  # seconds of each round
QUICK = 0.2  # where nothing is judged
SHARE = 0.6
FRESH = 25.0  # milliseconds
TIMES = 100  # that the first page is made
KB = 1000
STYLE = re.compile(rb'href="(/static/[^"]+/style\.css)"')
LINK = r'href="(/%s/[\w-]+)"'
OLDER = r'rel="next" href="([^"]+)"'


def measure(bench: Bench) -> Iterator[Line]:
    """Ask for pages again and again, then for many of them once."""
    planet = replace(bench.stocked(), search_rate=0)
    with running(planet) as run, core_each(run) as cores:
        yield from _repeated(run, cores, LASTS if bench.scale.judges else QUICK)
        yield from _fresh(run)
        yield from _weighed(run)
        yield from phone.measure(run.base)
    for more in (flat, plans, busy):
        yield from more.measure(bench)


def _repeated(run: Running, cores: list[int], lasts: float) -> Iterator[Line]:
    with _hello(cores) as bare:
        greeting = request("/", body=HELLO)
        for path in REPEATED:
            etag = _etag(run, path)
            shares, rates = [], []
            for _ in range(ROUNDS):
                rates.append(rate(run.base, request(path, etag=etag), lasts))
                shares.append(rates[-1] / rate(bare, greeting, lasts))
            yield told(f"{path}, asked again: answers a second", f"{median(rates):,.0f}")
            yield at_least("... / a bare Starlette's hello", median(shares), SHARE)


def _fresh(run: Running) -> Iterator[Line]:
    """Tell how long pages take that nobody has asked for; the first one at many addresses."""
    first = [_seconds(run, unkept("/", n)) for n in range(TIMES)]
    yield told("/ made: median, 95th percentile", ms(first))
    yield at_most("..., 95th percentile", p95(first) * 1000, FRESH, " ms")
    kinds = {
        "/topics/…": [f"/topics/{slug}" for slug in vocabulary().topics],
        "/blogs/…": re.findall(LINK % "blogs", run.get("/blogs").decode())[:TIMES],
        "/posts/…": _posts(run)[:TIMES],
    }
    for name, paths in kinds.items():
        times = [_seconds(run, path) for path in dict.fromkeys(paths) if path not in REPEATED]
        if len(times) > 1:
            yield told(f"{name} made: median, 95th percentile", ms(times))
            yield at_most("..., 95th percentile", p95(times) * 1000, FRESH, " ms")


def _posts(run: Running) -> list[str]:
    """Return where as many posts are as there are pages to be made, the newest first."""
    found: dict[str, None] = {}
    path = "/"
    while path and len(found) < TIMES:
        page = run.get(path).decode()
        found |= dict.fromkeys(re.findall(LINK % "posts", page))
        path = "".join(re.findall(OLDER, page)).replace("&amp;", "&")
    return list(found)


def _weighed(run: Running) -> Iterator[Line]:
    page = run.get("/")
    [style] = STYLE.findall(page)
    parts = [page, run.get(style.decode())]
    yield at_most("/ and its style", _kb(parts), 60, " kB")
    yield at_most(
        "... compressed with gzip", _kb([gzip.compress(one) for one in parts]), 15, " kB"
    )


def _kb(parts: Sequence[bytes]) -> float:
    return sum(map(len, parts)) / KB


def _etag(run: Running, path: str) -> str:
    with urlopen(run.base + path) as answer:
        return str(answer.headers["ETag"])


def _seconds(run: Running, path: str) -> float:
    began = perf_counter()
    run.get(path)
    return perf_counter() - began


@contextmanager
def _hello(cores: list[int]) -> Iterator[str]:
    """Start a bare Starlette, held to the core that our web process has; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.with_starlette", str(port)])
    base = f"http://127.0.0.1:{port}"
    try:
        while not _greets(base):
            if process.poll() is not None:
                raise RuntimeError("the bare Starlette does not start")
            time.sleep(0.02)
        psutil.Process(process.pid).cpu_affinity(cores)
        yield base
    finally:
        process.terminate()
        process.wait()


def _greets(base: str) -> bool:
    try:
        with urlopen(base) as answer:
            return bool(answer.read() == HELLO)
    except (URLError, ConnectionError):
        return False
