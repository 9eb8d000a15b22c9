"""The form of a search: what its fields hold and offer, and what it passes on unseen. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.councils import NATIONS, council_name
from index.model import Feed, Kind
from index.vocabulary import vocabulary
from web.asked import Asked, Pairs
from web.words import KINDS

FIELDS = ("topic", "council", "nation", "kind", "after", "before")  # each for one value


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields by name, the rest of the search, and what can be chosen from."""

    topic: str
    council: str
    nation: str
    kind: str
    after: str
    before: str
    unseen: Pairs
    subjects: tuple[str, ...]
    councils: tuple[str, ...]
    nations: tuple[tuple[str, str], ...] = tuple(NATIONS.items())
    kinds: tuple[tuple[str, str], ...] = tuple((kind.value, KINDS[kind]) for kind in Kind)


def form(asked: Asked, blogs: Sequence[Feed]) -> Form:
    """Return the form that asks for the same again; what it has no field for stays as it is."""
    held = dict.fromkeys(FIELDS, "")
    unseen = []
    for name, value in asked.pairs[1:] if asked.text else asked.pairs:
        if name in held and not held[name] and not value.startswith("-"):
            held[name] = value
        else:
            unseen.append((name, value))
    topics = vocabulary().topics
    if held["topic"] in topics:
        held["topic"] = topics[held["topic"]].label
    if held["council"]:
        held["council"] = council_name(held["council"])
    return Form(
        topic=held["topic"],
        council=held["council"],
        nation=held["nation"],
        kind=held["kind"],
        after=held["after"],
        before=held["before"],
        unseen=tuple(unseen),
        subjects=tuple(name for topic in topics.values() for name in (topic.label, *topic.abbr)),
        councils=tuple(sorted({council_name(slug) for feed in blogs for slug in feed.councils})),
    )
