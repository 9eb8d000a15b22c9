"""Made-up blogs with a back catalogue, each reached in another way, as files to be served.

links      RFC 5005: each page of the feed names the one before it
wordpress  ?paged=2 and so on, and 404 after the last
blogger    start-index and max-results
ghost      a sitemap in a sitemap, named by robots.txt; packed
jekyll     one sitemap, where everybody looks for it
"""

import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

NEWEST = datetime(2026, 3, 1, 9, tzinfo=UTC)
APART = timedelta(hours=36)  # between two posts
PAGE = 10  # posts of a page of a feed
RSS, ATOM, XML, HTML = (
    "application/rss+xml",
    "application/atom+xml",
    "application/xml",
    "text/html",
)
CONTENT = "http://purl.org/rss/1.0/modules/content/"
WORDS = (
    "The team met tenants in the library and asked what would make reporting a repair easier. "
    "Most wanted to see when somebody would come, and to be told when that changed. "
)

Files = dict[str, tuple[bytes, str]]  # a path into its body and content type


@dataclass(frozen=True, slots=True)
class Made:
    """A post: its number counts from the newest, which is of the `first` date."""

    number: int
    first: datetime = NEWEST

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Week {self.number} of the repairs service"

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/{self.date:%Y/%m}/week-{self.number}/"

    @property
    def date(self) -> datetime:
        """When it was published."""
        return self.first - self.number * APART

    @property
    def text(self) -> str:
        """What it says."""
        return f"This is note {self.number}. {WORDS}"


def posts(count: int) -> list[Made]:
    """Return posts, the newest first."""
    return [Made(number) for number in range(count)]


def links(base: str, made: Sequence[Made]) -> Files:
    """Return a feed whose pages name each other, with a subscription document at /feed."""
    files: Files = {}
    pages = list(_paged(made))
    for n, page in enumerate(pages):
        older = f'<link rel="prev-archive" href="{base}/archive/{n + 1}"/>'
        path = f"/archive/{n}" if n else "/feed"
        files[path] = (atom(base, page, older if n + 1 < len(pages) else ""), ATOM)
    return files


def wordpress(base: str, made: Sequence[Made]) -> Files:
    """Return a feed with ?paged=; there is nothing after the last page."""
    return {
        f"/feed?paged={n + 1}" if n else "/feed": (rss(base, page, "https://wordpress.org/"), RSS)
        for n, page in enumerate(_paged(made))
    }


def blogger(base: str, made: Sequence[Made], gives: int = 40) -> Files:
    """Return a feed with start-index, which gives fewer than the 100 that it is asked for."""
    where = "/feeds/posts/default"
    total = (
        "<generator>Blogger</generator><openSearch:totalResults "
        f'xmlns:openSearch="http://a9.com/-/spec/opensearchrss/1.0/">{len(made)}'
        "</openSearch:totalResults>"
    )
    files: Files = {where: (atom(base, made[:25], total), ATOM)}
    for start in range(1, len(made) + 2, gives):
        page = made[start - 1 : start - 1 + gives]
        path = f"{where}?start-index={start}&max-results=100"
        files[path] = (atom(base, page, total), ATOM)
    return files


def ghost(base: str, made: Sequence[Made]) -> Files:
    """Return a feed of the newest posts, and a sitemap of all in a sitemap of sitemaps."""
    index = "".join(
        f"<sitemap><loc>{base}/sitemap-{name}.xml.gz</loc></sitemap>" for name in ("tags", "posts")
    )
    named = gzip.compress(sitemap((base + post.path, post.date) for post in made))
    return {
        "/feed": (rss(base, made[:15], "Ghost 5.8"), RSS),
        "/robots.txt": (f"Sitemap: {base}/sitemap.xml\n".encode(), "text/plain"),
        "/sitemap.xml": (f"<sitemapindex>{index}</sitemapindex>".encode(), XML),
        "/sitemap-posts.xml.gz": (named, "application/gzip"),
        "/sitemap-tags.xml.gz": (gzip.compress(sitemap([(f"{base}/tag/x/", NEWEST)])), XML),
        **pages(made),
    }


def jekyll(base: str, made: Sequence[Made]) -> Files:
    """Return a feed of the newest posts, and a sitemap of all pages of the site."""
    others = [(f"{base}/", NEWEST), (f"{base}/about/", NEWEST), (f"{base}/tags/damp/", NEWEST)]
    named = sitemap([*others, *((base + post.path, post.date) for post in made)])
    files: Files = {
        "/feed": (rss(base, made[:10], "Jekyll v4"), RSS),
        "/sitemap.xml": (named, XML),
    }
    return files | pages(made)


WAYS: dict[str, Callable[[str, Sequence[Made]], Files]] = {
    "links": links,
    "wordpress": wordpress,
    "blogger": blogger,
    "ghost": ghost,
    "jekyll": jekyll,
}


def pages(made: Iterable[Made]) -> Files:
    """Return the posts' own pages."""
    return {post.path: (html(post), HTML) for post in made}


def html(post: Made) -> bytes:
    """Return the page of a post, with a menu around it."""
    return (
        f'<!doctype html><html lang="en"><head><title>{post.title}</title>'
        f'<meta property="article:published_time" content="{post.date.isoformat()}"></head><body>'
        '<nav><a href="/">Home</a> <a href="/about/">About</a></nav>'
        f"<main><article><h1>{post.title}</h1><p>{post.text}</p><p>{WORDS}</p></article></main>"
        "<footer>Barsetshire Council</footer></body></html>"
    ).encode()


def sitemap(named: Iterable[tuple[str, datetime]]) -> bytes:
    """Return a sitemap of addresses and when each was changed."""
    urls = "".join(
        f"<url><loc>{address}</loc><lastmod>{changed.isoformat()}</lastmod></url>"
        for address, changed in named
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><urlset xmlns="{space}">{urls}</urlset>'.encode()


def rss(base: str, made: Iterable[Made], generator: str = "") -> bytes:
    """Return posts as RSS."""
    items = "".join(
        f"<item><title>{post.title}</title><link>{base}{post.path}</link>"
        f"<guid>{base}{post.path}</guid><content:encoded>{post.text}</content:encoded>"
        f"<pubDate>{format_datetime(post.date)}</pubDate></item>"
        for post in made
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0" xmlns:content="{CONTENT}"><channel>'
        f"<title>Repairs</title>"
        f"<link>{base}/</link><description>Notes</description><generator>{generator}</generator>"
        f"{items}</channel></rss>"
    ).encode()


def atom(base: str, made: Iterable[Made], head: str = "") -> bytes:
    """Return posts as Atom; `head` comes before them."""
    items = "".join(
        f'<entry><id>{base}{post.path}</id><title>{post.title}</title><link href="{base}'
        f'{post.path}"/><content>{post.text}</content>'
        f"<published>{post.date.isoformat()}</published>"
        f"<updated>{post.date.isoformat()}</updated></entry>"
        for post in made
    )
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Repairs</title>'
        f'<id>{base}/</id><link href="{base}/"/><updated>{NEWEST.isoformat()}</updated>{head}'
        f"{items}</feed>"
    ).encode()


def _paged(made: Sequence[Made]) -> Iterable[Sequence[Made]]:
    return (made[start : start + PAGE] for start in range(0, len(made), PAGE))
