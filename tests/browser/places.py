"""Every kind of page that there is: an address, and a link on it where it takes another step."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its address, the link on it that leads on, if one does, and how it is answered."""

    path: str
    link: str = ""
    status: int = 200


PLACES = {
    "the planet": Place("/"),
    "older posts": Place("/", "a[rel=next]"),
    "a search with answers": Place("/search?q=damp"),
    "a search with filters": Place("/search?q=forms&kind=council&after=2020"),
    "a search without answers": Place("/search?q=zyzzyva+quagga"),
    "a search for nothing": Place("/search"),
    "topics": Place("/topics"),
    "a topic": Place("/topics/housing-repairs"),
    "a tag": Place("/tags/weeknotes"),
    "councils": Place("/councils"),
    "councils by name": Place("/councils?q=hack"),
    "a council": Place("/councils/framley"),
    "a council without a blog": Place("/councils/hackney"),
    "blogs": Place("/blogs"),
    "a blog": Place("/blogs/making-framley-work"),
    "whose a blog is": Place("/blogs/making-framley-work/own"),
    "a blog that cannot be read": Place("/blogs/lost"),
    "a post": Place("/blogs/making-framley-work", "a.more"),
    "a post without a title": Place("/blogs/greshamsbury-notes", ".note a.more"),
    "how to follow a topic": Place("/follow/topics/housing-repairs"),
    "how to follow a search": Place("/follow/search?q=damp"),
    "about": Place("/about"),
    "the accessibility statement": Place("/accessibility"),
    "the privacy statement": Place("/privacy"),
    "a page that is not there": Place("/nowhere", status=404),
    "the API": Place("/api/docs"),
}

every_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
