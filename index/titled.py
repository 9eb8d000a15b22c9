"""Titles that say one of several names: what is asked of an index for the posts that are about it.

Titles hold few words, so that this costs far less than a search of whole texts for the same names.
"""

from collections.abc import Iterable, Iterator

from index.clauses import AnyOf, Clause, Field, Lexicon, Plan, Run, Term, Wish
from index.finding import Query
from index.narrowed import demands


def titled(names: Iterable[str], query: Query, lexicon: Lexicon) -> Plan | None:
    """Return what is to be found: what the filters of `query` demand, with a name in its title."""
    must, never = demands(query, lexicon)
    said = tuple(dict.fromkeys(clause for name in names for clause in _said(name, lexicon)))
    if not said:
        return None
    one = said[0] if len(said) == 1 else AnyOf(said)
    return Plan(must=(*must, one), never=tuple(never), wishes=tuple(map(Wish, said)))


def _said(name: str, lexicon: Lexicon) -> Iterator[Clause]:
    """Give a name as it is in titles: its words, in any form of each, next to each other."""
    stems = [lexicon.stem(word) for _, word in lexicon.words(name)]
    if len(stems) > 1:
        yield Run(Field.TITLE, tuple(enumerate(stems)), 0)
    elif stems:
        yield Term(Field.TITLE, stems[0])
