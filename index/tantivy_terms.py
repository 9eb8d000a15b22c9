"""Our clauses, and an index's words, as Tantivy has them.

Beside `index.tantivy` the only module that knows that library. Its own tokenizers read posts,
in Rust, and queries too, so that what was indexed as a word is looked for as one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import tantivy
from tantivy import Filter, Occur, Query, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.answering import tallied
from index.clauses import AnyOf, Between, Clause, Field, Plan, Run, Term, Wish
from index.finding import By, Facets
from index.record import Record, plain

LONGEST_WORD = 40  # bytes; longer ones are addresses and noise
MANY = 8  # alternatives, from which on a set of them is quicker
FEW = 16  # posts: counts up to this are checked for posts that have gone
IN_CAPITALS = r"\b[A-Z][A-Z0-9&]{1,7}\b"

# Of each field: its tokenizer, what the index keeps of each word, and whether it is counted by.
TEXTS: dict[Field, tuple[str, str, bool]] = {
    Field.TEXT: ("stemmed", "position", False),
    Field.TITLE: ("stemmed", "position", False),
    Field.HEADING: ("stemmed", "position", False),
    Field.LABEL: ("stemmed", "position", False),
    Field.EXACT: ("exact", "position", False),
    Field.CAPITALS: ("capitals", "freq", False),
    Field.WELSH: ("exact", "position", False),
    Field.WHOLE: ("raw", "basic", False),
    Field.NAME: ("raw", "basic", False),
    Field.AUTHOR: ("exact", "basic", False),
    Field.TOPIC: ("raw", "basic", True),
    Field.TAG: ("raw", "basic", True),
    Field.COUNCIL: ("raw", "basic", True),
    Field.NATION: ("raw", "basic", True),
    Field.REGION: ("raw", "basic", True),
    Field.KIND: ("raw", "basic", True),
    Field.BLOG: ("raw", "basic", True),
    Field.LANG: ("raw", "basic", False),
    Field.HAS: ("raw", "basic", False),
    Field.YEAR: ("raw", "basic", True),
}
SCORED = frozenset(field for field, (_, keeps, _) in TEXTS.items() if keeps != "basic")

Place = tantivy.DocAddress


def schema() -> tantivy.Schema:
    """Return the fields of an index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for field, (tokenizer, keeps, counted) in TEXTS.items():
        builder.add_text_field(
            field.value, tokenizer_name=tokenizer, index_option=keeps, fast=counted
        )
    builder.add_integer_field("sort_at", fast=True, indexed=True)
    builder.add_integer_field("number", fast=True)  # of the blog
    builder.add_float_field("prior", fast=True)
    return builder.build()


def document(record: Record) -> tantivy.Document:
    """Return a post as the library takes it."""
    values: dict[str, Any] = {field.value: kept for field, kept in record.fields.items()}
    return tantivy.Document(
        id=record.id,
        sort_at=record.sort_at,
        number=record.blog,
        prior=2 ** (2 * record.prior) - 2,  # the library multiplies by log2(2 + this)
        **values,
    )


