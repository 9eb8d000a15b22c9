"""The `planet` command as its users run it: a process of its own, in a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.catalogue import Catalogue
from index.database import open_database
from index.model import Feed
from index.opml import unparse


@dataclass(slots=True)
class Installation:
    """A folder with a list of blogs, a database and an index, and the settings for it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def follow(self, *feeds: Feed) -> None:
        """Write the list of blogs."""
        (self.folder / "feeds.opml").write_bytes(unparse(feeds, title="Blogs"))

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment that the commands run in."""
        return {
            **os.environ,
            "PLANET_HOME": str(self.folder / "var"),
            "PLANET_OPML": str(self.folder / "feeds.opml"),
            "PLANET_ALLOW_ADDRESSES": "127.0.0.0/8",
            "PLANET_CONTACT": "test@planet.example",
            "PLANET_DELAY": "0.01",
            "PLANET_SPREAD": "0",
            "PLANET_BACKFILL": "false",
            "PLANET_BACKFILL_DELAY": "0.05",
            "COLUMNS": "100",
            **self.settings,
        }

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        """Start a command, with its output in pipes, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments],
            env=self.environment,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def planet(self, *arguments: str, status: int = 0, typed: str = "") -> str:
        """Run a command to its end, which must have this status; return what it printed."""
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, err = process.communicate(typed)
        assert process.returncode == status, f"{out}\n{err}"
        assert "Traceback" not in err, err
        return out if status == 0 else out + err

    def document(self, *arguments: str) -> Any:
        """Run a command with --json; return what it said."""
        return json.loads(self.planet(*arguments, "--json"))

    def python(self, code: str) -> str:
        """Run some Python in the environment of the commands; return what it printed."""
        command = [sys.executable, "-c", f"import json; {code}"]
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def catalogue(self) -> Catalogue:
        """What pages would show."""
        return Catalogue(open_database(f"sqlite:///{self.folder / 'var' / 'planet.db'}"))
