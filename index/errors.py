"""Every exception we raise, drawn as a tree.

    PlanetError             something a person can be told in one sentence
    +-- SettingsError       a setting cannot be used
    +-- OpmlError           the list of blogs cannot be read
    +-- VocabularyError     the list of topics cannot be read
    +-- StoreError          the database cannot be used
    |   +-- StoreBusy       ... for the moment: try again
    |   +-- StoreFull       ... because the disk is full
    +-- SearchError         the search index cannot be used
    |   +-- IndexDamaged    ... and must be built anew
    +-- SubmissionError     a suggestion cannot be taken as it is
    +-- NotFound            no such post, blog or page
    +-- ModeratorError      an account cannot be made so, or not signed in to
    +-- AlreadyRunning      another process does this work
    +-- PortTaken           another program listens there
    +-- FetchError          an address could not be fetched (crawler)
    +-- MailError           a letter could not be sent now (crawler)
    +-- ParseError          what was fetched is no feed (crawler)

A library's exceptions are wrapped at the boundary of the module that imports it,
with the cause chained; bugs are not wrapped. The message is what people read: what
happened, where, and what to do next.
"""

from typing import Any


class PlanetError(Exception):
    """Something went wrong that a person can be told in one sentence."""


class SettingsError(PlanetError):
    """A setting cannot be used."""


class OpmlError(PlanetError):
    """The list of blogs cannot be read."""


class VocabularyError(PlanetError):
    """The list of topics cannot be read; the message names the entry that is wrong."""


class StoreError(PlanetError):
    """The database cannot be used."""


class StoreBusy(StoreError):
    """The database is locked for the moment."""


class StoreFull(StoreError):
    """The disk that holds the database is full."""


class SearchError(PlanetError):
    """The search index cannot be used."""


class IndexDamaged(SearchError):
    """The search index is missing, damaged or of another make, and must be built anew."""


class SubmissionError(PlanetError):
    """A suggestion, or a decision about one, cannot be taken; `code` says why to programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotFound(PlanetError):
    """There is no such post, blog or page."""


class Gone(NotFound):
    """There was a post here, and it was taken down."""


class ModeratorError(PlanetError):
    """An account of a moderator cannot be made so, or nobody may sign in like this."""


class AlreadyRunning(PlanetError):
    """Another process does this work already."""


class PortTaken(PlanetError):
    """Another program listens at the address we were asked to serve."""


class FetchError(PlanetError):
    """An address could not be fetched; `code` names the problem for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes, which an exception does by its message alone."""
        return type(self), (self.code, str(self))


class MailError(PlanetError):
    """The mail server cannot take a letter now."""


class ParseError(PlanetError):
    """What was fetched cannot be read as a feed; `code` names the problem for programs.

    `offered` is where the feed is, if a page that stood in its place says so.
    """

    def __init__(self, code: str, message: str, offered: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.offered = offered

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes, which an exception does by its message alone."""
        return type(self), (self.code, str(self), self.offered)