class Terms:
    """Turns words into an index's terms, and clauses into its queries."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._exact, stemmed = _analyzer(), _analyzer(stems=True)
        capitals = TextAnalyzerBuilder(Tokenizer.regex(IN_CAPITALS)).build()
        # They are not kept with an index, which cannot be read without them.
        index.register_tokenizer("exact", self._exact)
        index.register_tokenizer("stemmed", stemmed)
        index.register_tokenizer("capitals", capitals)
        self.stem = lru_cache(10_000)(lambda word: _first(stemmed.analyze(word), word))

    def words(self, text: str) -> list[tuple[int, str]]:
        """Return the words of a text as they stand, each with its position."""
        tokens = self._exact.pre_tokenize(plain(text)).tokens
        return [(token.position, token.text) for token in tokens]

    def query(self, plan: Plan) -> Query:
        """Return a plan as the library takes it: only its wishes score."""
        clauses = [(Occur.Must, self._silent(clause)) for clause in plan.must]
        clauses += [(Occur.MustNot, self.clause(clause)) for clause in plan.never]
        clauses += [(Occur.Should, self._wish(wish)) for wish in plan.wishes]
        return Query.boolean_query(clauses)

    def clause(self, clause: Clause, *, scores: bool = False) -> Query:
        """Return a clause as the library takes it."""
        if isinstance(clause, Term):
            return self._term(clause, scores=scores)
        if isinstance(clause, Run):
            terms: list[str | tuple[int, str]] = list(clause.terms)
            return Query.phrase_query(self._schema, clause.field.value, terms, clause.slop)
        if isinstance(clause, Between):
            return self._between(clause)
        if isinstance(clause, AnyOf) and not scores and (many := _of_one_field(clause)):
            return Query.term_set_query(self._schema, *many)
        parts = [self.clause(part, scores=scores) for part in clause.parts]
        if isinstance(clause, AnyOf):
            return Query.boolean_query([(Occur.Should, part) for part in parts])
        return Query.boolean_query([(Occur.Must, part) for part in parts])

    def _silent(self, clause: Clause) -> Query:
        return Query.const_score_query(self.clause(clause), 0.0)

    def _wish(self, wish: Wish) -> Query:
        if wish.constant:
            return Query.const_score_query(self.clause(wish.clause), wish.boost)
        query = self.clause(wish.clause, scores=True)
        return query if wish.boost == 1 else Query.boost_query(query, wish.boost)

    def _term(self, term: Term, *, scores: bool) -> Query:
        keeps = "freq" if scores and term.field in SCORED else "basic"
        return Query.term_query(self._schema, term.field.value, term.text, keeps)

    def _between(self, clause: Between) -> Query:
        return Query.range_query(
            self._schema,
            "sort_at",
            tantivy.FieldType.Integer,
            clause.since,
            clause.until,
            include_upper=clause.until is None,  # the library wants it so where there is no end
        )


class View:
    """One commit: a `Snapshot`."""

    def __init__(self, searcher: tantivy.Searcher, terms: Terms) -> None:
        self._searcher = searcher
        self._terms = terms
        self.words = terms.words
        self.stem = terms.stem
        self.holding = lru_cache(10_000)(self._holding)
        self.count = lru_cache(1_000)(self._count)

    def posts(self) -> int:
        """Return how many posts there are."""
        return self._searcher.num_docs

    def _holding(self, field: Field, term: str) -> int:
        """Return how many posts hold a term."""
        held = self._searcher.doc_freq(field.value, term)
        if 0 < held <= FEW:  # the library still counts posts that have gone
            found = self._searcher.search(self._terms.clause(Term(field, term)), limit=1)
            return _total(found)
        return held

    def _count(self, must: tuple[Clause, ...], never: tuple[Clause, ...] = ()) -> int:
        """Return how many posts satisfy all of `must` and nothing of `never`."""
        found = self._searcher.search(self._terms.query(Plan(must=must, never=never)), limit=1)
        return _total(found)

    def beginning(self, field: Field, letters: str, most: int) -> list[tuple[str, int]]:
        """Return up to `most` terms that begin so, and how many posts hold each."""
        return self._searcher.terms_with_prefix(field.value, letters, limit=most)

    def best(
        self, plan: Plan, size: int, *, newest: bool
    ) -> tuple[Sequence[tuple[float, Place]], int]:
        """Return the `size` best hits, or newest, and how many there are."""
        limit = max(1, min(size, self._searcher.num_docs))
        order: dict[str, str] = (
            {"order_by_field": "sort_at"} if newest else {"weight_by_field": "prior"}
        )
        found = self._searcher.search(self._terms.query(plan), limit, **order)  # type: ignore[arg-type]
        return found.hits, _total(found)

    def names(self, places: Sequence[Place]) -> list[str]:
        """Return the ids of the posts at these places."""
        return [str(self._searcher.doc(place).get_first("id")) for place in places]

    def blogs(self, places: Sequence[Place]) -> list[int]:
        """Return which blogs they are from."""
        return [int(n or 0) for n in self._searcher.fast_field_values("number", list(places))]

    def tallies(self, plan: Plan, by: Sequence[By], most: int) -> Facets:
        """Return the values that most hits have, and how many have each."""
        wanted = {one.value: {"terms": {"field": one.value, "size": most}} for one in by}
        silent = self._terms.query(Plan(must=plan.must, never=plan.never))
        found = self._searcher.aggregate(silent, wanted)
        counts = {
            one: {str(b["key"]): int(b["doc_count"]) for b in found[one.value]["buckets"]}
            for one in by
        }
        return tallied(counts, most)


def _analyzer(*, stems: bool = False) -> TextAnalyzer:
    # Apostrophes and hyphens part words, in posts and in queries alike.
    words = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD))
    folded = words.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return (folded.filter(Filter.stemmer("english")) if stems else folded).build()


def _of_one_field(clause: AnyOf) -> tuple[str, list[str]] | None:
    """Return the field and the terms of alternatives that are many: they are read as one set."""
    terms = [part for part in clause.parts if isinstance(part, Term)]
    fields = {term.field.value for term in terms}
    if len(terms) < MANY or len(terms) < len(clause.parts) or len(fields) > 1:
        return None
    return fields.pop(), [term.text for term in terms]


def _first(terms: list[str], word: str) -> str:
    return terms[0] if terms else word


def _total(found: tantivy.SearchResult) -> int:
    return found.count  # type: ignore[attr-defined, no-any-return]  # missing in its stubs
