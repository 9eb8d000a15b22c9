"""The words of a query, each with all that counts as it.

A word counts as typed in any of its forms (its stem), in its other spelling, in Welsh by
its lemma, and as what it begins if it ends in a star. What else the council vocabulary
calls the same counts as well, for less: "bins" where waste collection is looked for. A word
that no post has is looked for as what it was probably meant to be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index import weights
from index.clauses import AllOf, AnyOf, Clause, Field, Lexicon, Run, Term
from index.finding import Query, Reading
from index.matching import weight
from index.query import STOP_WORDS
from index.record import plain
from index.spelling import correction, variants
from index.vocabulary import vocabulary
from index.welsh import CODE, lemma

PHRASE = 20.0  # what a phrase weighs when a fragment is chosen: more than any word


@dataclass(frozen=True, slots=True)
class Item:
    """A word of the query: what counts as it, typed and otherwise said, and what it weighs."""

    typed: tuple[Clause, ...]
    also: tuple[Clause, ...]
    weight: float
    stem: str = ""

    @property
    def clause(self) -> Clause:
        """The posts that hold it in any of its forms."""
        return one_of(self.typed + self.also)

    def every(self) -> Iterator[Clause]:
        """Give the terms and runs that count as it."""
        for clause in self.typed + self.also:
            yield from clause.parts if isinstance(clause, AnyOf | AllOf) else (clause,)


@dataclass(frozen=True, slots=True)
class _Word:
    """A single word as the index reads it, and the typed word that it is of."""

    place: int  # of the typed word, in the query
    typed: str
    text: str


class Items:
    """A query's words in the light of an index."""

    def __init__(self, query: Query, lexicon: Lexicon) -> None:
        self._query = query
        self._lexicon = lexicon
        self._posts = lexicon.posts()
        self._also: dict[str, tuple[str, ...]] = {}
        self._instead: dict[str, str] = {}
        self._unknown: list[str] = []
        self._welsh = lexicon.holding(Field.LANG, CODE) > 0

    def items(self) -> list[Item]:
        """Return the items of which any post holds something, in the order they were typed."""
        others = self._others(self._query.words)
        words = list(self._words(self._query.words))
        telling = [word for word in words if word.text not in STOP_WORDS] or words
        found = [self._item(word, others.get(word.place, ())) for word in telling]
        found += [self._either(group) for group in self._query.either]
        unique = {item.clause: item for item in found if item is not None}
        return list(unique.values())

    def unwanted(self) -> Iterator[Clause]:
        """Give what must not be there: a word in any form, a beginning, or a phrase."""
        for term in self._query.without:
            clause = self._alternative(term) if " " in term or term.endswith("*") else None
            clause = clause or stemmed(term, self._lexicon)
            if clause is not None:
                yield clause

    def reading(self) -> Reading:
        """Return what was made of the query's words. To be asked after `items`."""
        return Reading(also=self._also, instead=self._instead, unknown=tuple(self._unknown))

    def _words(self, typed: Sequence[str]) -> Iterator[_Word]:
        for place, word in enumerate(typed):
            if word.endswith("*"):
                yield _Word(place, word, word)
            else:
                yield from (_Word(place, word, text) for _, text in self._lexicon.words(word))

    def _others(self, typed: Sequence[str]) -> dict[int, tuple[Clause, ...]]:
        """Return what the vocabulary has for each typed word, by its place."""
        if not self._query.widened:
            return {}
        others: dict[int, tuple[Clause, ...]] = {}
        for found in vocabulary().expansions(typed):
            clauses = {text: self._other(text) for text in found.also}
            held = {text: clause for text, clause in clauses.items() if clause is not None}
            if held:
                kept = dict(list(held.items())[: weights.VARIANTS])
                self._also[found.typed] = tuple(kept)
                others |= dict.fromkeys(range(found.start, found.end), tuple(kept.values()))
        return others

    def _other(self, text: str) -> Clause | None:
        """Return the clause for another way to say it, if any post says it so."""
        clause: Clause | None
        if text.isupper() and text.isalnum():
            clause = Term(Field.CAPITALS, text)
        else:
            clause = stemmed(text, self._lexicon)
        return clause if clause is not None and self._held(clause) else None

    def _item(self, word: _Word, also: tuple[Clause, ...]) -> Item | None:
        if word.text.endswith("*"):
            typed: tuple[Clause, ...] = self._begun(word.text)
        else:
            typed = tuple(self._forms(word))
        held = sum(map(self._held, typed))
        if not held and not also:
            typed, held = self._meant(word)
        elif held and self._query.widened and not also:
            also = self._mistyped(word)
        if not typed and not also:
            return None
        most = max(held, *map(self._held, also), 0) if also else held
        stem = typed[0].text if typed and isinstance(typed[0], Term) else ""
        return Item(typed, also, weight(self._posts, most), stem)

    def _forms(self, word: _Word) -> Iterator[Clause]:
        """Give the forms of a word that occur: in capitals where only that tells it apart."""
        if word.typed.isupper() and word.text in vocabulary().words_too and not self._shouted():
            forms: list[Clause] = [Term(Field.CAPITALS, word.typed)]
        else:
            spelt = (word.text, *variants(word.text))
            forms = [
                clause for text in spelt if (clause := stemmed(text, self._lexicon)) is not None
            ]
            if self._welsh:
                forms.append(Term(Field.WELSH, lemma(plain(word.typed).lower())))
        yield from (form for form in dict.fromkeys(forms) if self._held(form))

    def _shouted(self) -> bool:
        return len(self._query.words) > 1 and all(word.isupper() for word in self._query.words)

    def _meant(self, word: _Word) -> tuple[tuple[Clause, ...], int]:
        """Return what a word that no post has was meant to be."""
        meant = correction(word.text, self._lexicon) if self._query.widened else ""
        if not meant:
            self._unknown.append(word.typed)
            return (), 0
        self._instead[word.typed] = meant
        clause = Term(Field.TEXT, self._lexicon.stem(meant))
        return (clause,), self._held(clause)

    def _mistyped(self, word: _Word) -> tuple[Clause, ...]:
        """Return what a word that hardly any post has may have been meant to be."""
        if self._lexicon.holding(Field.EXACT, word.text) > RARE:
            return ()
        meant = correction(word.text, self._lexicon)
        if not meant:
            return ()
        self._also[word.typed] = (meant,)
        return (Term(Field.TEXT, self._lexicon.stem(meant)),)

    def _begun(self, beginning: str) -> tuple[Clause, ...]:
        [*_, letters] = [text for _, text in self._lexicon.words(beginning)] or [""]
        known = (
            self._lexicon.beginning(Field.EXACT, letters, weights.BEGINNINGS) if letters else ()
        )
        return tuple(Term(Field.EXACT, term) for term, _ in known)

    def _either(self, group: Iterable[str]) -> Item | None:
        clauses = [clause for term in group if (clause := self._alternative(term)) is not None]
        held = sum(map(self._held, clauses))
        return Item(tuple(clauses), (), weight(self._posts, held)) if held else None

    def _alternative(self, term: str) -> Clause | None:
        if term.endswith("*"):
            begun = self._begun(term)
            return one_of(begun) if begun else None
        return exactly(term, self._lexicon) if " " in term else stemmed(term, self._lexicon)

    def _held(self, clause: Clause) -> int:
        """Return how many posts a clause finds."""
        if isinstance(clause, Term):
            return self._lexicon.holding(clause.field, clause.text)
        if isinstance(clause, Run) and not all(
            self._lexicon.holding(clause.field, term) for _, term in clause.terms
        ):
            return 0
        return self._lexicon.count((clause,))


RARE = 2  # posts: a word that no more have may be a typing error


def stemmed(text: str, lexicon: Lexicon, field: Field = Field.TEXT) -> Clause | None:
    """Return the clause for words in any form, next to each other; None if there are none."""
    return _run(field, [(at, lexicon.stem(word)) for at, word in lexicon.words(text)])


def exactly(text: str, lexicon: Lexicon) -> Clause | None:
    """Return the clause for a phrase as it stands; None for one without words."""
    return _run(Field.EXACT, lexicon.words(text))


def one_of(clauses: tuple[Clause, ...]) -> Clause:
    """Return the clause for whatever satisfies one of these."""
    return clauses[0] if len(clauses) == 1 else AnyOf(clauses)


def _run(field: Field, terms: list[tuple[int, str]]) -> Clause | None:
    if len(terms) < 2:
        return Term(field, terms[0][1]) if terms else None
    # Positions, for a word too long to be indexed leaves a gap.
    return Run(field, tuple(terms))
