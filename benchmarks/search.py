"""`search.find` beside the engine itself, for the same built query and the same k."""

from collections.abc import Callable, Iterator
from statistics import median, quantiles
from time import perf_counter

import tantivy

from benchmarks.planet import Planet
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


def measure(planet: Planet) -> Iterator[Line]:
    """Time each query, ours and raw in turn; compare each query's medians."""
    search = open_search(f"tantivy://{planet.home / 'var' / 'index'}")
    live = search.turn()  # type: ignore[attr-defined]  # the open generation behind the reader
    if not isinstance(live, TantivySearch):
        raise TypeError("the benchmark knows Tantivy alone")
    queries = [parse_query(text) for text in QUERIES.split("|") if text.strip()]
    ours, raw, ratios = [], [], []
    for query in queries:
        mine, engine = _timed(live, query)
        ours.append(mine)
        raw.append(engine)
        ratios.append(mine / engine)
    search.close()
    yield told("queries, posts", f"{len(queries)}, {live.count():,}")
    yield told("find: median, 95th percentile", _ms(ours))
    yield told("raw Tantivy: median, 95th percentile", _ms(raw))
    yield at_most("find / raw, median of the queries", median(ratios), 3)
    yield at_most("find / raw, sum over the queries", sum(ours) / sum(raw), 3)
    yield told("find / raw, worst query", f"{max(ratios):.2f}×")


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


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _ms(times: list[float]) -> str:
    return f"{median(times) * 1000:.2f} ms, {quantiles(times, n=20)[-1] * 1000:.2f} ms"
