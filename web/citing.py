"""How a post is cited: in plain text and in Markdown. Pure."""

import re
from dataclasses import dataclass

from index.model import Post
from web.words import blog_name, clean, date_words, link, list_words

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A post's citation, to be copied."""

    text: str
    markdown: str


def cite(post: Post) -> Citation:
    """Say who wrote what, where and when, and lead to the author's own page."""
    title, url = _line(post.title), link(post.url)
    blog = _line(blog_name(post.feed))
    authors = _line(list_words([one for one in post.authors if _line(one) != blog]))
    day = date_words(post.published) if post.published else "undated"
    return Citation(
        text=", ".join(filter(None, [authors, f"‘{title}’", blog, day, url])),
        markdown=", ".join(
            filter(None, [_marked(authors), _linked(title, url), _marked(blog), day])
        ),
    )


def _linked(title: str, url: str) -> str:
    if not url:
        return f"‘{_marked(title)}’"
    # Brackets and blanks would end the address.
    safe = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{_marked(title)}]({safe})"


def _marked(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _line(text: str) -> str:
    return " ".join(clean(text).split())
