"""`planet run` with many posts: how soon it answers, and how much memory it takes."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import quote_plus
from urllib.request import urlopen

import psutil

from api.demo.blogs import DemoPost
from benchmarks import corpus
from benchmarks.loopback import serving
from benchmarks.planet import Planet
from benchmarks.search import QUERIES
from benchmarks.table import Line, at_most, told
from index.model import Feed

STARTS = 5
FEEDS = 100  # crawled while memory is watched
PAGES = ("/", "/blogs", "/feed.atom", "/api/entries", "/about")
SLOWEST = 60.0  # seconds: what has not answered by then never will


def measure_start(planet: Planet) -> Iterator[Line]:
    """Time from the start of the process to the first page, with posts and in a new folder."""
    times = [_first_page(planet) for _ in range(STARTS)]
    yield at_most("planet run to its first page, median of 5", median(times), 3, " s")
    fresh = []
    for _ in range(STARTS):
        with TemporaryDirectory() as folder:
            new = Planet(Path(folder))
            new.follow([Feed(url="http://127.0.0.1:9/feed", title="Nobody")])
            fresh.append(_first_page(new))
    yield at_most("the same in a new folder", median(fresh), 3, " s")


def measure_memory(planet: Planet, posts: Sequence[DemoPost]) -> Iterator[Line]:
    """Watch the processes while feeds are crawled and pages are asked for."""
    files = [corpus.feed(blog) for blog in corpus.blogs(posts[: FEEDS * 20], 20)]
    with serving(files) as server:
        planet.follow(Feed(url=url, title=f"New {n}") for n, url in enumerate(server.urls))
        with _running(planet) as (process, port):
            most = _watched(process, port)
    yield at_most("web process, resident at most", most["web"], 150, " MB")
    yield at_most("crawler, resident at most", most["crawler"], 250, " MB")
    yield told("its parsers, together", f"{most['parsers']:.0f} MB")


def _watched(process: "subprocess.Popen[bytes]", port: int) -> dict[str, float]:
    most = {"web": 0.0, "crawler": 0.0, "parsers": 0.0}
    queries = [query for query in QUERIES.split("|") if query.strip()]
    for turn in range(8):
        for page in (*PAGES, *(f"/search?q={quote_plus(query)}" for query in queries)):
            with urlopen(f"http://127.0.0.1:{port}{page}") as answer:
                answer.read()
        for role, resident in _resident(process).items():
            most[role] = max(most[role], resident)
        time.sleep(0 if turn < 4 else 1)  # the crawl goes on meanwhile
    return most


def _resident(process: "subprocess.Popen[bytes]") -> dict[str, float]:
    """Return how many megabytes each part of the family holds."""
    found = {"web": 0.0, "crawler": 0.0, "parsers": 0.0}
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess):
            role = "web" if "web" in child.cmdline() else "crawler"
            found[role] = child.memory_info().rss / 1024**2
            if role == "crawler":
                parsers = child.children(recursive=True)
                found["parsers"] = sum(p.memory_info().rss for p in parsers) / 1024**2
    return found


def _first_page(planet: Planet) -> float:
    began = time.perf_counter()
    with _running(planet):
        return time.perf_counter() - began


@contextmanager
def _running(planet: Planet) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Start `planet run` and wait for its first page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "run", "--port", str(port)],
        env=planet.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        limit = time.monotonic() + SLOWEST
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("planet run does not answer")
            time.sleep(0.01)
        yield process, port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/") as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False
