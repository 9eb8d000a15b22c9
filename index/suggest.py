"""Titles that go on as a reader began: what is asked of an index for them."""

from index.clauses import AnyOf, Clause, Field, Lexicon, Plan, Term, Wish

BEGINNINGS = 20  # words that the last, unfinished one may become
SHORTEST = 2  # letters of it: fewer say nothing


def suggestion(text: str, lexicon: Lexicon) -> Plan | None:
    """Return what is to be found: titles with these words, the last of them unfinished."""
    words = [word for _, word in lexicon.words(text)]
    if not words or len(words[-1]) < SHORTEST:
        return None
    *whole, last = words
    known = lexicon.beginning(Field.TITLE, lexicon.stem(last), BEGINNINGS) or lexicon.beginning(
        Field.TITLE, last, BEGINNINGS
    )
    if not known:
        return None
    clauses: list[Clause] = [Term(Field.TITLE, lexicon.stem(word)) for word in whole]
    ends: list[Clause] = [Term(Field.TITLE, term) for term, _ in known]
    must = (*clauses, ends[0] if len(ends) == 1 else AnyOf(tuple(ends)))
    return Plan(must=must, wishes=tuple(map(Wish, (*clauses, *ends))))
