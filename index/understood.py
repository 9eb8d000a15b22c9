"""Saying in a plain sentence what was understood of a query."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from index.councils import NATIONS, council_name
from index.finding import By, Filter, Query, Reading
from index.query import LIMIT, telling
from index.vocabulary import vocabulary

LANGUAGES = {"en": "English", "cy": "Welsh", "ga": "Irish", "gd": "Gaelic", "fr": "French"}
HAVING = {
    "author": "a named author",
    "council": "a council",
    "licence": "a licence to use them again",
    "tag": "tags",
    "text": "all of their text",
    "topic": "a topic",
}
KINDS = {
    "council": "councils",
    "practitioner": "practitioners",
    "sector-body": "sector bodies",
    "central-government": "central government",
    "supplier": "suppliers",
    "community": "communities",
}
Names = Mapping[str, str]  # of blogs, by slug

NOBODY: Names = MappingProxyType({})

# How a filter is said; {} stands for its values.
SAID = {
    By.TITLE: "with {} in the title",
    By.TOPIC: "on the topic of {}",
    By.TAG: "tagged {}",
    By.AUTHOR: "by {}",
    By.COUNCIL: "from {}",
    By.NATION: "from {}",
    By.REGION: "from {}",
    By.KIND: "from blogs of {}",
    By.BLOG: "on the blog {}",
    By.LANG: "in {}",
    By.HAS: "that have {}",
    By.YEAR: "of {}",
}


def describe(query: Query, names: Names = NOBODY) -> str:
    """Say in a plain sentence what was understood."""
    if not query:
        left_out = [*query.without, *(value_words(one, names) for one in query.filters)]
        if left_out:
            return f"Say what to look for as well: this only leaves out {_list(left_out)}."
        return "There is nothing to look for yet: type a word or two."
    sentence = f"Posts {', '.join(_wishes(query, names))}."
    return sentence + (f" {LIMIT}" if query.cut else "")


def also_words(reading: Reading) -> str:
    """Say what else was looked for, or nothing."""
    also = dict.fromkeys(one for others in reading.also.values() for one in others)
    return f"Also searched for: {', '.join(also)}." if also else ""


def instead_words(typed: str, meant: str) -> str:
    """Say what was looked for in the place of a word that no post has."""
    return f"No post has “{typed}”, so we searched for “{meant}”."


def unknown_words(reading: Reading) -> str:
    """Say which words no post has, or nothing."""
    words = [f"“{word}”" for word in reading.unknown]
    return f"No post has {_list(words, last='or')}." if words else ""


def value_words(one: Filter, names: Names = NOBODY) -> str:
    """Return a filter's value as people say it: "Tower Hamlets", "Housing repairs"."""
    if one.by is By.TOPIC:
        topic = vocabulary().topics.get(one.value)
        return topic.label if topic else one.value.replace("-", " ")
    named = {By.NATION: NATIONS, By.LANG: LANGUAGES, By.HAS: HAVING, By.KIND: KINDS}.get(one.by)
    if named is not None:
        return named.get(one.value, one.value.replace("-", " "))
    if one.by is By.COUNCIL:
        return council_name(one.value)
    if one.by is By.BLOG:
        return names.get(one.value, one.value)
    if one.by is By.REGION:
        return " ".join(
            word if word in ("of", "the", "and") else word.capitalize()
            for word in one.value.split("-")
        )
    return one.value


def day_words(day: date) -> str:
    """Return a day as pages say it: 3 May 2024."""
    return f"{day.day} {day:%B %Y}"


def _wishes(query: Query, names: Names) -> Iterator[str]:
    words = [*telling(query.words), *(_list(_terms(group), "or") for group in query.either)]
    if words:
        yield f"about {_list(map(_begun, words))}"
    if query.phrases:
        yield f"with the exact words {_list(f'“{phrase}”' for phrase in query.phrases)}"
    yield from _narrowed(query, names)
    if query.after:
        yield f"since {day_words(query.after)}"
    if query.before:
        yield f"before {day_words(query.before)}"
    if query.without:
        yield f"without {_list(_terms(query.without), last='or')}"
    if left_out := [value_words(one, names) for one in query.filters if one.without]:
        yield f"not {_list(left_out, last='or')}"


def _narrowed(query: Query, names: Names) -> Iterator[str]:
    for by, said in SAID.items():
        wanted = [value_words(f, names) for f in query.filters if f.by is by and not f.without]
        if wanted:
            yield said.format(_list(wanted, "and" if by in (By.TITLE, By.HAS) else "or"))


def _terms(terms: Iterable[str]) -> list[str]:
    return [f"“{term}”" if " " in term else _begun(term) for term in terms]


def _begun(word: str) -> str:
    return f"{word[:-1]}…" if word.endswith("*") else word


def _list(terms: Iterable[str], last: str = "and") -> str:
    *first, final = terms
    return f"{', '.join(first)} {last} {final}" if first else final
