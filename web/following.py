"""The routes of "How to follow this": for each list that is a feed, what to do with its address.

The address is the list's own, after /follow: /follow/topics/parking, /follow/search?q=damp. It
is read as the list's is, so that nothing can be asked for but a feed of ours.
"""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from index.errors import NotFound
from index.finding import Sort
from web.asked import read_asked
from web.chosen import read_chosen
from web.councils import Councils
from web.councils import subject_of as of_council
from web.fresh import PAGE_AGE, by_content
from web.narrowing import searched_words
from web.render import page
from web.site import Site
from web.subjects import Subject, Subjects, register
from web.tags import read_tag, settled
from web.tags import subject_of as of_tag
from web.topics import known as known_topic
from web.topics import subject_of as of_topic
from web.words import blog_name, blog_names

EVERYTHING = "every new post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followable:
    """A list that can be followed: its name in a sentence, and where it is.

    The feed's address is `path`, a form and `query`; `page` is where people read the same.
    """

    name: str
    path: str
    page: str
    query: str = ""


class Following:
    """How people have new posts come to them."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        register(
            router,
            ("/follow", self.planet),
            ("/follow/feed", self.planet),
            ("/follow/search", self.search),
            ("/follow/blogs/{slug}", self.blog),
            ("/follow/topics/{slug}", self.topic),
            ("/follow/tags/{tag}", self.tag),
            ("/follow/councils/{slug}", self.council),
        )

    def planet(self, request: Request) -> Response:
        """Say how to follow all posts, or those that filters leave."""
        asked = request.query_params.multi_items()
        chosen = read_chosen(one for one in asked if one[0] not in ("since", "page"))
        name = chosen.words(self._names()) if chosen else EVERYTHING
        query = _query(chosen.address())
        return self._shown(request, Followable(name=name, path="/feed", page="/", query=query))

    def search(self, request: Request) -> Response:
        """Say how to follow a search; raises NotFound without one."""
        asked = read_asked(request.query_params.multi_items(), sort=Sort.RELEVANCE).turned(1)
        if not asked.query:
            raise NotFound("Search for something first: each search can then be followed.")
        name, query = searched_words(asked, self._names()), _query(asked.address())
        found = Followable(name=name, path="/search", page="/search", query=query)
        return self._shown(request, found)

    def blog(self, request: Request, slug: str) -> Response:
        """Say how to follow a blog from here."""
        name, path = blog_name(self.site.catalogue.blog(slug).feed), f"/blogs/{slug}"
        return self._shown(request, Followable(name=name, path=path, page=path))

    def topic(self, request: Request, slug: str) -> Response:
        """Say how to follow a topic."""
        return self._subject(request, of_topic(known_topic(slug)))

    def tag(self, request: Request, tag: str) -> Response:
        """Say how to follow a tag; raises SearchError, for only the index knows who uses it."""
        key = read_tag(tag)
        here = Subjects(self.site).listing(of_tag(key, key).query, 1)
        subject = settled(key)(here)
        name = subject.title[:1].lower() + subject.title[1:]
        return self._subject(request, replace(subject, title=name))

    def council(self, request: Request, slug: str) -> Response:
        """Say how to follow a council."""
        return self._subject(request, of_council(Councils(self.site).known(slug)))

    def _subject(self, request: Request, subject: Subject) -> Response:
        found = Followable(name=subject.title, path=subject.path, page=subject.path)
        return self._shown(request, found)

    def _shown(self, request: Request, followed: Followable) -> Response:
        return by_content(request, page(self.site, "follow.html", followed=followed), PAGE_AGE)

    def _names(self) -> dict[str, str]:
        return blog_names(self.site.catalogue.listed())


def _query(address: str) -> str:
    """Return the query of an address of ours, with its mark, or nothing."""
    _, mark, query = address.partition("?")
    return mark + query
