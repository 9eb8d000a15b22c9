"""The search index in Tantivy: the only module that knows that library.

A post is indexed twice over: stemmed (`text`, and `title` once more, for its weight),
where words are looked for, and as it stands (`exact`), where phrases are: a stemmed
phrase is not exact. The texts themselves stay in the store.
"""

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

import tantivy
from tantivy import Filter, Occur, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.errors import PlanetError, SearchError
from index.finding import Document, Fragment, Hit, Query, Results, Sort
from index.generations import Generations, busy, damaged, stamp
from index.highlight import Mark, cut
from index.matching import enough, page, weight
from index.model import (
    EPOCH,
)
from index.query import telling

HEAP = 15_000_000  # bytes for what awaits a commit; the library takes no less
TITLE = 2.0  # how much more a word in the title counts
NEAR = 0.5  # ... and two words of the query next to each other, or nearly
SLOP = 3  # words that may stand between those
PAIRS = 3  # looked for near each other: on common words each costs as much as a query
ALL = 0.3  # what holding every word adds, as a share of the words' weight
FEW = 16  # posts: counts up to this are checked for posts that have gone
LONGEST_WORD = 40  # bytes; longer ones are addresses and noise
PHRASE = 20.0  # what a phrase weighs when a fragment is chosen: more than any word
LOOKED_AT = 30_000  # characters of a text searched for the fragment to show


class Field(NamedTuple):
    """A text field: its name, its analyzer, and what the index keeps of each word."""

    name: str
    analyzer: str = "raw"
    keeps: str = "basic"
    stored: bool = False


# The machine, not the index, is in trouble.
MACHINE = re.compile(
    "File too large|Too many open files|Permission denied|Read-only|allocate memory|was killed"
)

FIELDS = (
    Field("id", stored=True),
    Field("text", "stemmed", "position"),  # title, body, blog, authors and tags
    Field("title", "stemmed", "position"),
    Field("exact", "exact", "position"),  # title and body
    Field("slug"),
    Field("kind"),
    Field("council"),
    Field("nation"),
    Field("language"),
    Field("tag"),
)


class Tantivy:
    """How to make and open an index in a folder."""

    @property
    def fingerprint(self) -> str:
        """Differs when an index made by other code can no longer be used."""
        # Raise the number when the analyzers or `_document` change.
        make = (1, FIELDS, LONGEST_WORD, version("tantivy"))
        return sha256(repr(make).encode()).hexdigest()[:16]

    def create(self, folder: Path) -> None:
        """Make an empty index in `folder`."""
        with _wrapped(folder):
            tantivy.Index(_schema(), path=str(folder), reuse=False)

    def open(self, folder: Path, generation: str, *, writable: bool) -> "TantivySearch":
        """Open the index in `folder`; raises IndexDamaged or AlreadyRunning."""
        return TantivySearch(folder, generation, writable=writable)


def engine(place: str) -> Generations:
    """Return the engine whose indexes live in the folder `place`."""
    return Generations(Path(place), Tantivy())


