"""Many posts put together anew from the paragraphs of others: the demo's, or real ones.

The same seed gives the same posts. A post keeps to one source's title, tags and topic for a
third of its paragraphs, so that words keep some of the company they keep in real posts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from benchmarks.judged import documents
from index.councils import councils
from index.finding import Document
from index.model import Kind

SEED = 7
BLOGS = 400
SHORTEST, LONGEST = 150, 1_100  # words
OWN = 3  # of so many paragraphs, one is the source's own
FIRST = datetime(2008, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=18 * 365)


def recombined(count: int, folder: Path | None = None) -> Iterator[Document]:
    """Give `count` posts, made of those in `folder` or of the demo's."""
    random = Random(SEED)
    sources = [one for one in documents(folder) if one.title and one.text]
    split = [_paragraphs(one.text) for one in sources]
    for number in range(count):
        yield _post(number, sources, split, random)


def _post(
    number: int, sources: Sequence[Document], split: Sequence[list[str]], random: Random
) -> Document:
    chosen = random.randrange(len(sources))
    wanted, text, words = random.randint(SHORTEST, LONGEST), [], 0
    while words < wanted:
        own = random.randrange(OWN) == 0
        paragraph = random.choice(split[chosen] if own else random.choice(split))
        text.append(paragraph)
        words += paragraph.count(" ") + 1
    blog = random.randrange(BLOGS)
    council = list(councils().values())[blog]
    return replace(
        sources[chosen],
        id=f"{number:016x}",
        text="\n".join(text),
        feed=f"Blog {blog}",
        slug=f"blog-{blog}",
        kind=list(Kind)[blog % len(Kind)].value,
        councils=(council.slug,) if blog % 3 else (),
        nation=council.nation,
        sort_at=FIRST + SPAN * random.random(),
    )


def _paragraphs(text: str) -> list[str]:
    """Return a text in runs of some sixty words, or fewer at its end."""
    words = text.split()
    return [" ".join(words[i : i + 60]) for i in range(0, len(words), 60)]
