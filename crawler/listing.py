"""Keeping up with the list of blogs while people edit it.

A list that cannot be read changes nothing: the blogs followed so far are followed on,
and whoever watches is told the line and column, once for each edit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from index import __version__
from index.decisions import Decisions
from index.errors import OpmlError
from index.model import Followings
from index.opml import Outlines, parse
from index.store import Store


@dataclass(slots=True, kw_only=True)
class Listing:
    """The file with the list of blogs, and the store that follows it."""

    path: Path
    store: Store
    spread: timedelta = timedelta(0)  # of the first visits to new blogs
    _seen: tuple[int, int] | None = None  # the file as it was last read
    _unsettled: tuple[str, ...] = ()  # why what was approved cannot be listed, said already

    def reread(self, now: datetime, say: Callable[[str], None]) -> Followings | None:
        """Follow the list if it was edited since; return what changed, None if nothing could.

        What people should know of is passed to `say`.
        """
        edited = self._edited()
        if edited == self._seen:
            return None
        try:
            followings = self.follow(now, say)
        except OpmlError as error:
            say(f"{error} Until then the blogs known so far are followed.")
            followings = None
        self._seen = edited  # not where the store could not be written: that is tried again
        return followings

    def follow(self, now: datetime, say: Callable[[str], None]) -> Followings:
        """Read the list and follow it, unless it is followed already; raises OpmlError."""
        body = self._body()
        digest = sha256(__version__.encode() + body).hexdigest()
        followings = self.store.followed(digest)
        if followings is None:
            outlines = self._parsed(body)
            followings = self.store.follow(
                outlines.feeds, now, spread=self.spread, digest=digest, warnings=outlines.warnings
            )
        for warning in followings.warnings:
            say(f"{self.path}: {warning}")
        return followings

    def settle(self, say: Callable[[str], None]) -> None:
        """End what moderators began to approve, if a process was killed on the way."""
        unsettled = Decisions(self.store.database, self.path).settle()
        for sentence in unsettled:
            if sentence not in self._unsettled:
                say(sentence)
        self._unsettled = unsettled

    def _edited(self) -> tuple[int, int]:
        """Return what tells one edit from the next: mtime (ns) and size; zeros for no file."""
        try:
            found = self.path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)

    def _body(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError as error:
            raise OpmlError(
                f"There is no list of blogs at {self.path}: set PLANET_OPML to where it is."
            ) from error
        except OSError as error:
            raise OpmlError(
                f"The list of blogs {self.path} cannot be read: {error.strerror}."
            ) from error

    def _parsed(self, body: bytes) -> Outlines:
        try:
            outlines = parse(body)
        except OpmlError as error:
            raise OpmlError(f"{self.path}: {error}") from error
        if not outlines.feeds:
            # An empty list would archive every blog: far likelier a slip than a wish.
            raise OpmlError(f"{self.path}: there is no blog in this list. Put one in it.")
        return outlines
