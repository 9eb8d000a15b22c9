"""How what somebody is typing may go on: topics, councils, blogs and titles of posts."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from index.councils import council_name
from index.errors import SearchError
from index.vocabulary import vocabulary
from index.words import folded
from web.site import Site
from web.words import blog_names, clean

MOST = 8
EACH = 3  # of one sort, so that the others have room
SHORTEST = 2  # letters
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to look for, what it is, and its own address."""

    text: str
    what: str
    path: str


def suggestions(site: Site, text: str) -> list[object]:
    """Return what browsers expect: the text, and three lists that belong together."""
    typed = " ".join(clean(text[:LONGEST]).split())
    found: dict[str, Suggestion] = {}
    if len(typed) >= SHORTEST:
        for one in _suggestions(site, typed):
            found.setdefault(one.text.casefold(), one)
    kept = list(found.values())[:MOST]
    base = site.settings.base_url
    return [
        text[:LONGEST],
        [one.text for one in kept],
        [one.what for one in kept],
        [f"{base}{one.path}" for one in kept],
    ]


def _suggestions(site: Site, typed: str) -> Iterator[Suggestion]:
    for sort in (_topics(), _councils(site), _blogs(site)):
        matching = [one for one in sort if _goes_on(typed, one.text)]
        yield from sorted(matching, key=lambda one: not _starts(typed, one.text))[:EACH]
    yield from _titles(site, typed)


def _topics() -> Iterator[Suggestion]:
    for topic in vocabulary().topics.values():
        path = f"/search?{urlencode({'topic': topic.slug})}"
        yield Suggestion(topic.label, "Topic", path)
        for short in topic.abbr:
            yield Suggestion(short, f"Topic: {topic.label}", path)


def _councils(site: Site) -> Iterator[Suggestion]:
    for slug in sorted({slug for feed in site.catalogue.listed() for slug in feed.councils}):
        yield Suggestion(council_name(slug), "Council", f"/search?{urlencode({'council': slug})}")


def _blogs(site: Site) -> Iterator[Suggestion]:
    for slug, name in blog_names(site.catalogue.listed()).items():
        yield Suggestion(name, "Blog", f"/blogs/{slug}")


def _titles(site: Site, typed: str) -> Iterator[Suggestion]:
    try:
        results = site.search().titles(typed, limit=MOST)
    except SearchError:
        return
    for post in site.catalogue.posts([hit.id for hit in results.hits]):
        yield Suggestion(clean(post.title), "Post", f"/posts/{post.id}")


def _starts(typed: str, text: str) -> bool:
    return _plain(text).startswith(_plain(typed))


def _goes_on(typed: str, text: str) -> bool:
    """Say whether a text, or some word of it, begins as was typed."""
    return f" {_plain(typed)}" in f" {_plain(text)}"


def _plain(text: str) -> str:
    return folded(text).casefold()
