"""The words of local government: its topics, and which words mean the same.

The list is `data/topics.toml`, whose head says what its entries mean; whoever adds a topic or
a synonym edits that file alone. It is read once and checked as a whole, so that a slip is told
with the entry it is in. Here it is only looked things up in: `index.tagging` decides what a post
is about. A member of a ring that is an ordinary word as well (SEND) is understood in
capitals only.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from re import fullmatch, match
from types import MappingProxyType
from typing import Any

from index.errors import VocabularyError
from index.words import folded, key, said

LIST = Path(__file__).with_name("data") / "topics.toml"

STEM = 4  # letters at least before an asterisk, so that a sign is found by its first letters

Ring = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something posts are about, the signs that tell one that is, and its rings of synonyms.

    `meaning` is what it is, in one plain sentence for whoever does not know the word.
    """

    slug: str
    label: str
    group: str
    meaning: str
    note: str = ""
    abbr: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    same: tuple[Ring, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words of a query, from `start` up to `end`, and what else is said for them."""

    start: int
    end: int
    typed: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """Every topic by its slug, in the file's order, and the rings.

    `fingerprint` changes with any edit of the file. `words_too` are abbreviations that are
    ordinary words in lower case.
    """

    topics: Mapping[str, Topic]
    fingerprint: str
    words_too: frozenset[str]
    _rings: Mapping[str, Ring] = field(repr=False)
    _named: Mapping[str, str] = field(repr=False)  # the slug by the key of a name
    _longest: int = field(repr=False)  # words in a member

    def expansions(self, words: Sequence[str]) -> tuple[Expansion, ...]:
        """Return what else could be said for the words of a query, in their order.

        Spans do not overlap: the longest wins, and of equals the first.
        """
        parts = [said(word) for word in words]
        spans = sorted(self._spans(parts), key=lambda span: (span[0] - span[1], span[0]))
        taken: set[int] = set()
        found = []
        for start, end, ring in spans:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                found.append(self._expansion(words[start:end], start, ring))
        return tuple(sorted((one for one in found if one.also), key=lambda one: one.start))

    def topic_named(self, text: str) -> Topic | None:
        """Return the topic whose label, slug or synonym the whole text is."""
        words = said(text)
        name = key(words)
        slug = self._named.get(name)
        if slug is None or (name in self._rings and not self._meant(words, name, slug)):
            return None
        return self.topics[slug]

    def _meant(self, words: Sequence[str], name: str, slug: str = "") -> bool:
        """Say whether an ordinary word was typed as the abbreviation it is too."""
        capitals = sum(map(str.isupper, "".join(words)))  # SEND, and CoP
        return name not in self.words_too or name == slug or capitals > 1

    def _spans(self, parts: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, Ring]]:
        for start in range(len(parts)):
            run: list[str] = []
            for end in range(start + 1, len(parts) + 1):
                run += parts[end - 1]
                if len(run) > self._longest:
                    break
                ring = self._rings.get(name := key(run))
                if ring and parts[start] and parts[end - 1] and self._meant(run, name):
                    yield start, end, ring

    def _expansion(self, words: Sequence[str], start: int, ring: Ring) -> Expansion:
        typed = " ".join(words)
        spoken = _spelling(typed)
        also = (one for one in ring if _spelling(one) != spoken)
        return Expansion(start, start + len(words), typed, tuple(also))


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the planet."""
    return read_vocabulary(LIST.read_bytes())


def read_vocabulary(data: bytes) -> Vocabulary:
    """Read a vocabulary; raises VocabularyError, which names the entry that is wrong."""
    tables = _tables(data)
    words_too = _texts(tables.get("words_too", []), "“words_too”")
    topics = _topics(tables.get("topic"))
    general = _ring_list(tables.get("same", []), "the first “same”")
    owned = [("", ring) for ring in general]
    owned += [(topic.slug, ring) for topic in topics.values() for ring in topic.same]
    rings = _rings(ring for _, ring in owned)
    return Vocabulary(
        topics=MappingProxyType(topics),
        fingerprint=sha256(data).hexdigest(),
        words_too=frozenset(key(said(word)) for word in words_too),
        _rings=MappingProxyType(rings),
        _named=MappingProxyType(_names(topics, owned)),
        # Any member may be typed with all its hyphens as spaces.
        _longest=max((len(said(one)) for ring in rings.values() for one in ring), default=0),
    )


def _tables(data: bytes) -> dict[str, Any]:
    try:
        tables = tomllib.loads(data.decode())
    except ValueError as error:
        raise VocabularyError(f"The list of topics is no TOML: {error}.") from error
    _known(tables, {"words_too", "same", "topic"}, "the list of topics")
    return tables


def _topics(tables: object) -> dict[str, Topic]:
    if not isinstance(tables, list) or not tables:
        raise VocabularyError("The list of topics holds no [[topic]].")
    topics: dict[str, Topic] = {}
    for number, table in enumerate(tables, 1):
        topic = _topic(table, f"topic {number}")
        if topic.slug in topics:
            raise VocabularyError(f"The list of topics has “{topic.slug}” twice.")
        topics[topic.slug] = topic
    return topics


def _topic(table: Any, place: str) -> Topic:
    if not isinstance(table, dict):
        raise VocabularyError(f"In the list of topics, {place} is no table.")
    slug = table.get("slug")
    if not isinstance(slug, str) or not fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise VocabularyError(f"In the list of topics, {place} has no slug such as “council-tax”.")
    place = f"topic “{slug}”"
    _known(table, {one.name for one in fields(Topic)}, place)
    label, group, meaning = _said_of(table, place)
    signs = ("abbr", "ambiguous", "phrases", "weak")
    return Topic(
        slug=slug,
        label=label,
        group=group,
        meaning=meaning,
        note=str(table.get("note", "")),
        same=_ring_list(table.get("same", []), f"“same” of {place}"),
        **{name: _texts(table.get(name, []), f"“{name}” of {place}") for name in signs},
    )


def _said_of(table: Mapping[str, Any], place: str) -> tuple[str, str, str]:
    """Return what pages say of a topic: its label, its group and what it means."""
    for name in ("label", "group", "meaning"):
        if not isinstance(table.get(name), str) or not table[name].strip():
            raise VocabularyError(f"In the list of topics, {place} has no {name}.")
    if not fullmatch(r"[^.!?]+\.", table["meaning"]):
        raise VocabularyError(f"In the list of topics, the meaning of {place} is no one sentence.")
    return table["label"], table["group"], table["meaning"]


def _known(table: Mapping[str, Any], names: set[str], place: str) -> None:
    if unknown := sorted(table.keys() - names):
        raise VocabularyError(f"Nobody knows what “{unknown[0]}” means in {place}.")


def _texts(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise VocabularyError(f"In the list of topics, {place} is no list.")
    for text in value:
        if not isinstance(text, str) or not said(text):
            raise VocabularyError(f"In the list of topics, {place} holds {text!r}: no word.")
        if match(rf"\W*\w{{1,{STEM - 1}}}\*", text):
            raise VocabularyError(f"In the list of topics, {place}: {text!r} is too short a stem.")
    return tuple(value)


def _ring_list(value: object, place: str) -> tuple[Ring, ...]:
    if not isinstance(value, list):
        raise VocabularyError(f"In the list of topics, {place} is no list.")
    rings = tuple(_texts(ring, place) for ring in value)
    for ring in rings:
        if len({_spelling(one) for one in ring}) != len(ring) or len(ring) < 2:
            raise VocabularyError(f"In the list of topics, {place}: {ring} is no ring of words.")
    return rings


def _rings(rings: Iterable[Ring]) -> dict[str, Ring]:
    """Return the rings by the key of each member."""
    found: dict[str, Ring] = {}
    for ring in rings:
        for one in ring:
            if found.setdefault(key(said(one)), ring) is not ring:
                raise VocabularyError(f"In the list of topics, “{one}” is in two rings.")
    return found


def _names(topics: Mapping[str, Topic], owned: Iterable[tuple[str, Ring]]) -> dict[str, str]:
    """Return the slugs of the topics by what they are called: labels and slugs go first."""
    names: dict[str, str] = {}
    for topic in topics.values():
        for name in (topic.slug, topic.label):
            names.setdefault(key(said(name)), topic.slug)
    for slug, ring in owned:
        for one in ring if slug else ():
            names.setdefault(key(said(one)), slug)
    return names


def _spelling(text: str) -> tuple[str, ...]:
    """Return the words an engine would see, to tell two spellings apart."""
    words = folded(text).casefold().replace("-", " ").split()
    return (*words[:-1], key(words[-1:]))
