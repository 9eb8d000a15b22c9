"""Taking in somebody's list of blogs: what it would bring, then what is chosen of it.

    bytes ─► read_import ─► preview ─► the lines that are new ─► feeds.opml, and the log

Nothing is fetched. The lines are written as those of approved blogs are (`index.rewriting`),
and whoever follows the list finds them there within a minute.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from index.database import Database
from index.edits import Add
from index.errors import OpmlError
from index.imported import Fate, Line, preview
from index.known import Known
from index.model import Feed
from index.opml import Outlines, parse
from index.public import Network
from index.rewriting import read_list, rewrite
from index.submitted import note_decision

Clock = Callable[[], datetime]


class Imports:
    """The verbs; `opml` is our list, and `private_ok` the private networks it may name."""

    def __init__(
        self,
        database: Database,
        opml: Path,
        private_ok: Sequence[Network] = (),
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        self.opml = opml
        self.private_ok = private_ok
        self.clock = clock

    def preview(self, theirs: Outlines) -> list[Line]:
        """Return what would become of each line; raises OpmlError if ours cannot be read."""
        with self.database.read() as db:
            known = Known.read(db)
        return preview(theirs, parse(read_list(self.opml)).feeds, known, self.private_ok)

    def take(self, theirs: Outlines, who: str) -> list[Feed]:
        """Add to our list what is new in theirs; return it, as `who` is logged to have added it.

        Raises OpmlError with nothing added if our list cannot be read or written.
        """
        new = [one.feed for one in self.preview(theirs) if one.fate is Fate.NEW and one.feed]
        if not new:
            return []
        now = self.clock()
        with self.database.write() as db:
            for feed in new:
                note_decision(db, now, who, "import", None, feed.url or feed.site)
        try:
            rewrite(self.opml, [Add(feed) for feed in new])
        except OpmlError as error:
            with self.database.write() as db:
                note_decision(db, now, who, "not imported", None, "the list", note=str(error))
            raise
        return new
