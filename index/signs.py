"""Finding the signs of topics in a text: one pass over its words, however many signs there are.

Whoever is at a word asks which signs begin there: with that word, with its first letters (those
that may end as they like), or with that very abbreviation. So the cost is that of the text alone.
A sign is whatever `data/topics.toml` lists; what follows from one is `index.tagging`'s business.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from re import compile as pattern

from index.vocabulary import STEM, Topic, vocabulary
from index.words import folded, key

LONGEST = 60_000  # characters of a text; the rest is not looked at
KNOWN = 20_000  # words

# A sentence ends a phrase; the dot of gov.uk and node.js ends none.
_TOKEN = pattern(r"[^\W_]+|[.!?:;](?=\s)|\n")
_WORD = pattern(r"[^\W_]+\*?")


@dataclass(frozen=True, slots=True, eq=False)
class Sign:
    """Words that tell a topic; `name` is how the list writes them."""

    topic: str
    name: str
    words: tuple[str, ...]
    open_ended: tuple[bool, ...]  # whether each may end as it likes
    strong: bool = True
    ambiguous: bool = False
    word_too: bool = False  # where all is in capitals, those say nothing

    def stands(self, words: list[str], start: int) -> bool:
        """Say whether the rest of the sign follows its first word, which is there."""
        if start + len(self.words) > len(words):
            return False
        for place in range(1, len(self.words)):
            said, word = words[start + place], self.words[place]
            if said != word and not (self.open_ended[place] and said.startswith(word)):
                return False
        return True


Beginnings = Mapping[str, tuple[Sign, ...]]


@dataclass(frozen=True)
class Signs:
    """Every sign by how it begins: with a word, with its first letters, or in capitals."""

    words: Beginnings
    stems: Beginnings
    capitals: Beginnings

    def found(self, text: str) -> Iterator[tuple[int, Sign]]:
        """Yield the signs in a text, and at which word each begins.

        No two signs of one topic share a word, and the longest goes first: "planning
        permission" is one sign of planning even if the list has "permission" too.
        """
        text = folded(text[:LONGEST])
        shouted = text.isupper()
        typed = _TOKEN.findall(text)
        words = [word.lower() for word in typed]
        ends: dict[str, int] = {}
        for place, sign in self._standing(typed, words):
            if place >= ends.get(sign.topic, 0) and not (shouted and sign.word_too):
                ends[sign.topic] = place + len(sign.words)
                yield place, sign

    def _standing(self, typed: list[str], words: list[str]) -> Iterator[tuple[int, Sign]]:
        following = [*words[1:], ""]
        for place, word in enumerate(words):
            for sign in self.capitals.get(typed[place], ()):
                if sign.stands(typed, place):
                    yield place, sign
            for second, sign in self._begun(word):
                # Most signs end here, so that few of them are asked.
                if following[place].startswith(second) and sign.stands(words, place):
                    yield place, sign

    @cached_property
    def _begun(self) -> Callable[[str], tuple[tuple[str, Sign], ...]]:
        """Tell which signs begin with a word, and the second word of each: known of many words."""

        @lru_cache(KNOWN)
        def begun(word: str) -> tuple[tuple[str, Sign], ...]:
            stems = self.stems.get(word[:STEM], ())
            there = (*self.words.get(word, ()), *(s for s in stems if word.startswith(s.words[0])))
            return tuple(("".join(sign.words[1:2]), sign) for sign in there)

        return begun


@cache
def signs() -> Signs:
    """Return the signs of all topics."""
    topics = vocabulary().topics.values()
    phrases = [sign for topic in topics for sign in _phrases(topic)]
    abbreviations = [sign for topic in topics for sign in _abbreviations(topic)]
    return Signs(
        words=_by((sign.words[0], sign) for sign in phrases if not sign.open_ended[0]),
        stems=_by((sign.words[0][:STEM], sign) for sign in phrases if sign.open_ended[0]),
        capitals=_by(
            ((first, sign) for sign in abbreviations for first in _as_typed(sign.words)),
        ),
    )


def _phrases(topic: Topic) -> Iterator[Sign]:
    for names, strong in ((topic.phrases, True), (topic.weak, False)):
        for name in names:
            parts = _WORD.findall(folded(name).lower())
            words = tuple(part.removesuffix("*") for part in parts)
            yield Sign(topic.slug, name, words, tuple(part[-1] == "*" for part in parts), strong)


def _abbreviations(topic: Topic) -> Iterator[Sign]:
    ordinary = vocabulary().words_too
    for name in (*topic.abbr, *topic.ambiguous):
        words = tuple(_WORD.findall(folded(name)))
        yield Sign(
            topic.slug,
            name,
            words,
            (False,) * len(words),
            ambiguous=name in topic.ambiguous,
            word_too=key(words) in ordinary,
        )


def _as_typed(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return how an abbreviation begins: EHCPs are counted with EHCP."""
    first = words[0]
    return (first,) if len(words) > 1 else (first, f"{first}s")


def _by(every: Iterable[tuple[str, Sign]]) -> Beginnings:
    """Gather signs by their beginning, the longest first."""
    found: dict[str, list[Sign]] = defaultdict(list)
    for first, sign in every:
        found[first].append(sign)
    return {
        first: tuple(sorted(begun, key=lambda sign: (-len(sign.words), not sign.strong)))
        for first, begun in found.items()
    }
