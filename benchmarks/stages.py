"""What each stage of a visit costs, on real feed files, and feedparser beside it.

Each stage is timed by itself, in one process, on every file that is a feed: the quickest
of three times, summed; fetching, storing and indexing once, all files together. `clean` and
`date` are parts of `normalise`, timed again alone. Without `--feeds FOLDER` the files are
the odd ones that the project's tests keep.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

import feedparser

from benchmarks.bench import Bench
from benchmarks.environment import ROOT
from benchmarks.loopback import Served, serving
from benchmarks.programs import MISSING, WORKERS, has_module, told_by
from benchmarks.table import Line, at_least, told
from crawler.clean import plain_text, safe_html
from crawler.dates import read_date
from crawler.fetched import Response
from crawler.normalise import normalise
from crawler.parse import parse_feed
from crawler.parsed import ParsedFeed, weight
from crawler.visit import visit
from index.database import migrate, open_database
from index.errors import ParseError
from index.model import Entry, Feed
from index.outbox import Outbox
from index.refresh import refresh
from index.store import Store

ROUNDS = 3
TARGET = 1.7  # feedparser with its defaults, beside our parsing and normalising
OWN = ROOT / "tests" / "feeds"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that is a feed, read, and the seconds that each stage took."""

    path: Path
    served: Served
    parsed: ParsedFeed
    entries: tuple[Entry, ...]
    parse: float
    normalise: float
    clean: float
    date: float
    feedparser: float


def measure(bench: Bench) -> Iterator[Line]:
    """Time every stage on every feed there is."""
    folders = bench.feeds_folders or (OWN,)
    now = datetime.now(UTC)
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    read = [one for path in paths if (one := _read(path, now)) is not None]
    size = sum(len(one.served.body) for one in read) / 1_000_000
    posts = sum(len(one.entries) for one in read)
    whose = "real files" if bench.feeds_folders else "the tests' own files; --feeds has real ones"
    yield told(
        f"feeds, {whose}", f"{len(read)} of {len(paths)} files, {posts} posts, {size:.1f} MB"
    )
    ours = sum(one.parse + one.normalise for one in read)
    theirs = sum(one.feedparser for one in read)
    yield told("feedparser.parse, its defaults", f"{theirs:.2f} s")
    line = at_least("feedparser.parse / our parse and normalise", theirs / ours, TARGET)
    yield line if bench.feeds_folders else line.unjudged()  # odd little feeds prove nothing
    yield from _fast(read)
    yield told("stage: fetch, our spider on loopback", _each(_fetched(read), posts))
    for stage in ("parse", "normalise", "clean", "date"):
        seconds = sum(getattr(one, stage) for one in read)
        yield told(f"stage: {_named(stage)}", _each(seconds, posts))
    yield from _stored(read, now)


def _named(stage: str) -> str:
    return f"… of which {stage}" if stage in ("clean", "date") else stage


def _each(seconds: float, posts: int) -> str:
    return f"{seconds:.2f} s, {seconds / max(posts, 1) * 1000:.2f} ms a post"


def _read(path: Path, now: datetime) -> Read | None:
    """Read a file stage by stage; None if it is no feed."""
    served = Served.read(path)
    url, feed = f"https://blog.example/{path.name}", Feed(url="https://blog.example/feed")

    def parsed() -> ParsedFeed:
        return parse_feed(served.body, content_type=served.content_type, url=url)

    try:
        parse, said = _timed(parsed)
    except ParseError:
        return None
    normal, entries = _timed(lambda: normalise(said, feed, url, now))
    clean, _ = _timed(lambda: _cleaned(said))
    raw = [date for entry in said.entries for date in (entry.published_raw, entry.updated_raw)]
    date, _ = _timed(lambda: [read_date(text, now) for text in raw])
    return Read(
        path=path,
        served=served,
        parsed=said,
        entries=entries,
        parse=parse,
        normalise=normal,
        clean=clean,
        date=date,
        feedparser=_timed(lambda: _feedparsed(served))[0],
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the least seconds of three times, and what came of the work."""
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        result = work()
        times.append(perf_counter() - began)
    return min(times), result


def _cleaned(said: ParsedFeed) -> list[str]:
    bodies = (max(entry.content, entry.summary, key=weight) for entry in said.entries)
    return [plain_text(safe_html(body.value, "https://blog.example/")) for body in bodies]


def _feedparsed(served: Served) -> object:
    try:
        headers = {"content-type": served.content_type}
        return feedparser.parse(BytesIO(served.body), response_headers=headers)
    except (UnicodeError, ValueError) as error:  # it raises where we mend
        return error


def _fast(read: Sequence[Read]) -> Iterator[Line]:
    """Tell how long fastfeedparser takes over the same files."""
    if not has_module("fastfeedparser"):
        yield told("fastfeedparser.parse", MISSING)
        return
    paths = [str(one.path.resolve()) for one in read]
    said, _ = told_by("with_fastfeedparser", say=paths)
    yield told("fastfeedparser.parse, on what it reads", f"{said['seconds']:.2f} s")


def _fetched(read: Sequence[Read]) -> float:
    """Return the seconds that our spider takes to fetch all files, each from a host of its own."""
    files = [replace(one.served, name=f"{number}.xml") for number, one in enumerate(read)]
    with serving(files) as server:
        asks = [f'{url} "older"' for url in server.urls]
        python = Path(sys.executable)
        said, _ = told_by("with_scrapy", "courteous", str(WORKERS), say=asks, python=python)
        if server.answered() != {200: len(files)}:
            raise RuntimeError("not every feed was fetched")
    return float(said["seconds"])


def _stored(read: Sequence[Read], now: datetime) -> Iterator[Line]:
    """Store and index what the feeds said, as a first crawl does."""
    with TemporaryDirectory(prefix="planet-bench-") as home:
        address = f"sqlite:///{home}/planet.db"
        migrate(address)
        database = open_database(address)
        store, outbox = Store(database), Outbox(database)
        feeds = {f"https://blog-{n}.example/feed": one for n, one in enumerate(read)}
        store.follow([Feed(url=url, title=url) for url in feeds], now)
        visits = []
        for lease in store.lease(now, limit=len(feeds)):
            served = feeds[lease.feed.url].served
            headers = {"content-type": served.content_type}
            response = Response(url=lease.feed.url, status=200, headers=headers, body=served.body)
            visits.append((lease, visit(lease, response, now, luck=0.5)))
        began = perf_counter()
        for one in visits:
            store.record(*one)
        recorded = perf_counter()
        told_index = refresh(outbox, f"tantivy://{home}/index")
        ended = perf_counter()
        database.close()
    yield told("stage: store, a transaction a feed", _each(recorded - began, told_index.updated))
    yield told("stage: index", _each(ended - recorded, told_index.updated))
