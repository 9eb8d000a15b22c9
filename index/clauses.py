"""What an engine is asked for: the small language that every engine translates into its own.

A `Plan` is made of a reader's query by `index.plan`. Its clauses speak of an index's
fields and terms, so that an engine has nothing to decide but how it finds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from index.finding import By, Reading


class Field(StrEnum):
    """The fields of an index. Each engine has all of them, under these names."""

    ID = "id"
    TEXT = "text"  # stems: title, body, blog, authors and tags
    TITLE = "title"  # stems
    HEADING = "heading"  # stems
    LABEL = "label"  # stems of tags and of topics' names
    EXACT = "exact"  # words of title and body as they stand
    CAPITALS = "capitals"  # words of title and body that are in capitals
    WELSH = "welsh"  # lemmas of title and body of posts in Welsh
    WHOLE = "whole"  # the title, all words of it as one term
    NAME = "name"  # the blog's title, likewise
    AUTHOR = "author"  # words of the authors' names
    TOPIC = "topic"  # what follows is compared as it is
    TAG = "tag"
    COUNCIL = "council"
    NATION = "nation"
    REGION = "region"
    KIND = "kind"
    BLOG = "blog"
    LANG = "lang"
    HAS = "has"
    YEAR = "year"


FACETS = (By.TOPIC, By.COUNCIL, By.NATION, By.REGION, By.KIND, By.YEAR, By.BLOG)


@dataclass(frozen=True, slots=True)
class Term:
    """The posts that hold one term in a field."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """The posts that hold these terms at these distances; `slop` words may be between."""

    field: Field
    terms: tuple[tuple[int, str], ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The posts that satisfy one of these."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """The posts that satisfy each of these; of none, every post."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The posts from one moment on until before another, in microseconds since 1970."""

    since: int | None
    until: int | None


Clause = Term | Run | AnyOf | AllOf | Between


@dataclass(frozen=True, slots=True)
class Wish:
    """What adds to a post's score: its BM25 score times `boost`, or `boost` itself."""

    clause: Clause
    boost: float = 1.0
    constant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What is to be marked in a text: single terms by weight, and runs of terms."""

    stems: dict[str, float] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    capitals: dict[str, float] = field(default_factory=dict)
    lemmas: dict[str, float] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], float] = field(default_factory=dict)  # of words as they stand
    runs: dict[tuple[str, ...], float] = field(default_factory=dict)  # of stems


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an engine is to find: all of `must`, nothing of `never`, best by `wishes`.

    `wide` asks for less than `must`: posts that are ranked though they do not hold enough to
    be counted. `spread`: one blog must not fill the page. Only wishes score.
    """

    must: tuple[Clause, ...]
    wide: tuple[Clause, ...] = ()
    never: tuple[Clause, ...] = ()
    wishes: tuple[Wish, ...] = ()
    marked: Marked = field(default_factory=Marked)
    reading: Reading = field(default_factory=Reading)
    spread: bool = True


class Lexicon(Protocol):
    """What an index knows of words: how it reads them, and how many posts hold them."""

    def posts(self) -> int:
        """Return how many posts there are."""
        ...

    def holding(self, field: Field, term: str) -> int:
        """Return how many posts hold a term; those that have gone may be counted."""
        ...

    def count(self, must: tuple[Clause, ...], never: tuple[Clause, ...] = ()) -> int:
        """Return how many posts satisfy all of `must` and nothing of `never`."""
        ...

    def beginning(self, field: Field, letters: str, most: int) -> Sequence[tuple[str, int]]:
        """Return up to `most` terms that begin so, and how many posts hold each."""
        ...

    def words(self, text: str) -> list[tuple[int, str]]:
        """Return the words of a text as they stand, each with its position."""
        ...

    def stem(self, word: str) -> str:
        """Return the stem of one of these words."""
        ...
