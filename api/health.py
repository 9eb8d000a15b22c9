"""Is this installation well? For /healthz, for the search page, and for `planet check`."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from index.errors import OpmlError, PlanetError
from index.opml import parse
from index.outbox import Outbox
from index.refresh import IndexStatus, status

PATIENCE = 5.0  # seconds for which an answer is good enough for a page


@dataclass(slots=True, kw_only=True)
class Health:
    """The health of the store and the index, as the web process can see it."""

    outbox: Outbox
    search_url: str
    opml: Path | None = None  # the list of blogs
    _list: tuple[tuple[int, int], str] = ((-1, -1), "")  # the list's last edit, what is wrong
    _indexed: tuple[float, float] = (float("-inf"), 1.0)  # when it was asked, what was said

    def index(self) -> IndexStatus:
        """Return how the search index is doing; raises StoreError."""
        return status(self.outbox, self.search_url)

    def indexed(self) -> float:
        """Return how much of what is published the index holds, from 0 to 1."""
        asked, share = self._indexed
        if monotonic() - asked > PATIENCE:
            now = self.index()
            share = min(1.0, now.indexed / now.expected) if now.expected else 1.0
            self._indexed = (monotonic(), share)
        return share

    def document(self) -> tuple[bool, dict[str, object]]:
        """Return whether all is well, and the details."""
        try:
            index = self.index()
        except PlanetError as error:
            return False, {"status": "unwell", "problem": str(error)}
        well = index.ready
        return well, {
            "status": "well" if well else "rebuilding",
            "index": {
                "ready": index.ready,
                "posts": index.indexed,
                "expected": index.expected,
                "message": index.message,
            },
            "list": {"ready": not (problem := self.list_problem()), "message": problem},
        }

    def list_problem(self) -> str:
        """Return why the list of blogs cannot be followed as it was last edited, or nothing.

        The blogs known so far are followed meanwhile, so that this does no harm to readers.
        """
        if self.opml is None:
            return ""
        try:
            found = self.opml.stat()
            edit = (found.st_mtime_ns, found.st_size)
            if edit != self._list[0]:
                self._list = (edit, _wrong(self.opml.read_bytes()))
        except OSError as error:
            return f"The list of blogs cannot be read: {error.strerror}."
        return self._list[1]


def _wrong(body: bytes) -> str:
    try:
        return "" if parse(body).feeds else "There is no blog in the list."
    except OpmlError as error:
        return str(error)
