"""How well our search answers judged queries, beside plain BM25 and `reader`.

    make eval POSTS=folder        python -m benchmarks.evaluate [--posts FOLDER] [--json]

Over the posts in the folder (*.jsonl.gz), or else over the demo's. With --tuning only the
queries that weights may be chosen by, and what each scores; --engine asks one engine alone.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.judged import DEMO, REAL, Judged, documents, queries
from benchmarks.quality import Quality, ndcg, quality, recall
from benchmarks.searchers import Answer, indexed, ours, plain_bm25, reader
from index.finding import Document
from index.search import ENGINES

Systems = dict[str, Answer]


def main() -> int:
    """Ask everybody everything and print the tables."""
    asked = _arguments()
    judged = queries(DEMO if asked.posts is None else REAL)
    if asked.tuning:
        judged = [one for one in judged if not one.held_out]
    posts = documents(asked.posts)
    with ExitStack() as open_indexes:
        systems = _systems(open_indexes, posts, judged, asked.engine)
        found = _ask(systems, judged)
    _print(found, judged, as_json=asked.json)
    if asked.tuning and not asked.json:
        _print_each(found, judged)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--posts", type=Path, help="a folder of posts, *.jsonl.gz")
    parser.add_argument("--tuning", action="store_true", help="leave out what is held out")
    parser.add_argument("--engine", choices=ENGINES, help="one of our engines alone")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


def _systems(
    stack: ExitStack, posts: Sequence[Document], judged: Sequence[Judged], only: str | None
) -> Systems:
    systems: Systems = {}
    for engine in [only] if only else ENGINES:
        search = stack.enter_context(indexed(engine, posts))
        systems[engine] = ours(search)
        if engine == "tantivy":
            systems["tantivy, no vocabulary"] = ours(search, widened=False)
    systems["plain BM25"] = plain_bm25(posts)
    other = None if only else reader(posts, [one.query for one in judged])
    return systems | ({"reader": other} if other else {})


def _ask(systems: Systems, judged: Sequence[Judged]) -> dict[str, list[Sequence[str]]]:
    found: dict[str, list[Sequence[str]]] = {}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Asking", total=len(systems) * len(judged))
        for name, answer in systems.items():
            found[name] = []
            for one in judged:
                found[name].append(answer(one.query))
                bar.advance(task)
    return found


def _cuts(judged: Sequence[Judged]) -> Iterator[tuple[str, Callable[[Judged], bool]]]:
    """Give the sets of queries that are told of: all, those held out, and each kind."""
    yield "all", lambda one: True
    if any(one.held_out for one in judged):
        yield "held out", lambda one: one.held_out
        yield "not held out", lambda one: not one.held_out
    for kind in sorted({one.kind for one in judged}):
        yield kind, lambda one, kind=kind: one.kind == kind  # type: ignore[misc]


def _measured(
    found: dict[str, list[Sequence[str]]], judged: Sequence[Judged]
) -> dict[str, dict[str, Quality]]:
    measured: dict[str, dict[str, Quality]] = {}
    for cut, chosen in _cuts(judged):
        places = [i for i, one in enumerate(judged) if chosen(one)]
        measured[cut] = {
            name: quality([lists[i] for i in places], [judged[i].answers for i in places])
            for name, lists in found.items()
        }
    return measured


def _print(
    found: dict[str, list[Sequence[str]]], judged: Sequence[Judged], *, as_json: bool
) -> None:
    measured = _measured(found, judged)
    if as_json:
        plain = {cut: {n: asdict(q) for n, q in by.items()} for cut, by in measured.items()}
        print(json.dumps(plain, indent=1))
        return
    table = Table(title=f"{len(judged)} judged queries", title_justify="left")
    for heading in ("queries", "search", "nDCG@10", "MRR", "recall@20", "no answer"):
        table.add_column(heading)
    for cut, by in measured.items():
        for name, one in by.items():
            numbers = (f"{value:.3f}" for value in (one.ndcg, one.mrr, one.recall))
            table.add_row(f"{cut} ({one.queries})", name, *numbers, f"{one.empty:.1%}")
        table.add_section()
    Console(width=110 if not sys.stdout.isatty() else None).print(table)


def _print_each(found: dict[str, list[Sequence[str]]], judged: Sequence[Judged]) -> None:
    names = list(found)
    for i, one in enumerate(judged):
        scores = [
            f"{ndcg(found[name][i], one.answers):.2f}/{recall(found[name][i], one.answers):.2f}"
            for name in names
        ]
        print(f"{one.kind:15} {one.query[:58]:58} {'  '.join(scores)}")


if __name__ == "__main__":
    sys.exit(main())
