"""From a reader's query to what an engine is asked: pure but for an index's knowledge of words.

    Query ─► Items: each word with all that counts as it (`index.items`), and what it weighs
          ─► must: enough of the items (`index.matching`), phrases, filters
          ─► wishes: what makes a post better, each by its weight (`index.weights`)

All words are wished for, and posts that hold enough of what they weigh answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from index import weights
from index.clauses import AllOf, AnyOf, Clause, Field, Lexicon, Marked, Plan, Run, Term, Wish
from index.finding import By, Query
from index.folding import whole
from index.items import PHRASE, Item, Items, exactly, one_of, stemmed
from index.matching import enough, weight
from index.narrowed import demands

_BESIDE = ((Field.TITLE, weights.TITLE), (Field.HEADING, weights.HEADING))
_NAMED = (*_BESIDE, (Field.LABEL, weights.LABEL))


def plan(query: Query, lexicon: Lexicon) -> Plan | None:
    """Return what is to be found for `query`; None if nothing can answer it."""
    found = Items(query, lexicon)
    items = found.items()
    phrases = [run for phrase in query.phrases if (run := exactly(phrase, lexicon))]
    must, never = demands(query, lexicon)
    if (query.worded and not items and not phrases) or not (items or phrases or must):
        return None
    demanded = (*phrases, *must)
    forbidden = (*never, *found.unwanted())
    named = _naming(query, items, lexicon)
    return Plan(
        must=_set(items, demanded, forbidden, lexicon),
        wide=(*demanded, *_enough(items, weights.RANKED)),
        never=forbidden,
        wishes=(*_wishes(items, lexicon), *_phrased(query.phrases, phrases, lexicon), *named),
        marked=_marked(items, phrases),
        reading=found.reading(),
        spread=not any(_names_blog(wish) for wish in named)
        and not any(one.by is By.BLOG for one in query.filters),
    )


def _set(
    items: Sequence[Item],
    demanded: tuple[Clause, ...],
    never: tuple[Clause, ...],
    lexicon: Lexicon,
) -> tuple[Clause, ...]:
    """Return what posts must hold: as much of the items as any of them does."""
    must = demanded
    for share in weights.ENOUGH:
        must = (*demanded, *_enough(items, share))
        if len(items) < 2 or lexicon.count(must, never):
            break
    return must


def _enough(items: Sequence[Item], share: float) -> Iterator[Clause]:
    """Give what posts must hold of the items: what all ways share, and one of the rest."""
    choices = enough([item.weight for item in items], share) if items else []
    if not choices:
        return
    always = set(choices[0]).intersection(*choices)
    yield from (items[i].clause for i in sorted(always))
    rest = [tuple(items[i].clause for i in ways if i not in always) for ways in choices]
    if len(choices) > 1:
        yield AnyOf(tuple(AllOf(clauses) for clauses in rest))


def _wishes(items: Sequence[Item], lexicon: Lexicon) -> Iterator[Wish]:
    telling = sorted(items, key=lambda item: -item.weight)[: weights.WISHED]
    said = [clause for item in telling for clause in item.typed]
    for clause in dict.fromkeys(said):
        yield from _wish(clause, 1.0, _NAMED)
    others = dict.fromkeys(clause for item in telling for clause in item.also)
    for clause in [one for one in others if one not in said]:
        share = _share(clause, telling, lexicon)
        yield from _wish(clause, weights.ALSO * share, _BESIDE[:1])
    stems = [(item.stem, other.stem) for item, other in pairwise(items)]
    for pair in [pair for pair in stems if all(pair)][: weights.PAIRS]:
        near = Run(Field.TEXT, tuple(enumerate(pair)), weights.SLOP)
        yield Wish(near, weights.NEAR)
    if len(items) > 1 or others:
        every = AllOf(tuple(one_of(item.typed) for item in items if item.typed))
        yield Wish(every, weights.ALL * _sum(items), constant=True)


def _share(clause: Clause, items: Iterable[Item], lexicon: Lexicon) -> float:
    """Return by how much the words of `clause` must count less than they weigh.

    So that all of them weigh no more than the words they stand for: "refuse collection", of
    two rare words, would come before "bins", which was typed.
    """
    if not isinstance(clause, Run):
        return 1.0
    posts = lexicon.posts()
    own = sum(weight(posts, lexicon.holding(clause.field, term)) for _, term in clause.terms)
    return min(1.0, sum(item.weight for item in items if clause in item.also) / own)


def _wish(clause: Clause, boost: float, beside: Iterable[tuple[Field, float]]) -> Iterator[Wish]:
    """Wish for a clause, and for the same in the fields that say what a post is about."""
    yield Wish(clause, boost)
    if isinstance(clause, Term | Run) and clause.field is Field.TEXT:
        for field, weight in beside:
            yield Wish(_moved(clause, field), boost * weight)


def _moved(clause: Term | Run, field: Field) -> Clause:
    if isinstance(clause, Term):
        return Term(field, clause.text)
    return Run(field, clause.terms, clause.slop)


def _phrased(phrases: Iterable[str], runs: Iterable[Clause], lexicon: Lexicon) -> Iterator[Wish]:
    yield from map(Wish, runs)
    for phrase in phrases:
        run = stemmed(phrase, lexicon, Field.TITLE)
        if run is not None:
            yield Wish(run, weights.TITLE)


def _naming(query: Query, items: Sequence[Item], lexicon: Lexicon) -> list[Wish]:
    """Return the wishes for a post, or a blog, whose whole name the query is."""
    key = whole(" ".join((*query.words, *query.phrases)))
    least = _sum(items) or PHRASE
    shares = ((Field.WHOLE, weights.WHOLE_TITLE), (Field.NAME, weights.BLOG_NAME))
    return [
        Wish(Term(field, key), share * least, constant=True)
        for field, share in shares
        if key and lexicon.holding(field, key)
    ]


def _names_blog(wish: Wish) -> bool:
    return isinstance(wish.clause, Term) and wish.clause.field is Field.NAME


def _marked(items: Iterable[Item], phrases: Iterable[Clause]) -> Marked:
    marked = Marked()
    single = {
        Field.TEXT: marked.stems,
        Field.EXACT: marked.words,
        Field.CAPITALS: marked.capitals,
        Field.WELSH: marked.lemmas,
    }
    for clause, worth in [(c, item.weight) for item in items for c in item.every()]:
        if isinstance(clause, Term):
            single[clause.field][clause.text] = worth
        elif isinstance(clause, Run):
            runs = marked.runs if clause.field is Field.TEXT else marked.phrases
            runs[tuple(term for _, term in clause.terms)] = worth
    for clause in phrases:
        if isinstance(clause, Term):
            marked.words[clause.text] = PHRASE
        elif isinstance(clause, Run):
            marked.phrases[tuple(term for _, term in clause.terms)] = PHRASE
    return marked


def _sum(items: Iterable[Item]) -> float:
    return sum(item.weight for item in items)
