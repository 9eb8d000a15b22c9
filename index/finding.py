"""The nouns of a search: what is asked, what an engine is told of posts, and what it answers.

Values, in no engine's language.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from index.model import EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a search engine is told of a post."""

    id: str
    title: str
    text: str
    feed: str  # the blog's title
    slug: str  # the blog's slug
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kind: str = ""
    councils: tuple[str, ...] = ()
    nation: str = ""
    language: str = ""
    sort_at: datetime = EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An outbox row: the entry as it is now, or None if it must leave the index."""

    id: str
    sequence: int
    document: Document | None


class Sort(StrEnum):
    """The order of a search's answers."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a reader asked for, in no engine's language.

    Words are wished for, phrases demanded, and what stands in `without` forbidden.
    `cut` says that more was typed than is looked for, which makes it no other query.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    cut: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that answers a query, and how well."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One page of hits, and how many there are in all."""

    hits: tuple[Hit, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of plain text; `marked` where it is what the reader searched for."""

    text: str
    marked: bool = field(default=False)
