"""Where a text holds what was searched for.

Only words that begin as a wanted stem does are stemmed, which is a tenth of the work of
reading a whole text as the index did. A stem shares all but its last letter or two with
its words ("happi" of "happy"), so nothing is missed.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from index.clauses import Marked
from index.folding import folded, lowered
from index.highlight import Mark
from index.welsh import lemma

LOOKED_AT = 15_000  # characters of a text: two thousand words
_CHANGED = 2  # letters at a stem's end that its words may have otherwise
_START, _END, _GAP, _WORD = r"(?<![^\W_])", r"(?![^\W_])", r"[\W_]+", r"[^\W_]+"


def marks(text: str, marked: Marked, stem: Callable[[str], str]) -> list[Mark]:
    """Return the places in `text` that hold something of `marked`; `stem` is the index's."""
    text = text[:LOOKED_AT]
    lower = lowered(text)
    return [
        *_singles(lower, marked, stem),
        *_runs(lower, marked, stem),
        *_phrases(lower, marked.phrases),
        *_capitals(text, marked),
        *_lemmas(text, marked),
    ]


def _singles(text: str, marked: Marked, stem: Callable[[str], str]) -> Iterator[Mark]:
    starts = [*(_start(one) for one in marked.stems), *map(re.escape, marked.words)]
    for found in _every(starts, rf"{_START}(?:{{}})[^\W_]*", text):
        word = found[0]
        term = stem(word)
        if term in marked.stems:
            yield Mark(*found.span(), term, marked.stems[term])
        elif word in marked.words:
            yield Mark(*found.span(), word, marked.words[word])


def _runs(text: str, marked: Marked, stem: Callable[[str], str]) -> Iterator[Mark]:
    for run, weight in marked.runs.items():
        pattern = _GAP.join(rf"{_start(one)}[^\W_]*" for one in run)
        for found in re.finditer(_START + pattern, text):
            if tuple(stem(word) for word in re.findall(_WORD, found[0])) == run:
                yield Mark(*found.span(), " ".join(run), weight)


def _phrases(text: str, phrases: dict[tuple[str, ...], float]) -> Iterator[Mark]:
    for words, weight in phrases.items():
        pattern = _GAP.join(map(re.escape, words))
        for found in re.finditer(_START + pattern + _END, text):
            yield Mark(*found.span(), " ".join(words), weight)


def _capitals(text: str, marked: Marked) -> Iterator[Mark]:
    single: dict[tuple[str, ...], float] = {
        (word,): weight for word, weight in marked.capitals.items()
    }
    return _phrases(folded(text), single) if single else iter(())


def _lemmas(text: str, marked: Marked) -> Iterator[Mark]:
    for found in re.finditer(_WORD, text) if marked.lemmas else ():
        if (term := lemma(found[0].lower())) in marked.lemmas:
            yield Mark(*found.span(), term, marked.lemmas[term])


def _every(starts: Iterable[str], pattern: str, text: str) -> Iterator[re.Match[str]]:
    ways = "|".join(sorted(set(starts), key=lambda one: -len(one)))
    return re.finditer(pattern.format(ways), text) if ways else iter(())


def _start(stem: str) -> str:
    return re.escape(stem[: max(len(stem) - _CHANGED, min(len(stem), 2))])
