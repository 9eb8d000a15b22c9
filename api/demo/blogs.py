"""What the demo's blogs say: the TOML files in `blogs/`, read into values and checked.

A file is a blog, and its name the blog's slug. How a blog is published is not decided here.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any

from index.model import Kind

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAG = re.compile(r"<[^>]+>")
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


class Format(StrEnum):
    """What a blog's feed is written in."""

    RSS2 = "rss2"
    RSS1 = "rss1"
    ATOM = "atom"
    JSON = "json"


class Dates(StrEnum):
    """How a feed writes its dates."""

    RFC822 = "rfc822"
    ISO = "iso"
    DAY = "iso-date-only"
    NO_ZONE = "no-zone"


class Links(StrEnum):
    """How a feed writes its addresses."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class Guid(StrEnum):
    """How a feed tells its posts apart."""

    PERMALINK = "permalink"
    OPAQUE = "opaque"
    NONE = "none"


# What a reader of these formats may rely on leaves no room for a quirk.
STRICT_DATES = {Format.ATOM: {Dates.ISO}, Format.JSON: {Dates.ISO}}
UNNAMED = {Format.RSS2}  # lets a post go without an id
UNTITLED = {Format.RSS2, Format.JSON}  # let a post go without a title


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """A post, with the oddities that its feed is to show."""

    slug: str
    date: datetime
    html: str
    title: str = ""  # empty: a note
    author: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""  # empty: the blog's
    summary: str = ""
    date_text: str = ""  # what the feed says in place of a date
    undated: bool = False

    @property
    def opening(self) -> str:
        """The summary, or else the first paragraph, as plain text."""
        if self.summary:
            return self.summary
        found = PARAGRAPH.search(self.html)
        return unescape(TAG.sub("", found[1])) if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBlog:
    """A blog and its posts, newest first, and how its feed is written."""

    slug: str
    title: str
    about: str
    kind: Kind
    councils: tuple[str, ...]
    nation: str
    format: Format
    full_text: bool
    language: str
    charset: str
    dates: Dates
    links: Links
    guid: Guid
    bom: bool
    posts: tuple[DemoPost, ...]


@cache
def read_blogs() -> tuple[DemoBlog, ...]:
    """Return the bundled blogs, by slug."""
    folder = files("api.demo") / "blogs"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(
        parse_blog(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    )


def parse_blog(slug: str, text: str) -> DemoBlog:
    """Read one blog's file.

    Raises ValueError that says what is wrong in which file.
    """
    try:
        table = tomllib.loads(text)
        posts = [_post(post) for post in table.pop("post", [])]
        blog = _blog(slug, table, sorted(posts, key=lambda post: post.date, reverse=True))
        _check(blog)
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"{slug}.toml: {error}") from error
    return blog


def _blog(slug: str, table: Mapping[str, Any], posts: list[DemoPost]) -> DemoBlog:
    typed = {
        "kind": Kind(table["kind"]),
        "councils": tuple(table["councils"]),
        "format": Format(table["format"]),
        "dates": Dates(table["dates"]),
        "links": Links(table["links"]),
        "guid": Guid(table["guid"]),
    }
    return DemoBlog(slug=slug, posts=tuple(posts), **{**table, **typed})


def _post(table: Mapping[str, Any]) -> DemoPost:
    post = DemoPost(**{**table, "tags": tuple(table.get("tags", ()))})
    if not SLUG.fullmatch(post.slug):
        raise ValueError(f"{post.slug!r} is not a slug")
    if not isinstance(post.date, datetime) or post.date.tzinfo is None:
        raise ValueError(f"{post.slug} has no date with an offset")
    if not post.opening:
        raise ValueError(f"{post.slug} has no paragraph")
    return post


def _check(blog: DemoBlog) -> None:
    slugs = [post.slug for post in blog.posts]
    twice = {slug for slug in slugs if slugs.count(slug) > 1}
    if twice or not slugs:
        raise ValueError(f"there are no posts, or two with one slug: {sorted(twice)}")
    if blog.dates not in STRICT_DATES.get(blog.format, set(Dates)):
        raise ValueError(f"{blog.format} has no dates written as {blog.dates}")
    if blog.guid is Guid.NONE and blog.format not in UNNAMED:
        raise ValueError(f"{blog.format} demands that posts have ids")
    if blog.charset != "utf-8" and (blog.bom or blog.format is Format.JSON):
        raise ValueError(f"a byte-order mark and {blog.format} go with utf-8 alone")
    for post in blog.posts:
        _check_post(blog, post)


def _check_post(blog: DemoBlog, post: DemoPost) -> None:
    "".join((post.title, post.summary, post.html)).encode(blog.charset)
    if blog.format is Format.ATOM and (post.undated or post.date_text):
        raise ValueError(f"{post.slug}: {blog.format} demands a date")
    if not post.title and blog.format not in UNTITLED:
        raise ValueError(f"{post.slug}: {blog.format} demands a title")
