"""A program for `test_killed_approvals`: begins a work and is killed before its nth write.

    python -m tests.crawler.killed FOLDER approve|settle

FOLDER/0 has a planet.db and a feeds.opml. The work is begun on copies of it, FOLDER/1 with a
kill before the first write, FOLDER/2 before the second, and so on, until one gets to its end.
A write is a statement or commit at the database, or anything that changes a file or a name.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from index.database import open_database
from index.decisions import Decisions

CHANGES = {
    *("os.rename", "os.link", "os.remove", "os.truncate", "os.chmod", "os.chown"),
    "tempfile.mkstemp",
}


class Steps:
    """Counts the writes of this process, and kills it before the last one that it is given."""

    def __init__(self, last: int) -> None:
        self.left = last
        sys.addaudithook(self.audit)
        event.listen(Engine, "before_cursor_execute", self.step)
        event.listen(Engine, "commit", self.step)

    def audit(self, what: str, said: tuple[Any, ...]) -> None:
        """Count what Python tells of changes to files."""
        writes = (
            what == "open" and isinstance(said[2], int) and said[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if what in CHANGES or writes:
            self.step()

    def step(self, *_: object) -> None:
        """Count a write that is about to be made."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def work(folder: Path, what: str, last: int, id: int = 1) -> None:
    """Do the work in a folder, to be killed before a write."""
    decisions = Decisions(
        open_database(f"sqlite:///{folder / 'planet.db'}"), folder / "feeds.opml"
    )
    Steps(last)
    if what == "approve":
        decisions.approve(id, "ann")
    else:
        decisions.settle()


def main(base: Path, what: str) -> None:
    """Do it again and again, each time killed a write later."""
    for last in range(1, 1_000):
        folder = base / str(last)
        shutil.copytree(base / "0", folder)
        child = os.fork()
        if not child:
            work(folder, what, last)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
