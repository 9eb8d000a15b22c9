"""What a search found, ready to be shown: posts, the passages that matched, and the count."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from index.errors import NotFound
from index.finding import Fragment, Query, Reading, Results, Sort
from index.marking import LOOKED_AT
from index.model import (
    Post,
)
from index.understood import describe
from web.site import Site
from web.words import blog_names

SIZE = 20  # answers a page
PAGES = 25  # whoever reads that far wants another search; and robots would go on for ever
WHOLE = 1000  # characters of a title: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A post that was found, with what was searched for marked in its title and its text."""

    post: Post
    title: tuple[Fragment, ...]
    passage: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One page of a search. `pages` counts those that can be turned to.

    `counted` of the `total` answer it; the others hold only some of the words.
    """

    answers: tuple[Answer, ...]
    understood: str
    reading: Reading
    total: int
    counted: int
    page: int
    pages: int


def answers(site: Site, query: Query, sort: Sort, page: int) -> Answers:
    """Find one page of answers. Raises SearchError."""
    results, posts = _found(site, query, sort, page)
    return Answers(
        answers=_marked(site, query, posts) if posts else (),
        understood=describe(query, blog_names(site.catalogue.listed())),
        reading=site.search().read(query) if query else Reading(),
        total=results.total,
        counted=results.counted,
        page=page,
        pages=last_page(results.total),
    )


def find(site: Site, query: Query, sort: Sort, page: int = 1) -> tuple[list[Post], int]:
    """Return one page of the posts that answer, and how many there are in all."""
    results, posts = _found(site, query, sort, page)
    return posts, results.total


def edition(site: Site, query: Query) -> str:
    """Return what changes whenever `query` may be answered otherwise. Raises SearchError.

    To be read before the answers are.
    """
    index = site.search().edition if query else ""
    return f"{site.catalogue.version()} {index}"


def last_page(total: int) -> int:
    """Return the number of the last page that can be turned to."""
    return min(PAGES, -(-total // SIZE))


def read_sort(text: str) -> Sort:
    """Return the order a reader asked for: the best first, unless they said otherwise."""
    return Sort.NEWEST if text == Sort.NEWEST else Sort.RELEVANCE


def read_page(text: str) -> int:
    """Return the page's number; raises NotFound if there cannot be such a page."""
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= PAGES):
        raise NotFound(
            f"A search shows its first {PAGES * SIZE} posts. Add a word to narrow it down."
        )
    return int(text)


def _found(site: Site, query: Query, sort: Sort, page: int) -> tuple[Results, list[Post]]:
    if not query:
        return Results(), []
    results = site.search().find(query, sort=sort, limit=SIZE, offset=(page - 1) * SIZE)
    return results, site.catalogue.posts([hit.id for hit in results.hits])


def _marked(site: Site, query: Query, posts: Sequence[Post]) -> tuple[Answer, ...]:
    bodies = site.catalogue.texts([post.id for post in posts], LOOKED_AT)
    texts = [bodies.get(post.id) or post.excerpt for post in posts]
    search = site.search()
    titles = search.highlight(query, [post.title for post in posts], width=WHOLE)
    passages = search.highlight(query, texts)
    return tuple(
        Answer(post=post, title=title, passage=_with_gaps(text, passage))
        for post, text, title, passage in zip(posts, texts, titles, passages, strict=True)
    )


def _with_gaps(text: str, passage: tuple[Fragment, ...]) -> tuple[Fragment, ...]:
    """Put an ellipsis where the text goes on before or after the passage."""
    text, run = normalize("NFC", text).strip(), "".join(part.text for part in passage).strip()
    before = () if text.startswith(run) else (Fragment("… "),)
    after = () if text.endswith(run) else (Fragment(" …"),)
    return (*before, *passage, *after)