class TantivySearch:
    """One generation. Threads may share it for reading."""

    def __init__(self, folder: Path, generation: str, *, writable: bool = False) -> None:
        self.generation = generation
        self._folder = folder
        self._meta = folder / "meta.json"
        self._writer: tantivy.IndexWriter | None = None
        with _wrapped(folder):
            self._read_at = stamp(self._meta)
            self._index = tantivy.Index.open(str(folder))
            self._wording = Wording(self._index)
            self._index.config_reader("manual")
            self._searcher = self._index.searcher()
            if writable:
                self._writer = self._index.writer(heap_size=HEAP, num_threads=1)

    @property
    def edition(self) -> str:
        """Differs with every commit, whoever committed it."""
        with _wrapped(self._folder):
            self._view()
        return f"{self.generation} {self._read_at}"

    def find(
        self, query: Query, *, sort: Sort = Sort.RELEVANCE, limit: int, offset: int = 0
    ) -> Results:
        """Return a page of the posts that answer `query`."""
        with _wrapped(self._folder):
            searcher = self._view()
            built = self._built(searcher, query, sort)
            if built is None:
                return Results()
            order = "sort_at" if sort is Sort.NEWEST else None
            return _page(searcher, built, order, offset, limit)

    def built(self, query: Query, sort: Sort = Sort.RELEVANCE) -> tantivy.Query | None:
        """Return `query` as the library takes it; None if nothing can answer it."""
        return self._built(self._view(), query, sort)

    def highlight(
        self, query: Query, texts: Sequence[str], *, width: int = 240
    ) -> list[tuple[Fragment, ...]]:
        """Return, for each text, the run of it that shows best why it was found."""
        with _wrapped(self._folder):
            weights = self._weights(self._view(), query.words)
            cuts = []
            for text in map(_plain, texts):
                marks = self._wording.marks(text[:LOOKED_AT], weights, query.phrases)
                cuts.append(cut(text, list(marks), width))
            return cuts

    def update(self, documents: Iterable[Document], gone: Iterable[str]) -> None:
        """Put `documents` in the place of what has their ids, and take `gone` away."""
        if self._writer is None:
            raise SearchError("This search index was opened for reading only.")
        ready = [(document.id, _document(document)) for document in documents]
        with _wrapped(self._folder):
            try:
                for entry in (*gone, *(entry for entry, _ in ready)):
                    self._writer.delete_documents_by_term("id", entry)
                for _, document in ready:
                    self._writer.add_document(document)
                self._writer.commit()
            except BaseException:
                with suppress(ValueError):  # a writer that died has nothing to take back
                    self._writer.rollback()
                raise

    def count(self) -> int:
        """Return how many posts can be found."""
        with _wrapped(self._folder):
            return self._view().num_docs

    def close(self) -> None:
        """Finish what is being written, and let go of the lock."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with _wrapped(self._folder):
                writer.wait_merging_threads()
            _give_back()

    def _view(self) -> tantivy.Searcher:
        """Return the latest commit's searcher, whoever committed it."""
        now = stamp(self._meta)
        if now not in (self._read_at, None):
            # While the folder is being removed under us, what we have open still answers.
            with suppress(ValueError):
                self._index.reload()
                self._searcher, self._read_at = self._index.searcher(), now
        return self._searcher

    def _weights(self, searcher: tantivy.Searcher, words: Iterable[str]) -> dict[str, float]:
        """Return the terms of `words` that any post holds, and what each weighs."""
        posts = searcher.num_docs
        weights = {}
        for term in self._wording.terms(words):
            holding = searcher.doc_freq("text", term)
            if 0 < holding <= FEW:  # the library still counts posts that have gone
                holding = _total(searcher.search(self._wording.word("text", term), limit=1))
            if holding:
                weights[term] = weight(posts, holding)
        return weights

    def _built(self, searcher: tantivy.Searcher, query: Query, sort: Sort) -> tantivy.Query | None:
        weights, wording = self._weights(searcher, query.words), self._wording
        clauses = [(Occur.Must, run) for run in map(wording.exactly, query.phrases) if run]
        if not weights and not clauses:
            return None
        clauses += [(Occur.MustNot, run) for run in map(wording.unwanted, query.without) if run]
        terms = list(weights)
        choices = [[terms[i] for i in chosen] for chosen in enough(list(weights.values()))]
        if choices:
            clauses.append((Occur.Must, wording.enough(choices)))
        if sort is Sort.RELEVANCE:
            clauses += [(Occur.Should, wish) for wish in wording.wishes(weights, query.phrases)]
            if choices and choices != [terms]:
                clauses.append((Occur.Should, wording.whole(weights)))
        return tantivy.Query.boolean_query(clauses)


