"""`search.find` beside the engine itself, for the same built query and the same k.

Beside them a search as programs ask for it: over HTTP, from a running planet, each
query asked once, since the answer to a second would be the one kept from the first.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import quote_plus

import tantivy

from benchmarks.bench import Bench
from benchmarks.planet import Planet
from benchmarks.running import running
from benchmarks.table import Line, at_most, told
from index.finding import Query
from index.query import parse_query
from index.search import open_search
from index.tantivy import TantivySearch

K = 20
ROUNDS = 7
QUERIES = """
damp sensors|council tax arrears texts|school admissions one form|chatbot switched off
planning notices plain english|blue badge|bins|missed bins|user research with tenants
"user research"|"what we learned"|housing repairs|weeknotes|moving to one council
who has tried texting people in arrears|accessible forms|bilingual forms|parking permits
data standards|social care|adult social care waiting list|library cards|"damp and mould" sensors
procurement|recruiting a service designer|telephone calls|customer services first contact
service standard|open data|potholes -bins|show and tell|cake|website accessibility
has anyone put school admissions on one form|tablets for care homes|reorganisation
councillors|budget|prototype|what did not work|residents
""".replace("\n", "|")


def measure(bench: Bench) -> Iterator[Line]:
    """Time each query, ours and raw in turn; compare each query's medians."""
    planet = bench.filled()
    search = open_search(planet.index)
    posts = search.count()
    live = search.turn()  # type: ignore[attr-defined]  # the open generation behind the reader
    if not isinstance(live, TantivySearch):
        raise TypeError("the benchmark knows Tantivy alone")
    texts = [text for text in QUERIES.split("|") if text.strip()]
    queries = [parse_query(text) for text in texts]
    ours, raw, ratios = [], [], []
    for query in queries:
        mine, engine = _timed(live, query)
        ours.append(mine)
        raw.append(engine)
        ratios.append(mine / engine)
    search.close()
    yield told("queries, posts", f"{len(queries)}, {posts:,}")
    yield told("find: median, 95th percentile", _ms(ours))
    yield told("raw Tantivy: median, 95th percentile", _ms(raw))
    yield at_most("find / raw, median of the queries", median(ratios), 3)
    yield at_most("find / raw, sum over the queries", sum(ours) / sum(raw), 3)
    yield at_most("find / raw, 95th percentiles", _most(ours) / _most(raw), 3)
    yield told("find / raw, worst query", f"{max(ratios):.2f}×")
    yield told("/api/search over HTTP: median, 95th percentile", _ms(_asked(planet, texts)))


def _timed(live: TantivySearch, query: Query) -> tuple[float, float]:
    """Return the median seconds of `find`, and of the engine alone, for one query."""
    built = live.built(query)
    searcher = live._view()

    def raw() -> list[str]:
        hits = searcher.search(built or tantivy.Query.empty_query(), K).hits
        return [str(searcher.doc(address).get_first("id")) for _, address in hits]

    mine, engine = [], []
    for _ in range(ROUNDS):
        mine.append(_seconds(lambda: live.find(query, limit=K)))
        engine.append(_seconds(raw))
    return median(mine), median(engine)


def _asked(planet: Planet, texts: Sequence[str]) -> list[float]:
    """Return how many seconds each search takes a program that asks `planet run`."""
    with running(planet) as run:
        run.get("/api/search?q=anything")
        paths = [f"/api/search?q={quote_plus(text)}&limit={K}" for text in texts]
        return [_seconds(partial(run.get, path)) for path in paths]


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _ms(times: list[float]) -> str:
    return f"{median(times) * 1000:.2f} ms, {_most(times) * 1000:.2f} ms"


def _most(times: list[float]) -> float:
    """Return the time that nineteen of twenty keep within."""
    return quantiles(times, n=20)[-1]
