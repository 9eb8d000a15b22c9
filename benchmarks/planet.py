"""Our own program as the benchmarks run it: processes of its own, in a folder of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import environment
from index.model import Feed
from index.opml import unparse

DELAY = 0.01  # seconds between two requests to one host: loopback minds nothing


@dataclass(frozen=True, slots=True)
class Planet:
    """An installation in `home`."""

    home: Path
    concurrency: int = 12
    delay: float = DELAY
    search_rate: int = 120
    gap: float = 5.0  # seconds that a host rests between requests for older posts

    @property
    def database(self) -> str:
        """The address of its database."""
        return f"sqlite:///{self.home / 'var' / 'planet.db'}"

    @property
    def index(self) -> str:
        """The address of its search index."""
        return f"tantivy://{self.home / 'var' / 'index'}"

    def follow(self, feeds: Iterable[Feed]) -> None:
        """Write the list of blogs."""
        (self.home / "feeds.opml").write_bytes(unparse(feeds, title="Blogs"))

    @property
    def environment(self) -> dict[str, str]:
        """The environment that its commands run in."""
        return {
            **environment(),
            "PLANET_HOME": str(self.home / "var"),
            "PLANET_OPML": str(self.home / "feeds.opml"),
            "PLANET_ALLOW_ADDRESSES": "127.0.0.0/8",
            "PLANET_CONTACT": "bench@planet.example",
            "PLANET_DELAY": str(self.delay),
            "PLANET_SPREAD": "0",
            "PLANET_BACKFILL": "false",
            "PLANET_BACKFILL_DELAY": str(self.gap),
            "PLANET_SEARCH_RATE": str(self.search_rate),
            "PLANET_CONCURRENCY": str(self.concurrency),
        }

    def crawl(self, *options: str) -> dict[str, Any]:
        """Crawl once; return the tally, with the `whole` seconds of the process."""
        began = time.perf_counter()
        tally: dict[str, Any] = self.run("crawl", *options)
        return tally | {"whole": time.perf_counter() - began}

    def feeds(self) -> list[dict[str, Any]]:
        """Return how each feed is doing."""
        listed: list[dict[str, Any]] = self.run("feeds")
        return listed

    def run(self, *arguments: str) -> Any:
        """Run a command with --json; return what it said."""
        command = [sys.executable, "-m", "api.cli", *arguments, "--json"]
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} went wrong: {done.stderr[-2000:]}")
        return json.loads(done.stdout)
