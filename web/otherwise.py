"""What else a reader may try whose search found nothing: fewer words, no filters, a topic."""

from dataclasses import dataclass

from index.query import telling
from index.search import Search
from index.shorter import shorter
from index.vocabulary import Topic, vocabulary
from web.asked import Asked

WORDS = 6  # that are tried without


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Another search that does have answers: how many, and what it leaves out."""

    href: str
    posts: int
    without: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """What there is instead of an answer."""

    shorter: Offer | None = None
    unfiltered: Offer | None = None
    topic: Topic | None = None


def otherwise(search: Search, asked: Asked) -> Otherwise:
    """Return what may help a reader on. Raises SearchError."""
    return Otherwise(
        shorter=_shorter(search, asked),
        unfiltered=_unfiltered(search, asked),
        topic=topic_of(telling(asked.query.words) or asked.query.phrases),
    )


def topic_of(words: list[str] | tuple[str, ...]) -> Topic | None:
    """Return the topic that the words name, or as many of them as name one."""
    for size in range(len(words), 0, -1):
        for start in range(len(words) - size + 1):
            if topic := vocabulary().topic_named(" ".join(words[start : start + size])):
                return topic
    return None


def _shorter(search: Search, asked: Asked) -> Offer | None:
    """Return the search that has one word less and the fewest answers: it says the most."""
    offers = [
        Offer(href=less.address(), posts=_counted(search, less), without=one.without)
        for one in shorter(asked.text, WORDS)
        for less in [asked.typed(one.text)]
    ]
    return min((one for one in offers if one.posts), key=lambda one: one.posts, default=None)


def _unfiltered(search: Search, asked: Asked) -> Offer | None:
    less = asked.unfiltered()
    posts = _counted(search, less) if less.query and less.query != asked.query else 0
    return Offer(href=less.address(), posts=posts) if posts else None


def _counted(search: Search, asked: Asked) -> int:
    return search.find(asked.query, limit=1).counted
