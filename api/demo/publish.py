"""Every page of the demo's blogs as a web server would send it: a pure function of its address."""

from dataclasses import dataclass
from datetime import datetime

from api.demo import pages
from api.demo.blogs import DemoBlog, read_blogs
from api.demo.feeds import TYPES, feed_path, write_feed

HTML = "text/html; charset=utf-8"
ROBOTS = b"User-agent: *\nDisallow: /drafts/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is served at a path."""

    body: bytes
    type: str
    modified: datetime


def publish(base: str) -> dict[str, Page]:
    """Return every page of a server at `base`, by path."""
    blogs = read_blogs()
    newest = max(blog.posts[0].date for blog in blogs)
    found = {
        "/": Page(body=pages.street(blogs), type=HTML, modified=newest),
        "/robots.txt": Page(body=ROBOTS, type="text/plain; charset=utf-8", modified=newest),
    }
    for blog in blogs:
        found |= _blog(blog, base)
    return found


def _blog(blog: DemoBlog, base: str) -> dict[str, Page]:
    type_, newest = TYPES[blog.format], blog.posts[0].date
    home = pages.home(blog, feed_path(blog), type_)
    found = {
        f"/{blog.slug}/": Page(body=home, type=HTML, modified=newest),
        feed_path(blog): Page(body=write_feed(blog, base), type=type_, modified=newest),
    }
    for post in blog.posts:
        body = pages.article(blog, post)
        found[f"/{blog.slug}/{post.slug}"] = Page(body=body, type=HTML, modified=post.date)
    return found
