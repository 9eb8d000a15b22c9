"""The programs that crawl side by side: ours, and those that others would choose.

Each is a crawl in a folder of its own, of the same addresses and at the same concurrency.
What of them is not installed is said, with how to get it.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from benchmarks.environment import ROOT, environment
from benchmarks.planet import Planet
from crawler.robots import origin
from index.database import migrate, open_database
from index.model import Feed, Robots
from index.store import Store

WORKERS = 12  # requests at once
MISSING = "not installed: make bench"
RIVALS = ROOT / ".venv-bench" / "bin" / "python"  # made by `make bench`


@dataclass(frozen=True, slots=True)
class Took:
    """The seconds of a crawl alone and of its whole process, and the posts it holds since."""

    crawl: float
    whole: float
    posts: int


class Program(Protocol):
    """A program that crawls the addresses it was given, again and again."""

    def __init__(self, home: Path, urls: Sequence[str]) -> None: ...

    def crawl(self) -> Took:
        """Crawl all addresses once."""
        ...


def missing(program: type[Program]) -> str:
    """Return how to install a program, if it is not."""
    if program in COMMANDS and not shutil.which(COMMANDS[program]):
        return f"not installed: apt install {program.__name__.lower()}"
    return MISSING if program in MODULES and not has_module(MODULES[program]) else ""


def has_module(name: str) -> bool:
    """Whether what we are measured beside includes a module of that name."""
    looked = [str(rivals_python()), "-c", f"import {name}"]
    return not subprocess.run(looked, env=environment(), capture_output=True).returncode


def rivals_python() -> Path:
    """Return the Python that has what we are measured beside, or else our own."""
    return RIVALS if RIVALS.exists() else Path(sys.executable)


ONCE = 0.98  # of real posts; the others were published on two blogs, and are found once


class Ours:
    """Council Planet: `planet crawl --all`, every robots.txt known from an earlier visit."""

    def __init__(self, home: Path, urls: Sequence[str]) -> None:
        self.planet = Planet(home, concurrency=WORKERS)
        self.planet.follow(Feed(url=url, title=f"Blog {n}") for n, url in enumerate(urls))
        self.posts = 0
        warm(self.planet, urls)

    def crawl(self) -> Took:
        """Crawl, and let the search index be told."""
        tally = self.planet.crawl("--all")
        found = tally["new"] + tally["changed"]
        if tally["failed"] or not ONCE * found <= tally["indexed"] <= found:
            raise RuntimeError(f"a crawl went wrong: {tally}")
        self.posts += tally["new"]
        return Took(tally["seconds"], tally["whole"], self.posts)


class Reader:
    """lemon24/reader: `update_feeds` and `update_search`. It asks for no robots.txt."""

    def __init__(self, home: Path, urls: Sequence[str]) -> None:
        self._home, self._urls = home, urls

    def crawl(self) -> Took:
        """Update the feeds, then the search."""
        said, whole = told_by("with_reader", str(self._home / "db"), str(WORKERS), say=self._urls)
        if not said["found"]:
            raise RuntimeError(f"reader's search finds nothing: {said}")
        return Took(said["seconds"], whole, said["entries"])


class DjangoPlanet:
    """django-planet: its two commands, one feed after the other; it has no search index."""

    def __init__(self, home: Path, urls: Sequence[str]) -> None:
        self._home, self._urls = home, urls

    def crawl(self) -> Took:
        """Add the feeds, or update them if they are there."""
        said, whole = told_by("with_django_planet", str(self._home / "db"), say=self._urls)
        return Took(said["seconds"], whole, said["entries"])


class Newsboat:
    """newsboat (C++): `reload`, into its SQLite cache. It has no search index."""

    def __init__(self, home: Path, urls: Sequence[str]) -> None:
        self._home = home
        (home / "urls").write_text("".join(f"{url}\n" for url in urls))
        (home / "config").write_text(f"reload-threads {WORKERS}\n")

    def crawl(self) -> Took:
        """Reload every feed."""
        files = {"-u": "urls", "-c": "cache.db", "-C": "config"}
        options = [part for name, file in files.items() for part in (name, str(self._home / file))]
        whole = _run(["newsboat", *options, "-x", "reload"], self._home)
        with sqlite3.connect(self._home / "cache.db") as db:
            [posts] = db.execute("SELECT count(*) FROM rss_item").fetchone()
        return Took(whole, whole, posts)


class Sfeed:
    """sfeed (C and shell): `sfeed_update`, into a text file a feed. It has no search index."""

    def __init__(self, home: Path, urls: Sequence[str]) -> None:
        self._home = home
        feeds = "".join(f'\tfeed "blog-{n}" "{url}"\n' for n, url in enumerate(urls))
        (home / "sfeedrc").write_text(
            f'sfeedpath="{home}/feeds"\nmaxjobs={WORKERS}\nfeeds() {{\n{feeds}}}\n'
        )

    def crawl(self) -> Took:
        """Update every feed."""
        whole = _run(["sfeed_update", str(self._home / "sfeedrc")], self._home)
        files = (self._home / "feeds").iterdir()
        posts = sum(len(path.read_bytes().splitlines()) for path in files)
        return Took(whole, whole, posts)


COMMANDS: dict[type[Program], str] = {Newsboat: "newsboat", Sfeed: "sfeed_update"}
MODULES: dict[type[Program], str] = {Reader: "reader", DjangoPlanet: "planet"}


def warm(planet: Planet, urls: Sequence[str]) -> None:
    """Let the store know every robots.txt, as it would from an earlier visit."""
    migrate(planet.database)
    database = open_database(planet.database)
    now = datetime.now(UTC)
    for url in urls:
        Store(database).keep_robots(Robots(origin=origin(url), status=404, body="", fetched=now))
    database.close()


def told_by(
    module: str, *arguments: str, say: Sequence[str], python: Path | None = None
) -> tuple[dict[str, Any], float]:
    """Run a module of ours in the Python of those we are measured beside, or in another.

    It is given `say`, a line each; returns the JSON that it prints, and its seconds.
    """
    command = [str(python or rivals_python()), "-m", f"benchmarks.{module}", *arguments]
    began = time.perf_counter()
    done = subprocess.run(
        command, input="\n".join(say), env=environment(), capture_output=True, text=True
    )
    whole = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{module} went wrong: {done.stderr[-2000:]}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said, whole


def _run(command: Sequence[str], home: Path) -> float:
    """Run a program with `home` as its home; return the seconds it took."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment() | {"HOME": str(home)}, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} went wrong: {done.stderr[-2000:]!r}")
    return time.perf_counter() - began
