"""What a post is about: at most six topics, told by the signs in `data/topics.toml`.

How often the signs of a topic turn up, how various they are, and whether its author put them
in the title, in front or among the tags makes its score; a topic is set if that is enough for
a text of that length. The same words always give the same topics, for nothing is
learned or remembered. How right the answers are is measured by
`python -m benchmarks.topics`, and the numbers here are those that did best there.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum, log2

from index.signs import LONGEST, Sign, signs
from index.vocabulary import vocabulary

MOST = 6

# What a strong sign weighs that is in the title, or in a tag, and a tag that is a topic's name ...
TITLE = 4.0
TAG = 2.5
NAMED = 3.5
# ... each different one in the text, and again each time it is said twice as often ...
SIGN = 1.0
AGAIN = 0.7
# ... more if it comes early, in so many words ...
EARLY = 0.5
LEAD = 100
# ... and what the weak ones weigh that stand beside it.
WEAK = 0.5
MOST_WEAK = 4

# So much is enough for a text of so many words, and more each time that it is twice as long.
ENOUGH = 2.5
SHORT = 200
LONGER = 0.6


@dataclass(slots=True)
class Found:
    """The signs of one topic in a post: by where they are, and how often the text has each."""

    title: set[Sign] = field(default_factory=set)
    tags: set[Sign] = field(default_factory=set)
    named: bool = False  # a tag is the topic's own name
    lead: set[Sign] = field(default_factory=set)
    text: Counter[Sign] = field(default_factory=Counter)

    def score(self) -> float:
        """Return how much speaks for the topic."""
        everywhere = {*self.title, *self.tags, *self.text}
        sure = any(not sign.ambiguous for sign in everywhere)
        strong = {sign for sign in everywhere if sign.strong and (sure or not sign.ambiguous)}
        if not strong and not self.named:
            return 0.0
        return (
            TITLE * len(strong & self.title)
            + max(TAG * len(strong & self.tags), NAMED * self.named)
            + EARLY * len(strong & self.lead)
            # Sets have no order, and `sum` depends on it in its last digits.
            + fsum(SIGN + AGAIN * log2(self.text[sign]) for sign in strong & self.text.keys())
            + WEAK * min(MOST_WEAK, self._weak())
        )

    def _weak(self) -> int:
        in_front = sum(not sign.strong for sign in self.title | self.tags)
        return in_front + sum(times for sign, times in self.text.items() if not sign.strong)


def topics_of(title: str, text: str, tags: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the slugs of what a post is about, best first, at most `MOST`."""
    scores = {topic: found.score() for topic, found in find(title, text, tags).items()}
    needed = enough(len(text[:LONGEST].split()))
    kept = [topic for topic, score in scores.items() if score >= needed]
    return tuple(sorted(kept, key=lambda topic: (-scores[topic], topic))[:MOST])


def enough(words: int) -> float:
    """Return the score that sets a topic in a text of so many words."""
    return ENOUGH + LONGER * log2(max(words, SHORT) / SHORT)


def find(title: str, text: str, tags: Sequence[str]) -> Mapping[str, Found]:
    """Return what was found of each topic that has any sign at all."""
    found: defaultdict[str, Found] = defaultdict(Found)
    every = signs()
    for _, sign in every.found(title):
        found[sign.topic].title.add(sign)
    for _, sign in every.found("\n".join(tags)):
        found[sign.topic].tags.add(sign)
    for tag in tags:
        if topic := vocabulary().topic_named(tag):
            found[topic.slug].named = True
    for place, sign in every.found(text):
        found[sign.topic].text[sign] += 1
        if place < LEAD:
            found[sign.topic].lead.add(sign)
    return found
