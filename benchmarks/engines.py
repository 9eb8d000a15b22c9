"""Our two engines and `reader`'s search, side by side, over fewer posts: the last two are slow.

The same posts, the same queries, the same 20 answers. What docs/search.md says of the engines.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import tantivy

from benchmarks.bench import Bench
from benchmarks.recombined import recombined
from benchmarks.search import TEXTS, K, ms, p95, seconds
from benchmarks.searchers import BATCH, RIVALS
from benchmarks.table import Line, at_least, told
from index.finding import Document
from index.query import parse_query
from index.record import record
from index.search import ENGINES, choose_engine, open_search
from index.tantivy_terms import Terms, document, schema

FACTOR = 10  # times as fast as the others, at the 95th percentile
SHARE = 0.7  # of what the engine itself takes in


def measure(bench: Bench) -> Iterator[Line]:
    """Index the same posts in each, and ask each the same."""
    posts = list(
        islice(recombined(bench.scale.compared, bench.posts_folder), bench.scale.compared)
    )
    characters = sum(len(post.text) for post in posts)
    yield told("engines compared over", f"{len(posts):,} posts, {characters / 1e6:.0f} MB of text")
    asked: dict[str, list[float]] = {}
    for engine in ENGINES:
        with TemporaryDirectory(prefix="planet-bench-") as folder:
            rate, asked[engine] = _ours(f"{engine}://{folder}/index", posts)
            size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        yield told(f"{engine}: posts indexed a second", f"{rate:,.0f}")
        yield told(f"{engine}: index / text", f"{size / characters:.2f}")
        yield told(f"{engine}: find, median and 95th percentile", ms(asked[engine]))
    yield at_least(
        "Tantivy: posts a second, ours / raw with the same fields", _against_raw(posts), SHARE
    )
    others = {"Whoosh": asked["whoosh"], "reader": _reader(posts)}
    if others["reader"]:
        yield told("reader: search, median and 95th percentile", ms(others["reader"]))
    for name, times in others.items():
        if times:
            ratio = p95(times) / p95(asked["tantivy"])
            yield at_least(f"{name} / our find, 95th percentiles", ratio, FACTOR)


def _ours(url: str, posts: Sequence[Document]) -> tuple[float, list[float]]:
    """Return posts indexed a second, and the seconds of each query."""
    engine = choose_engine(url)
    build = engine.create()
    began = perf_counter()
    for start in range(0, len(posts), BATCH):
        build.update(posts[start : start + BATCH], ())
    rate = len(posts) / (perf_counter() - began)
    build.close()
    engine.publish(build.generation)
    search = open_search(url)
    queries = [parse_query(text) for text in TEXTS]
    search.find(queries[0], limit=K)
    times = [seconds(lambda: search.find(query, limit=K)) for query in queries]  # noqa: B023
    search.close()
    return rate, times


def _against_raw(posts: Sequence[Document]) -> float:
    """Return our rate as a share of the engine's own, for the same fields and commits."""
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        rate, _ = _ours(f"tantivy://{folder}/index", posts)
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        index = tantivy.Index(schema(), path=folder)
        Terms(index)
        ready = [document(record(post)) for post in posts]
        writer = index.writer(heap_size=15_000_000, num_threads=1)
        began = perf_counter()
        for number, one in enumerate(ready, 1):
            writer.add_document(one)
            if number % BATCH == 0:
                writer.commit()
        writer.commit()
        raw = len(posts) / (perf_counter() - began)
        writer.wait_merging_threads()
    return rate / raw


def _reader(posts: Sequence[Document]) -> list[float]:
    """Return the seconds of `reader`'s search for each query; none where it is not set up."""
    if not RIVALS.exists():
        return []
    rows = [[one.id, one.title, one.text, one.sort_at.isoformat()] for one in posts]
    said = subprocess.run(
        [RIVALS, "-m", "benchmarks.with_reader_search", "--times"],
        input=json.dumps({"posts": rows, "queries": TEXTS, "depth": K}),
        capture_output=True,
        text=True,
        check=True,
    )
    times: list[float] = json.loads(said.stdout)
    return times
