"""`/sitemap.xml`: the pages that search engines may show, which are those of lists.

Pages about single posts are not among them: they are copies, and say `noindex`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from lxml import etree

from index.model import Followed
from index.vocabulary import vocabulary
from web.feeds import UNPREFIXED
from web.fresh import FEED_AGE, conditional, tag
from web.places import every_council, places
from web.site import Site
from web.words import london

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
ALWAYS = ("/", "/topics", "/councils", "/blogs", "/about", "/accessibility", "/privacy")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, and the day of the newest post on it where that is known."""

    path: str
    day: date | None = None


class Sitemap:
    """The route of the sitemap."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add_to(self, router: APIRouter) -> None:
        """Register the route."""
        router.add_api_route("/sitemap.xml", self.sitemap, methods=["GET", "HEAD"])

    def sitemap(self, request: Request) -> Response:
        """Return the pages there are, as https://www.sitemaps.org/protocol.html has it."""
        base = self.site.settings.base_url

        def make() -> Response:
            listed = entries(self.site.catalogue.blogs(), self.site.catalogue.mentions())
            return Response(write(base, listed), media_type="application/xml")

        validator = tag(self.site.catalogue.version(), "/sitemap.xml", base)
        return conditional(request, validator, FEED_AGE, make)


def entries(blogs: Sequence[Followed], named: Mapping[str, int]) -> Iterator[Entry]:
    """Give the pages: topics, councils with posts, and blogs with posts."""
    yield from map(Entry, ALWAYS)
    for slug in vocabulary().topics:
        yield Entry(f"/topics/{slug}")
    for place in places(every_council(blogs).values(), blogs, named):
        if place.posts:
            yield Entry(f"/councils/{quote(place.council.slug, safe='')}")
    for blog in blogs:
        if blog.newest:
            yield Entry(f"/blogs/{blog.feed.slug}", london(blog.newest.sort_at))


def write(base: str, listed: Iterator[Entry]) -> bytes:
    """Write a sitemap of the site at `base`."""
    root = etree.Element(f"{{{NAMESPACE}}}urlset", nsmap={UNPREFIXED: NAMESPACE})
    for entry in listed:
        url = etree.SubElement(root, f"{{{NAMESPACE}}}url")
        etree.SubElement(url, f"{{{NAMESPACE}}}loc").text = f"{base}{entry.path}"
        if entry.day:
            etree.SubElement(url, f"{{{NAMESPACE}}}lastmod").text = entry.day.isoformat()
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
