"""Measure everything once, on this machine, in one run, and say what reached its target.

    python -m benchmarks [--only NAME ...] [--quick] [--json] [--posts FOLDER]

Exit status 1 if a target was missed.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import corpus, crawl, running, search, simulation
from benchmarks.filled import filled
from benchmarks.planet import Planet
from benchmarks.table import Line

Measure = Callable[[Planet], Iterator[Line]]


def main() -> int:
    """Run what was asked for and print the table."""
    asked = _arguments()
    feeds, count = (50, 2_000) if asked.quick else (500, 20_000)
    posts = corpus.posts(count, asked.posts)
    console = Console(stderr=True)
    lines: list[Line] = []
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task("")
        if not asked.only or "crawl" in asked.only:
            bar.update(task, description=f"Crawling {feeds} feeds, by turns with reader")
            lines += crawl.measure(posts, feeds)
        if not asked.only or "simulation" in asked.only:
            bar.update(task, description="Following made-up blogs for a year")
            lines += simulation.measure(100 if asked.quick else 1_000)
        measures: dict[str, Measure] = {
            "search": search.measure,
            "start": running.measure_start,
            "memory": lambda planet: running.measure_memory(planet, posts),
        }
        chosen = {n: m for n, m in measures.items() if not asked.only or n in asked.only}
        if chosen:
            bar.update(task, description=f"Filling a store with {count:,} posts")
            with filled(posts) as planet:
                for name, measure in chosen.items():
                    bar.update(task, description=f"Measuring {name}")
                    lines += measure(planet)
    _print(lines, as_json=asked.json)
    return 0 if all(line.reached is not False for line in lines) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ("crawl", "simulation", "search", "start", "memory")
    parser.add_argument("--only", nargs="+", choices=names, help="measure only these")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--posts", type=Path, help="a folder of real posts, *.jsonl.gz")
    return parser.parse_args()


def _print(lines: list[Line], *, as_json: bool) -> None:
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    if as_json:
        print(
            json.dumps({"machine": machine, "lines": [asdict(line) for line in lines]}, indent=1)
        )
        return
    table = Table(title=f"Measured on {machine}", title_justify="left")
    for heading in ("what", "found", "must be", ""):
        table.add_column(heading)
    for line in lines:
        mark = {None: "", True: "reached", False: "MISSED"}[line.reached]
        table.add_row(line.name, line.found, line.target, mark)
    Console(width=110 if not sys.stdout.isatty() else None).print(table)


if __name__ == "__main__":
    sys.exit(main())
