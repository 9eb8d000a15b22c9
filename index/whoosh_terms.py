"""What a Whoosh index keeps of a post, and how it reads words: the same for posts and queries.

A field's values are made into its terms here, in one pass, for the library's own analyzers
take four times as long over a post.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from whoosh.columns import Column, NumericColumn, RefBytesColumn, VarBytesColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Existence, Format
from whoosh.lang import stemmer_for_language

from index.clauses import FACETS, Field
from index.folding import folded
from index.record import Record, plain

LONGEST_WORD = 40  # bytes; longer ones are addresses and noise
GAP = 1  # positions between two values of a field: no phrase reaches across
SEPARATOR = "\n"  # of the values in a column

_WORD = re.compile(r"[^\W_]+")
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9&]{1,7}\b")

# Of each field: how it is read, and what the index keeps of each term.
TEXTS: dict[Field, tuple[str, str]] = {
    Field.ID: ("raw", "basic"),
    Field.TEXT: ("stemmed", "position"),
    Field.TITLE: ("stemmed", "position"),
    Field.HEADING: ("stemmed", "position"),
    Field.LABEL: ("stemmed", "position"),
    Field.EXACT: ("exact", "position"),
    Field.CAPITALS: ("capitals", "freq"),
    Field.WELSH: ("exact", "position"),
    Field.WHOLE: ("raw", "basic"),
    Field.NAME: ("raw", "basic"),
    Field.AUTHOR: ("exact", "basic"),
    Field.TOPIC: ("raw", "basic"),
    Field.TAG: ("raw", "basic"),
    Field.COUNCIL: ("raw", "basic"),
    Field.NATION: ("raw", "basic"),
    Field.REGION: ("raw", "basic"),
    Field.KIND: ("raw", "basic"),
    Field.BLOG: ("raw", "basic"),
    Field.LANG: ("raw", "basic"),
    Field.HAS: ("raw", "basic"),
    Field.YEAR: ("raw", "basic"),
}
SCORED = frozenset(field for field, (_, keeps) in TEXTS.items() if keeps != "basic")
COUNTED = frozenset(Field(by.value) for by in FACETS)

_stem: Callable[[str], str] = stemmer_for_language("en")


def words(text: str) -> list[tuple[int, str]]:
    """Return the words of a text as they stand, each with its position."""
    return list(_exact(plain(text)))


@lru_cache(50_000)
def stem(word: str) -> str:
    """Return the stem of one of these words."""
    return _stem(word)


@cache
def schema() -> Schema:
    """Return the fields of an index."""
    kept = {field.value: Terms(field, _column(field)) for field in TEXTS}
    return Schema(
        **kept,
        sort_at=COLUMN(NumericColumn("q")),
        number=COLUMN(NumericColumn("q")),  # of the blog
        prior=COLUMN(NumericColumn("d")),
    )


def document(record: Record) -> dict[str, Any]:
    """Return a post as the library takes it."""
    values: dict[str, Any] = {field.value: kept for field, kept in record.fields.items()}
    numbers = {"sort_at": record.sort_at, "number": record.blog, "prior": record.prior}
    return {Field.ID.value: [record.id], **values, **numbers}


class Terms(FieldType):
    """A field of the index: takes a list of values, and gives their terms."""

    def __init__(self, field: Field, column: Column | None) -> None:
        reads, keeps = TEXTS[field]
        self.reads = reads
        self.placed = keeps == "position"
        super().__init__(
            Format() if self.placed else Existence(),
            analyzer=None,  # type: ignore[arg-type]  # none is called: we give terms
            scorable=keeps != "basic",
        )
        self.column_type = column

    def index(
        self, value: Sequence[str], **_: object
    ) -> Generator[tuple[bytes, int, float, bytes]]:
        """Give each term, how often it is there, that again as its weight, and where."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, term in _terms(self.reads, value):
            found[term].append(position)
        for term, places in found.items():
            times = len(places) if self.scorable else 1
            at = array("I", places).tobytes() if self.placed else b""
            yield encoded(term), times, float(times), at

    def to_column_value(self, value: Sequence[str]) -> bytes:
        """Return what is kept of a post beside its terms: all values as they are."""
        return encoded(SEPARATOR.join(value))


def encoded(term: str) -> bytes:
    """Return a term as the files have it."""
    return term.encode("utf-8", "replace")


def _column(field: Field) -> Column | None:
    if field is Field.ID:
        return VarBytesColumn()
    return RefBytesColumn() if field in COUNTED else None


def _terms(reads: str, values: Sequence[str]) -> Iterator[tuple[int, str]]:
    if reads == "raw":
        yield from enumerate(values)
        return
    start = 0
    for value in values:
        found = _READERS[reads](value)
        for position, term in found:
            yield start + position, term
        if found:
            start += found[-1][0] + 1 + GAP


@lru_cache(8)  # a post's title and text are read for several fields
def _exact(text: str) -> list[tuple[int, str]]:
    # Apostrophes and hyphens part words, in posts and in queries alike.
    return [
        (position, word)
        for position, word in enumerate(_WORD.findall(folded(text).lower()))
        if len(word) <= LONGEST_WORD // 4 or len(word.encode()) <= LONGEST_WORD
    ]


def _stemmed(text: str) -> list[tuple[int, str]]:
    return [(position, stem(word)) for position, word in _exact(text)]


def _capitals(text: str) -> list[tuple[int, str]]:
    return list(enumerate(_CAPITALS.findall(text)))


_READERS: dict[str, Callable[[str], list[tuple[int, str]]]] = {
    "exact": _exact,
    "stemmed": _stemmed,
    "capitals": _capitals,
}
