"""What we make of a post besides what its author says: topics, headings, how much is links.

Pure, and the same for the same post, until the list of topics or the code here changes: then
`MARK` does, and all posts are read again (`index.rederive`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from index.tagging import topics_of
from index.vocabulary import vocabulary

MAKE = 1  # raise it when the code here or that of `index.tagging` changes

_HEADING = re.compile(r"<h[1-6]\b[^>]*>(.*?)</h[1-6]>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MOST = 4_000  # characters of headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was made of a post.

    `topics` are slugs, best first; `headings` a line each; `linked` is the share of its words
    that are links, 0 to 1.
    """

    topics: tuple[str, ...]
    headings: str
    linked: float


def mark() -> str:
    """Return what changes whenever posts would be read otherwise."""
    return f"{MAKE} {vocabulary().fingerprint}"


def derive(*, title: str, html: str, text: str, tags: Sequence[str]) -> Derived:
    """Return what we make of a post; `html` is clean, `text` its plain text."""
    headings = "\n".join(filter(None, map(_plain, _HEADING.findall(html))))
    links = sum(len(_plain(link).split()) for link in _LINK.findall(html))
    return Derived(
        topics=topics_of(title, text, tags),
        headings=headings[:_MOST],
        linked=min(1.0, links / max(len(text.split()), 1)),
    )


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())
