"""The routes of the tags that authors gave their posts, each under one spelling."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from index.errors import NotFound
from index.finding import By, Filter, Query
from index.model import Post
from index.tags import tag_key, tag_slug
from index.vocabulary import vocabulary
from web.feeds import FORMATS
from web.site import Site
from web.subjects import Listing, Settled, Subject, Subjects, Values, register


class Tags:
    """Posts by what their authors call them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.subjects = Subjects(site)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        register(router, ("/tags/{tag}.{form}", self.follow), ("/tags/{tag}", self.tag))

    def tag(self, request: Request, tag: str, page: str = "") -> Response:
        """Show the newest posts with a tag; another spelling leads to the one address."""
        key = read_tag(tag)
        if tag != tag_slug(key):
            return _moved(request, tag_slug(key))

        def values(here: Listing) -> Values:
            return {"topic": vocabulary().topic_named(spelling(key, here.posts))}

        subject = subject_of(key, key)
        return self.subjects.show(request, subject, page, "tag.html", values, settled(key))

    def follow(self, request: Request, tag: str, form: str, page: str = "") -> Response:
        """Return the newest posts with a tag as a feed."""
        if form not in FORMATS:  # a tag may have a dot in it: Node.js
            return self.tag(request, f"{tag}.{form}", page)
        key = read_tag(tag)
        if tag != tag_slug(key):
            return _moved(request, f"{tag_slug(key)}.{form}")
        return self.subjects.follow(request, subject_of(key, key), form, page, settled(key))


def read_tag(tag: str) -> str:
    """Return the key of a tag in an address; raises NotFound for what is no tag."""
    key = _unhidden(tag) or tag_key(tag)
    if not key:
        raise NotFound("A tag has a letter or a digit at least.")
    return key


def subject_of(key: str, name: str) -> Subject:
    """Return the posts with a tag."""
    return Subject(
        key=f"tag {key}",
        path=f"/tags/{tag_slug(key)}",
        title=f"Posts tagged “{name}”",
        description=f"New posts that their authors tagged “{name}”",
        query=Query(filters=(Filter(By.TAG, key),)),
    )


def spelling(key: str, posts: Iterable[Post]) -> str:
    """Return how the authors of these posts mostly write a tag; its key if none of them does."""
    written = Counter(tag for post in posts for tag in post.tags if tag_key(tag) == key)
    return max(written, key=lambda tag: (written[tag], tag), default=key)


def settled(key: str) -> Settled:
    """Call the tag what its authors do; raises NotFound if nobody uses it."""

    def settle(here: Listing) -> Subject:
        if not here.total:
            raise NotFound("No post has this tag.")
        return subject_of(key, spelling(key, here.posts))

    return settle


def _unhidden(tag: str) -> str:
    """Return the key that stands in hexadecimal in an address, or nothing."""
    try:
        key = bytes.fromhex(tag.removeprefix("x-")).decode() if tag.startswith("x-") else ""
    except ValueError:
        return ""
    return key if key and tag_slug(tag_key(key)) == tag else ""


def _moved(request: Request, name: str) -> Response:
    asked = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=301, headers={"Location": f"/tags/{quote(name)}{asked}"})
