"""Our own program as the benchmarks run it: processes of its own, in a folder of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.model import Feed
from index.opml import unparse

DELAY = "0.01"  # seconds between two requests to one host: loopback minds nothing


@dataclass(frozen=True, slots=True)
class Planet:
    """An installation in `home`."""

    home: Path
    concurrency: int = 12

    def follow(self, feeds: Iterable[Feed]) -> None:
        """Write the list of blogs."""
        (self.home / "feeds.opml").write_bytes(unparse(feeds, title="Blogs"))

    @property
    def environment(self) -> dict[str, str]:
        """The environment that its commands run in."""
        # Nothing of the operator's own: no real database may be written to, and no proxy asked.
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PLANET_") and not name.lower().endswith("_proxy")
        }
        return {
            **inherited,
            "PLANET_HOME": str(self.home / "var"),
            "PLANET_OPML": str(self.home / "feeds.opml"),
            "PLANET_ALLOW_ADDRESSES": "127.0.0.0/8",
            "PLANET_CONTACT": "bench@planet.example",
            "PLANET_DELAY": DELAY,
            "PLANET_SPREAD": "0",
            "PLANET_CONCURRENCY": str(self.concurrency),
        }

    def crawl(self) -> dict[str, Any]:
        """Crawl everything once; return the tally, with the `whole` seconds of the process."""
        began = time.perf_counter()
        tally: dict[str, Any] = self.run("crawl", "--all")
        return tally | {"whole": time.perf_counter() - began}

    def feeds(self) -> list[dict[str, Any]]:
        """Return how each feed is doing."""
        listed: list[dict[str, Any]] = self.run("feeds")
        return listed

    def run(self, *arguments: str) -> Any:
        """Run a command with --json; return what it said."""
        command = [sys.executable, "-m", "api.cli", *arguments, "--json"]
        done = subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)
