"""What a reader types into the search box, and what we make of it.

The language is small: words, "exact phrases", and a minus before either. Whatever
else is typed is read as words, for a search box that answers "syntax error" helps
nobody. There are no wildcards, and a query has an end, so that none costs much (rule 49).
Knows no engine; what a query finds is decided by `index.matching`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from index.finding import Query

LONGEST = 500  # characters; the rest is not read
MOST = 32  # words in all, those of phrases and of exclusions included
LIMIT = f"Only {MOST} words, or {LONGEST} characters, are looked for."

# Words that say nothing of what a post is about. They are looked for only in phrases,
# or when the query has nothing else. The single letters are what apostrophes leave
# behind (council's, don't, i'r), the last line is the Welsh articles and particles.
_IGNORED = """
    a about all also am an and any are as at be because been being but by can could did do
    does doing for from had has have having he her here his how i if in into is it its just
    me more most my no nor not of on or other our out over own same she should so some such
    than that the their them then there these they this those through to too under until up
    very was we were what when where which while who whom why will with would you your
    d ll m n r re s t u ve w
    o y yn yr
"""
STOP_WORDS = frozenset(_IGNORED.split())

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|"?(?P<word>[^\s"]+))')
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def parse_query(text: str) -> Query:
    """Read what a person typed; anything at all gives a Query, if perhaps an empty one.

    Only the first `LONGEST` characters and `MOST` words count (rule 49).
    """
    text, cut = _shortened(_clean(bounded(text)))
    found: dict[str, dict[str, str]] = {"words": {}, "phrases": {}, "without": {}}
    left = MOST
    for place, term in _terms(text):
        if term.casefold() in found[place]:
            continue
        said = term.split()
        if kept := said[:left]:
            found[place][term.casefold()] = " ".join(kept)
        cut |= len(said) > left
        left -= len(kept)
    return Query(**{place: tuple(terms.values()) for place, terms in found.items()}, cut=cut)


def bounded(text: str) -> str:
    """Return as much of what a person typed as can matter to `parse_query`.

    That is one character more than is read, so that it still sees that there was more.
    """
    return text.strip()[: LONGEST + 1]


def describe(query: Query) -> str:
    """Say in a plain sentence what was understood."""
    if not query:
        if query.without:
            return f"Say what to look for as well: this only leaves out {_list(query.without)}."
        return "There is nothing to look for yet: type a word or two."
    wishes = []
    if query.words:
        wishes.append(f"about {_list(telling(query.words))}")
    if query.phrases:
        wishes.append(f"with the exact words {_list(f'“{phrase}”' for phrase in query.phrases)}")
    if query.without:
        wishes.append(f"without {_list(query.without, last='or')}")
    return f"Posts {', '.join(wishes)}." + (f" {LIMIT}" if query.cut else "")


def telling(words: Iterable[str]) -> list[str]:
    """Return the words without stop words, or all of them if nothing else would be left."""
    every = list(words)
    return [word for word in every if word.casefold() not in STOP_WORDS] or every


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    return "".join(map(_visible, text))


def _shortened(text: str) -> tuple[str, bool]:
    """Return what is read of `text`, with no half word at the end, and whether more was there."""
    kept = text[:LONGEST]
    if kept == text:
        return text, False
    return kept.rpartition(" ")[0] or kept, True


def _visible(character: str) -> str:
    # Controls and lone surrogates part words; soft hyphens and joiners stand inside them.
    category = unicodedata.category(character)
    return " " if category in {"Cc", "Cs"} else "" if category == "Cf" else character


def _terms(text: str) -> Iterator[tuple[str, str]]:
    for match in _TERM.finditer(text):
        phrase, word = match["phrase"], match["word"]
        term = _EDGES.sub("", word if phrase is None else phrase)
        if not term:
            continue
        yield "without" if match["minus"] else "words" if phrase is None else "phrases", term


def _list(terms: Iterable[str], last: str = "and") -> str:
    *first, final = terms
    return f"{', '.join(first)} {last} {final}" if first else final
