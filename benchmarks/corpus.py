"""What the benchmarks' blogs say: posts put together anew from the demo's, or real ones.

Put together of sentences, no two are alike: of longer pieces each would look like twenty
others, and be compared with them, as no real post is.

The same seed gives the same posts on every machine, so that two runs differ in nothing
but the machine and the program.
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from api.demo.blogs import Dates, DemoBlog, DemoPost, Format, Guid, Links, read_blogs
from api.demo.feeds import TYPES, write_feed
from benchmarks.loopback import Served
from index.model import Kind

SEED = 2
SHORTEST, LONGEST = 1_000, 6_000  # bytes of HTML in a post
FIRST_DAY = datetime(2018, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=8 * 365)
MOST = 6  # sentences of a paragraph
SHORT, LONG = 20, 400  # characters of a sentence
TAG, STOP = re.compile("<[^>]*>"), re.compile(r"(?<=[.!?]) ")
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # for XML 1.0


def posts(count: int, folder: Path | None = None) -> list[DemoPost]:
    """Return `count` posts: the real ones in `folder`, and then others put together of them."""
    random = Random(SEED)
    rows = _rows(folder) if folder else []
    real = [_real(row, number, random) for number, row in enumerate(rows[:count])]
    sources = real or _sources()
    said = [sentence for post in sources for sentence in _sentences(post)]
    rest = range(len(real), count)
    return [*real, *(_invented(number, random, sources, said) for number in rest)]


def blogs(posts: Sequence[DemoPost], size: int) -> list[DemoBlog]:
    """Return the posts as blogs of `size` posts each, RSS 2.0 and Atom in turn."""
    chunks = (posts[start : start + size] for start in range(0, len(posts), size))
    return [_blog(number, chunk) for number, chunk in enumerate(chunks)]


def feed(blog: DemoBlog) -> Served:
    """Return the file that a blog's feed is."""
    body = write_feed(blog, f"https://{blog.slug}.example")
    return Served(f"{blog.slug}.xml", body, TYPES[blog.format])


def _blog(number: int, posts: Sequence[DemoPost]) -> DemoBlog:
    atom = number % 2 == 1
    return DemoBlog(
        slug=f"blog-{number:04}",
        title=f"Blog {number}",
        about="Made up for a measurement.",
        kind=list(Kind)[number % len(Kind)],
        councils=(),
        nation="england",
        format=Format.ATOM if atom else Format.RSS2,
        full_text=True,
        language="en-GB",
        charset="utf-8",
        dates=Dates.ISO if atom else Dates.RFC822,
        links=Links.ABSOLUTE,
        guid=Guid.PERMALINK,
        bom=False,
        posts=tuple(sorted(posts, key=lambda post: post.date, reverse=True)),
    )


def _invented(
    number: int, random: Random, sources: Sequence[DemoPost], said: Sequence[str]
) -> DemoPost:
    """Put together a post of what others say, until it is as long as it shall be."""
    title = random.choice(sources)
    length, html = random.randint(SHORTEST, LONGEST), ""
    while len(html) < length:
        html += f"<p>{' '.join(random.choices(said, k=random.randint(1, MOST)))}</p>\n"
    return DemoPost(
        slug=f"post-{number:06}",
        date=_date(random),
        html=html,
        title=f"{title.title} {number}",
        author=title.author,
        tags=title.tags,
    )


def _sources() -> list[DemoPost]:
    return [post for blog in read_blogs() for post in blog.posts if post.title]


def _sentences(post: DemoPost) -> list[str]:
    text = " ".join(TAG.sub(" ", post.html).split())
    return [one for one in STOP.split(text) if SHORT < len(one) < LONG]


def _date(random: Random) -> datetime:
    return FIRST_DAY + timedelta(minutes=random.randrange(SPAN // timedelta(minutes=1)))


def _rows(folder: Path) -> list[dict[str, Any]]:
    def read() -> Iterator[dict[str, Any]]:
        for path in sorted(folder.glob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                yield from map(json.loads, lines)

    rows = list(read())
    if not rows:
        raise SystemExit(f"There are no posts in {folder}: it should hold *.jsonl.gz files.")
    Random(SEED).shuffle(rows)
    return rows


def _real(row: dict[str, Any], number: int, random: Random) -> DemoPost:
    html = row["html"] or f"<p>{escape(row['text'] or row['title'])}</p>"
    return DemoPost(
        slug=f"post-{number:06}",
        date=_date(random),
        html=UNFIT.sub("", html),
        title=UNFIT.sub("", row["title"] or ""),
        author=UNFIT.sub("", row["author"] or ""),
        tags=tuple(UNFIT.sub("", tag) for tag in row["tags"] or ()),
    )
