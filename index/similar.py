"""More like a post: what is asked of an index to find posts about the same.

The post's most telling words are looked for, those that it has often and few others have,
and its topics. Nothing of it is stored in the index for that.
"""

from collections import Counter
from heapq import nlargest
from math import log2

from index import weights
from index.clauses import AnyOf, Clause, Field, Lexicon, Plan, Term, Wish
from index.finding import Document
from index.matching import weight
from index.query import STOP_WORDS
from index.record import plain

TELLING = 20  # words that are looked for
READ = 20_000  # characters of the text
SHORTEST = 3  # letters of a word that tells something
FEWEST = 2  # posts that hold a word: one has no other post like it
COMMON = 0.25  # of all posts: what more hold tells nothing
TITLED = 3  # times that a word of the title counts
TOPIC = 2.0  # what a topic in common is worth


def likeness(document: Document, lexicon: Lexicon) -> Plan | None:
    """Return what is to be found for posts like `document`; None if it has no telling words."""
    telling = _telling(document, lexicon)
    if not telling:
        return None
    terms = [Term(Field.TEXT, stem) for stem in telling]
    topics = [Term(Field.TOPIC, slug) for slug in document.topics]
    wishes = [
        Wish(term, log2(1 + times)) for term, times in zip(terms, telling.values(), strict=True)
    ]
    titled = [Wish(Term(Field.TITLE, stem), weights.TITLE / 2) for stem in telling]
    alike: tuple[Clause, ...] = (AnyOf(tuple(terms)),)
    return Plan(
        must=alike,
        never=(Term(Field.ID, document.id),),
        wishes=(*wishes, *titled, *(Wish(topic, TOPIC, constant=True) for topic in topics)),
    )


def _telling(document: Document, lexicon: Lexicon) -> dict[str, int]:
    """Return the stems that tell this post apart, and how often it has them."""
    counted: Counter[str] = Counter()
    for text, times in ((document.title, TITLED), (document.text[:READ], 1)):
        for _, word in lexicon.words(plain(text)):
            if len(word) >= SHORTEST and word not in STOP_WORDS and not word.isdigit():
                counted[word] += times
    stems: Counter[str] = Counter()
    for word, times in counted.items():
        stems[lexicon.stem(word)] += times
    posts = lexicon.posts()
    worth = {}
    for stem, times in stems.items():
        held = lexicon.holding(Field.TEXT, stem)
        if FEWEST <= held <= max(COMMON * posts, 2 * FEWEST):
            worth[stem] = log2(1 + times) * weight(posts, held)
    return {stem: stems[stem] for stem in nlargest(TELLING, worth, key=lambda s: (worth[s], s))}
