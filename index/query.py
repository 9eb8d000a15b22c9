"""What a reader types into the search box, and what we make of it.

The language is one that people know from other searches: words, "exact phrases", a minus
before what is unwanted, OR between alternatives, a star at the end of a word's beginning,
and filters such as council:hackney or after:2020. Whatever else is typed is read as words,
for a search box that answers "syntax error" helps nobody: a quote left open, a colon or a
bracket that has no meaning, a date that is none. A query has an end, so that none costs
much (rule 49). Knows no engine; what a query finds is decided by `index.matching`.

    text ─► _terms ─► _Reading, which sorts each term to its place ─► Query
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from index.finding import Filter, Query
from index.narrowing import DATES, narrow, read_day

LONGEST = 500  # characters; the rest is not read
MOST = 32  # words in all, those of phrases, of exclusions and of filters included
RUNS = 6  # phrases: one of common words costs as much as a long query; more are read as words
BEGINNING = 3  # letters at least before a star: fewer would stand for half of all words
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
_TERM = re.compile(
    r'(?P<minus>-?)(?:(?P<by>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"|"?(?P<word>[^\s"]+))'
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_OR = frozenset({"OR", "|", "||"})


@dataclass(frozen=True, slots=True)
class _Term:
    """A term as it was typed: its bare text, and what stood around it."""

    text: str
    by: str = ""
    minus: bool = False
    quoted: bool = False


def parse_query(text: str) -> Query:
    """Read what a person typed; anything at all gives a Query, if perhaps an empty one.

    Only the first `LONGEST` characters and `MOST` words count (rule 49).
    """
    text, cut = _shortened(_clean(bounded(text)))
    reading = _Reading(cut=cut)
    either = False
    for term in _terms(text):
        if term is None:
            either = True
            continue
        reading.take(term, either=either)
        either = False
    return reading.query()


def bounded(text: str) -> str:
    """Return as much of what a person typed as can matter to `parse_query`.

    That is one character more than is read, so that it still sees that there was more.
    """
    return text.strip()[: LONGEST + 1]


def narrowed(query: Query, asked: Iterable[tuple[str, str]]) -> Query:
    """Return `query` with filters from (name, value) pairs, such as a form's fields.

    Names that mean nothing, empty values and unreadable days are left out; of what is
    already there nothing is said twice.
    """
    reading = _Reading(filters=dict.fromkeys(query.filters))
    days = {"after": query.after, "before": query.before}
    for name, value in asked:
        said = _clean(bounded(value))
        if name in DATES:
            days[name] = read_day(said) or days[name]
        else:
            reading.narrow(_Term(said.removeprefix("-"), name, said.startswith("-")))
    filters = tuple(reading.filters)
    return replace(query, filters=filters, after=days["after"], before=days["before"])


def typed_terms(text: str) -> list[str]:
    """Return the terms of what a person typed, each as it stands there, quotes and all."""
    return [match[0] for match in _TERM.finditer(_shortened(_clean(bounded(text)))[0])]


def telling(words: Iterable[str]) -> list[str]:
    """Return the words without stop words, or all of them if nothing else would be left."""
    every = list(words)
    return [word for word in every if word.casefold() not in STOP_WORDS] or every


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A query while it is being read, and how many words it may still have."""

    cut: bool = False
    left: int = MOST
    runs: int = 0  # phrases so far
    words: dict[str, str] = field(default_factory=dict)  # by the form they are compared in
    phrases: dict[str, str] = field(default_factory=dict)
    without: dict[str, str] = field(default_factory=dict)
    groups: list[tuple[str, ...]] = field(default_factory=list)
    filters: dict[Filter, None] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    last: tuple[dict[str, str], str] | None = None  # where the term before went

    def take(self, term: _Term, *, either: bool) -> None:
        """Put a term where it belongs; `either` joins it with the one before."""
        if term.by and self._filtered(term):
            self.last = None
            return
        said = _star(term) if not term.by else f"{term.by} {term.text}".strip()
        if term.quoted and self.runs >= RUNS:
            term, self.cut = replace(term, quoted=False), True
        self.runs += term.quoted
        for one in [said] if term.quoted else said.split():
            self._put(one, term, either=either and one == said)

    def _filtered(self, term: _Term) -> bool:
        if term.by in DATES:
            day = read_day(term.text)
            if day is not None and not term.minus:
                self.days[term.by] = day
            return day is not None
        return self.narrow(term)

    def narrow(self, term: _Term) -> bool:
        """Add a filter, if the term is one."""
        found = narrow(term.by, term.text, without=term.minus)
        if found is None:
            return False
        if found not in self.filters:
            if self.left <= 0:
                self.cut = True
                return True
            self.left -= 1
            self.filters[found] = None
        return True

    def _put(self, said: str, term: _Term, *, either: bool) -> None:
        place = self.without if term.minus else self.phrases if term.quoted else self.words
        kept = " ".join(said.split()[: max(self.left, 0)])
        self.cut |= kept != " ".join(said.split())
        if not kept or (said.casefold() in place and not either):
            return
        self.left -= len(kept.split())
        if either and not term.minus and self._joined(kept):
            return
        place[said.casefold()] = kept
        self.last = None if term.minus else (place, said.casefold())

    def _joined(self, said: str) -> bool:
        """Make `said` an alternative to the term before; False if there is none."""
        if self.last is None:
            return False
        place, key = self.last
        if key:
            self.groups.append((place.pop(key),))
            self.last = place, ""
        if said not in self.groups[-1]:
            self.groups[-1] += (said,)
        return True

    def query(self) -> Query:
        """Return what was read."""
        return Query(
            words=tuple(self.words.values()),
            phrases=tuple(self.phrases.values()),
            either=tuple(self.groups),
            without=tuple(self.without.values()),
            filters=tuple(self.filters),
            after=self.days.get("after"),
            before=self.days.get("before"),
            cut=self.cut,
        )


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


def _terms(text: str) -> Iterator[_Term | None]:
    """Give the terms in order, and None where OR stands between two."""
    for match in _TERM.finditer(text):
        phrase, word, by = match["phrase"], match["word"], match["by"] or ""
        if word in _OR and not match["minus"] and not by:
            yield None
            continue
        said = _EDGES.sub("", word if phrase is None else phrase)
        if phrase is None and word.rstrip(")]}.,;").endswith("*"):
            said += "*"
        if said.strip("*") or by:
            yield _Term(said, by.lower(), bool(match["minus"]), phrase is not None)


def _star(term: _Term) -> str:
    """Return the term with its star, if what stands before it is long enough."""
    bare = term.text.rstrip("*")
    return term.text if bare == term.text or len(bare) >= BEGINNING else bare
