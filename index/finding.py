"""The nouns of a search: what is asked, what an engine is told of posts, and what it answers.

Values, in no engine's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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
    also: tuple[str, ...] = ()  # slugs of other blogs that published it
    headings: str = ""  # a line each
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # as the author wrote them
    topics: tuple[str, ...] = ()  # slugs
    kind: str = ""
    councils: tuple[str, ...] = ()  # slugs
    nation: str = ""
    language: str = ""
    licence: str = ""
    complete: bool = True  # False: `text` is a summary only
    linked: float = 0.0  # the share of its words that are links, 0 to 1
    sort_at: datetime = EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An outbox row: the entry as it is now, or None if it must leave the index.

    `late` entries came long after their own date: they are news to nobody.
    """

    id: str
    sequence: int
    document: Document | None
    late: bool = False


class Sort(StrEnum):
    """The order of a search's answers."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


class By(StrEnum):
    """What posts can be narrowed down by; the names are those that readers type."""

    TOPIC = "topic"
    TAG = "tag"
    COUNCIL = "council"
    NATION = "nation"
    REGION = "region"
    KIND = "kind"
    BLOG = "blog"
    AUTHOR = "author"
    TITLE = "title"
    LANG = "lang"
    HAS = "has"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Filter:
    """A demand on what posts are, not on what they say; `value` is a slug, or words."""

    by: By
    value: str
    without: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a reader asked for, in no engine's language.

    Words are wished for, phrases demanded, and what stands in `without` forbidden. In
    `either` stand alternatives, of which one is wished for. A word that ends in "*" stands
    for all that begin so; in `either` and `without`, words with a blank between them are a
    phrase. Of filters by the same thing one must hold, by different things each; of titles
    each. `after` and `before` are London days, the first of them included.

    `widened`: the council vocabulary's other words for the same are looked for too.
    `cut` says that more was typed than is looked for, which makes it no other query.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    after: date | None = None
    before: date | None = None
    widened: bool = True
    cut: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        wanted = any(not one.without for one in self.filters)
        return self.worded or wanted or bool(self.after or self.before)

    @property
    def worded(self) -> bool:
        """Whether there is anything to look for in what posts say."""
        return bool(self.words or self.phrases or self.either)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that answers a query, and how well."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One page of hits, how many there are in all, and how many of those are counted.

    Best first, posts are listed that hold only some of the words, after or among those that
    hold enough of them. Only these are counted, listed by date, and followed as a feed.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of plain text; `marked` where it is what the reader searched for."""

    text: str
    marked: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Tally:
    """A value that some of the answers have, such as a council, and how many have it."""

    value: str
    posts: int


Facets = Mapping[By, tuple[Tally, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an index made of a query: `also` was looked for as well, by the words it stands for.

    `instead` holds words that no post has, each with the one that was looked for in its
    place; `unknown` those for which there was none. `hint` is a whole query in other words
    that may have been meant; nothing was done about it.
    """

    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    hint: str = ""
