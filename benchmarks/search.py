"""`search.find` beside the engine itself, for the same built query and the same k.

Beside them what a page of answers wants as well, facets and highlights, told apart.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter

from benchmarks.bench import Bench
from benchmarks.table import Line, at_most, told
from index.catalogue import Catalogue
from index.database import open_database
from index.finding import Query
from index.query import parse_query
from index.search import Search, open_search
from index.tantivy import TantivySearch

K = 20
ROUNDS = 5
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
TEXTS = tuple(text for text in QUERIES.split("|") if text.strip())


def measure(bench: Bench) -> Iterator[Line]:
    """Time each query, ours and raw in turn; compare medians and 95th percentiles."""
    planet = bench.stocked()
    search = open_search(planet.index)
    posts = search.count()
    queries = [parse_query(text) for text in TEXTS]
    ours, raw = _beside_raw(search, queries)
    yield told("search: queries, posts", f"{len(queries)}, {posts:,}")
    yield told("find: median, 95th percentile", ms(ours))
    yield told("raw Tantivy: median, 95th percentile", ms(raw))
    yield at_most("find / raw, medians", median(ours) / median(raw), 1.5)
    yield at_most("find / raw, 95th percentiles", p95(ours) / p95(raw), 2)
    yield told("facets: median, 95th percentile", ms(_facets(search, queries)))
    database = open_database(planet.database)
    lit = _highlights(search, Catalogue(database), queries)
    yield told("20 titles and passages marked: median, 95th percentile", ms(lit))
    database.close()
    search.close()


def _beside_raw(search: Search, queries: Sequence[Query]) -> tuple[list[float], list[float]]:
    """Return the median seconds of `find`, and of the engine alone, for each query."""
    live = search.turn()  # type: ignore[attr-defined]  # the open generation behind the reader
    if not isinstance(live, TantivySearch):
        raise TypeError("the benchmark knows Tantivy alone")
    ours, raw = [], []
    for query in queries:
        made = live.view().plan(query)
        if made is None:
            continue
        built = live.built(replace(made, must=made.wide or made.must))
        searcher = live.searcher()
        mine, engine = [], []
        for _ in range(ROUNDS):
            live.view().forget()  # planned anew, as for a reader who is the first to ask
            mine.append(seconds(lambda: live.find(query, limit=K)))  # noqa: B023
            engine.append(seconds(lambda: _raw(searcher, built)))  # noqa: B023
        ours.append(median(mine))
        raw.append(median(engine))
    return ours, raw


def _raw(searcher: "object", built: "object") -> list[str]:
    hits = searcher.search(built, K, weight_by_field="prior").hits  # type: ignore[attr-defined]
    return [str(searcher.doc(place).get_first("id")) for _, place in hits]  # type: ignore[attr-defined]


def _facets(search: Search, queries: Sequence[Query]) -> list[float]:
    return [
        median(seconds(lambda: search.facets(query)) for _ in range(ROUNDS))  # noqa: B023
        for query in queries
    ]


def _highlights(search: Search, catalogue: Catalogue, queries: Sequence[Query]) -> list[float]:
    times = []
    for query in queries:
        ids = [hit.id for hit in search.find(query, limit=K).hits]
        titles = [post.title for post in catalogue.posts(ids)]
        texts = list(catalogue.texts(ids).values())
        times.append(seconds(lambda: search.highlight(query, [*titles, *texts])))  # noqa: B023
    return times


def seconds(work: Callable[[], object]) -> float:
    """Return how many seconds it takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def ms(times: Sequence[float]) -> str:
    """Return the median and the 95th percentile, in milliseconds."""
    return f"{median(times) * 1000:.2f} ms, {p95(times) * 1000:.2f} ms"


def p95(times: Sequence[float]) -> float:
    """Return the time that nineteen of twenty keep within."""
    return quantiles(times, n=20)[-1]