class Wording:
    """Turns what people write, in posts and in queries, into an index's terms."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._exact, self._stemmed = _analyzer(), _analyzer(stems=True)
        index.register_tokenizer("exact", self._exact)
        index.register_tokenizer("stemmed", self._stemmed)

    def terms(self, words: Iterable[str]) -> list[str]:
        """Return the stems that `words` are looked for by."""
        tokens = [token for word in words for token in self._exact.analyze(_plain(word))]
        stems = (stem for token in telling(tokens) for stem in self._stemmed.analyze(token))
        return list(dict.fromkeys(stems))

    def word(self, field: str, term: str) -> tantivy.Query:
        """Return the query for one term."""
        return tantivy.Query.term_query(self._schema, field, term, "freq")

    def exactly(self, phrase: str) -> tantivy.Query | None:
        """Return the query for a phrase as it stands; None for one without words."""
        return self._run("exact", self._exact, phrase)

    def unwanted(self, term: str) -> tantivy.Query | None:
        """Return the query for what must not be there: a word in any form, or a phrase."""
        return self.exactly(term) if " " in term else self._run("text", self._stemmed, term)

    def enough(self, choices: Sequence[Sequence[str]]) -> tantivy.Query:
        """Return the query for the posts that hold all terms of a choice. It scores nothing."""
        always = [term for term in choices[0] if all(term in choice for choice in choices)]
        clauses = [(Occur.Must, self._has(term)) for term in always]
        if len(choices) > 1:
            rest = ([term for term in choice if term not in always] for choice in choices)
            ways = [(Occur.Should, self._all(terms)) for terms in rest]
            clauses.append((Occur.Must, tantivy.Query.boolean_query(ways)))
        return tantivy.Query.const_score_query(tantivy.Query.boolean_query(clauses), 0.0)

    def wishes(self, weights: dict[str, float], phrases: Iterable[str]) -> Iterator[tantivy.Query]:
        """Give the queries whose scores make up the ranking."""
        for term in weights:
            yield self.word("text", term)
            yield tantivy.Query.boost_query(self.word("title", term), TITLE)
        for phrase in phrases:
            run = self._run("title", self._stemmed, phrase)
            if run is not None:
                yield tantivy.Query.boost_query(run, TITLE)
        for pair in list(pairwise(weights))[:PAIRS]:
            near = tantivy.Query.phrase_query(self._schema, "text", list(pair), SLOP)
            yield tantivy.Query.boost_query(near, NEAR)

    def whole(self, weights: dict[str, float]) -> tantivy.Query:
        """Return the query that adds to the score of posts that hold every term."""
        share = ALL * sum(weights.values())
        return tantivy.Query.const_score_query(self._all(weights), share)

    def marks(
        self, text: str, weights: dict[str, float], phrases: Iterable[str]
    ) -> Iterator[Mark]:
        """Give the places where `text` holds one of the terms or phrases."""
        for start, end, term in _tokens(self._stemmed, text) if weights else ():
            if term in weights:
                yield Mark(start, end, term, weights[term])
        tokens = list(_tokens(self._exact, text)) if phrases else []
        words = [word for _, _, word in tokens]
        for phrase in phrases:
            run = self._exact.analyze(_plain(phrase))
            for i, word in enumerate(words):
                if run and word == run[0] and words[i : i + len(run)] == run:
                    yield Mark(tokens[i][0], tokens[i + len(run) - 1][1], phrase, PHRASE)

    def _has(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "text", term, "basic")

    def _all(self, terms: Iterable[str]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(Occur.Must, self._has(term)) for term in terms])

    def _run(self, field: str, analyzer: TextAnalyzer, text: str) -> tantivy.Query | None:
        tokens = analyzer.pre_tokenize(_plain(text)).tokens
        if len(tokens) < 2:
            return self.word(field, tokens[0].text) if tokens else None
        # Positions, for a word too long to be indexed leaves a gap.
        run: list[str | tuple[int, str]] = [(token.position, token.text) for token in tokens]
        return tantivy.Query.phrase_query(self._schema, field, run)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        builder.add_text_field(
            field.name,
            stored=field.stored,
            tokenizer_name=field.analyzer,
            index_option=field.keeps,
        )
    return builder.add_integer_field("sort_at", fast=True).build()  # microseconds since 1970


def _analyzer(*, stems: bool = False) -> TextAnalyzer:
    # Apostrophes and hyphens part words, in posts and in queries alike.
    words = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD))
    folded = words.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return (folded.filter(Filter.stemmer("english")) if stems else folded).build()


def _document(document: Document) -> tantivy.Document:
    title, text = _plain(document.title), _plain(document.text)
    about = map(_plain, (document.feed, *document.authors, *document.tags))
    return tantivy.Document(
        id=document.id,
        text=[title, text, *about],
        title=title,
        exact=[title, text],
        slug=document.slug,
        kind=document.kind,
        council=list(document.councils),
        nation=document.nation,
        language=document.language,
        tag=[_plain(tag) for tag in document.tags],
        sort_at=(document.sort_at - EPOCH) // timedelta(microseconds=1),
    )


def _plain(text: str) -> str:
    # A letter and its accent as one character; half a surrogate pair cannot be indexed.
    return normalize("NFC", text).encode("utf-8", "replace").decode()


def _tokens(analyzer: TextAnalyzer, text: str) -> Iterator[tuple[int, int, str]]:
    for token in analyzer.pre_tokenize(text).tokens:
        yield token.char_offset_from, token.char_offset_to or 0, token.text


def _page(
    searcher: tantivy.Searcher, built: tantivy.Query, order: str | None, start: int, limit: int
) -> Results:
    def best(size: int) -> tuple[list[tuple[float, tantivy.DocAddress]], int]:
        size = max(1, min(size, searcher.num_docs))
        found = searcher.search(built, limit=size, order_by_field=order)
        return found.hits, _total(found)

    def names(addresses: Sequence[tantivy.DocAddress]) -> list[str]:
        return [searcher.doc(address)["id"][0] for address in addresses]

    ranked, total = page(best, names, start, limit)
    hits = tuple(Hit(entry, 0.0 if order else score) for score, entry in ranked)
    return Results(hits=hits, total=total)


def _total(found: tantivy.SearchResult) -> int:
    return found.count  # type: ignore[attr-defined, no-any-return]  # missing in its stubs


def _give_back() -> None:
    # A writer's threads leave what they used with the C library: sixty refreshes of an
    # index of 20,000 posts kept 100 MB, and 20 MB when it is told to let go.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    if trim is not None:
        trim(0)


@contextmanager
def _wrapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise _translated(folder.parent, str(error)) from error
    except BaseException as error:
        # A panic in the library is no Exception, and has no importable type.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(folder.parent, "the library gave up on it") from error


def _translated(folder: Path, message: str) -> PlanetError:
    if "LockBusy" in message:
        return busy(folder)
    if "No space left" in message:
        return SearchError(
            f"The disk that holds the search index in {folder} is full. Nothing is lost: "
            "free some space and it goes on by itself."
        )
    if MACHINE.search(message):
        return SearchError(
            f"The search index in {folder} cannot be used for now: {message}. "
            "Nothing is lost: it goes on when the machine can."
        )
    return damaged(folder, "its files are damaged")
