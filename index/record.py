"""What an index keeps of a post, whichever engine keeps it: the values of each field.

The texts of posts stay in the store: an index that held them as well was half as large again
as what was written. What is looked for where is in `index.clauses.Field`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import normalize

from index import weights
from index.clauses import Field
from index.councils import councils
from index.finding import Document
from index.folding import whole
from index.model import EPOCH
from index.narrowed import microseconds, year
from index.narrowing import slugged
from index.tags import tag_keys
from index.vocabulary import vocabulary
from index.welsh import is_welsh, lemmas


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A post as an index keeps it: its fields' values, and the numbers it is ordered by."""

    id: str
    fields: dict[Field, list[str]]
    sort_at: int  # microseconds since 1970
    blog: int  # tells blogs apart; 0 for none
    prior: float  # what its scores are multiplied by


def record(document: Document) -> Record:
    """Return what an index keeps of `document`."""
    title, text = plain(document.title), plain(document.text)
    labels = [*map(plain, document.tags), *_labels(document)]
    about = [plain(document.feed), *map(plain, document.authors), *labels]
    fields = {
        Field.TEXT: [title, text, *about],
        Field.TITLE: [title],
        Field.HEADING: [plain(document.headings)],
        Field.LABEL: labels,
        Field.EXACT: [title, text],
        Field.CAPITALS: [title, text],
        Field.WELSH: [lemmas(f"{title}\n{text}")] if is_welsh(document.language) else [],
        Field.WHOLE: [whole(title)],
        Field.NAME: [whole(plain(document.feed))],
        Field.AUTHOR: list(map(plain, document.authors)),
    } | _facts(document)
    return Record(
        id=document.id,
        fields={
            field: kept for field, values in fields.items() if (kept := list(filter(None, values)))
        },
        sort_at=microseconds(document.sort_at),
        blog=number(document.slug),
        prior=prior(document),
    )


def prior(document: Document) -> float:
    """Return what a post is worth by itself, whatever is asked.

    Counted from a fixed year, so that a post's worth never changes of itself.
    """
    years = (document.sort_at - EPOCH) / weights.YEAR + 1970 - weights.SINCE
    worth = 1 + weights.RECENT * max(years, 0)
    worth *= 1 - weights.LISTS * min(max(document.linked, 0.0), 1.0)
    return worth * (weights.WEEKNOTES if is_weeknote(document.title) else 1.0)


def is_weeknote(title: str) -> bool:
    """Whether a title says that the post is about a week, or a sprint, and all that happened."""
    bare = title.casefold().replace(" ", "").replace("-", "")
    return "weeknote" in bare or "monthnote" in bare or "sprintnote" in bare


def plain(text: str) -> str:
    """Return text that every engine can keep: accents joined to letters, no half characters."""
    return normalize("NFC", text).encode("utf-8", "replace").decode()


def number(slug: str) -> int:
    """Return a number that stands for a blog; 0 for none."""
    if not slug:
        return 0
    return int.from_bytes(blake2b(slug.encode("utf-8", "replace"), digest_size=7).digest()) or 1


def _labels(document: Document) -> list[str]:
    known = vocabulary().topics
    return [known[slug].label for slug in document.topics if slug in known]


def _facts(document: Document) -> dict[Field, list[str]]:
    known = [councils()[slug] for slug in document.councils if slug in councils()]
    nations = [document.nation, *(council.nation for council in known)]
    return {
        Field.TOPIC: list(document.topics),
        Field.TAG: list(tag_keys(document.tags)),
        Field.COUNCIL: list(document.councils),
        Field.NATION: list(dict.fromkeys(nations)),
        Field.REGION: list(dict.fromkeys(slugged(council.region) for council in known)),
        Field.KIND: [document.kind],
        Field.BLOG: [document.slug, *document.also],
        Field.LANG: [document.language.lower().partition("-")[0]],
        Field.HAS: list(_has(document)),
        Field.YEAR: [year(document.sort_at)],
    }


def _has(document: Document) -> Iterator[str]:
    held = {
        "author": document.authors,
        "council": document.councils,
        "licence": document.licence,
        "tag": document.tags,
        "text": document.complete and document.text,
        "topic": document.topics,
    }
    yield from (name for name, value in held.items() if value)
