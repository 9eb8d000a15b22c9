"""Queries with graded answers, and the posts that they were judged over.

`judgements/*.jsonl` hold a query a line: 3 is what the reader needs, 2 helps, 1 touches it.
Those of real posts name them by address, those of the demo by blog and post. A query that is
`held_out` was never looked at while weights were chosen.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from api.demo.blogs import read_blogs
from index.derived import Byline, derive
from index.finding import Document

JUDGEMENTS = Path(__file__).with_name("judgements")
REAL = ("services", "delivery", "technology")
DEMO = ("demo",)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A query as it was typed, and the posts that answer it, each by how well: 1 to 3."""

    query: str
    kind: str
    held_out: bool
    answers: Mapping[str, int]


def queries(names: tuple[str, ...]) -> list[Judged]:
    """Return the queries of these files, in their order."""
    found = []
    for name in names:
        for line in (JUDGEMENTS / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            fields = {key: row[key] for key in ("query", "kind", "held_out", "answers")}
            found.append(Judged(**fields))
    return found


def documents(folder: Path | None) -> list[Document]:
    """Return the posts in `folder`, or else the demo's, as the index is told of them."""
    return list(_demo() if folder is None else _real(folder))


def _real(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.glob("*.jsonl.gz")):
        slug = path.name.removesuffix(".jsonl.gz")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield _document(
                    id=row["url"],
                    title=row["title"] or "",
                    html=row["html"] or "",
                    text=row["text"] or "",
                    tags=tuple(row["tags"] or ()),
                    authors=(row["author"],) if row["author"] else (),
                    feed=re.sub(r"\s*\(.*", "", row["site"]),
                    slug=slug,
                    language=row["lang"],
                    sort_at=datetime.fromisoformat(row["published"]),
                )


def _demo() -> Iterator[Document]:
    for blog in read_blogs():
        for post in blog.posts:
            yield _document(
                id=f"{blog.slug}/{post.slug}",
                title=post.title,
                html=post.html,
                text=" ".join(unescape(_TAG.sub(" ", post.html)).split()),
                tags=post.tags,
                authors=(post.author,) if post.author else (),
                feed=blog.title,
                slug=blog.slug,
                language=blog.language,
                sort_at=post.date.astimezone(UTC),
            )


def _document(
    *,
    id: str,
    title: str,
    html: str,
    text: str,
    tags: tuple[str, ...],
    authors: tuple[str, ...],
    feed: str,
    slug: str,
    language: str,
    sort_at: datetime,
) -> Document:
    made = derive(title=title, html=html, text=text, tags=tags, by=Byline(slug))
    return Document(
        id=id,
        title=title,
        text=text,
        headings=made.headings,
        feed=feed,
        slug=slug,
        authors=authors,
        tags=tags,
        topics=made.topics,
        linked=made.linked,
        language=language,
        sort_at=sort_at,
    )
