"""Is this installation well? For /healthz, for the search page, and for `planet check`."""

from dataclasses import dataclass
from time import monotonic

from index.errors import PlanetError
from index.outbox import Outbox
from index.refresh import IndexStatus, status

PATIENCE = 5.0  # seconds for which an answer is good enough for a page


@dataclass(slots=True, kw_only=True)
class Health:
    """The health of the store and the index, as the web process can see it."""

    outbox: Outbox
    search_url: str
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
        }
