"""Measure everything once, on this machine, in one run, and say what reached its target.

    python -m benchmarks [--only NAME ...] [--quick] [--json] [--posts FOLDER] [--feeds FOLDER ...]
                         [--stock FOLDER]

Exit status 1 if a target was missed. With --quick nothing is judged.
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

from benchmarks import (
    crawl,
    engines,
    extraction,
    known,
    likeness,
    limit,
    linking,
    memory,
    older,
    pages,
    search,
    searching,
    simulation,
    stages,
    start,
)
from benchmarks.bench import Bench
from benchmarks.environment import compile_all
from benchmarks.scale import FULL, QUICK
from benchmarks.table import Line

# A measurement is a function of the bench that gives its lines as it finds them.
MEASURES: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "crawl": crawl.measure,
    "limit": limit.measure,
    "stages": stages.measure,
    "known": known.measure,
    "simulation": lambda bench: simulation.measure(bench.scale.feeds),
    "search": search.measure,
    "engines": engines.measure,
    "searching": searching.measure,
    "pages": pages.measure,
    "extraction": extraction.measure,
    "links": linking.measure,
    "likeness": likeness.measure,
    "start": start.measure,
    "memory": memory.measure,
    "backfill": older.measure,
}


def main() -> int:
    """Run what was asked for and print the table."""
    asked = _arguments()
    scale = QUICK if asked.quick else FULL
    compile_all()
    found: dict[str, list[Line]] = {}
    with Bench(
        scale=scale, posts_folder=asked.posts, feeds_folders=asked.feeds, stock=asked.stock
    ) as bench:
        for name in asked.only or MEASURES:
            lines = _measured(name, bench)
            found[name] = lines if scale.judges else [line.unjudged() for line in lines]
    _print(found, as_json=asked.json)
    judged = (line.reached for lines in found.values() for line in lines)
    return 0 if all(reached is not False for reached in judged) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="measure only these")
    parser.add_argument("--quick", action="store_true", help="small, and nothing is judged")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--posts", type=Path, help="a folder of real posts, *.jsonl.gz")
    parser.add_argument(
        "--feeds", type=Path, nargs="+", default=(), help="folders of real feed files"
    )
    parser.add_argument(
        "--stock", type=Path, help="keep the planets that were filled here, for the next run"
    )
    return parser.parse_args()


def _measured(name: str, bench: Bench) -> list[Line]:
    """Return the lines of a measurement, telling meanwhile how it is getting on."""
    found: list[Line] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"Measuring {name}")
        for line in MEASURES[name](bench):
            found.append(line)
            bar.update(task, description=f"Measuring {name}: {line.name}")
        bar.update(task, description=f"Measured {name}")
    return found


def _print(found: dict[str, list[Line]], *, as_json: bool) -> None:
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, byte code cached"
    if as_json:
        said = [{"of": name} | asdict(line) for name, lines in found.items() for line in lines]
        print(json.dumps({"machine": machine, "lines": said}, indent=1))
        return
    table = Table(title=f"Measured on {machine}", title_justify="left")
    for heading in ("what", "found", "must be", ""):
        table.add_column(heading)
    for lines in found.values():
        for line in lines:
            mark = {None: "", True: "reached", False: "MISSED"}[line.reached]
            table.add_row(line.name, line.found, line.target, mark)
        table.add_section()
    Console(width=110 if not sys.stdout.isatty() else None).print(table)


if __name__ == "__main__":
    sys.exit(main())
