"""What blogs are made with, and where each kind of them keeps its feed (rule 41). Pure.

A platform gives itself away by what a page says generated it, by its host, or by where
the page's scripts and services are. Where a page names no feed, `well_known` says what
to try: at most six addresses, for each is a request to somebody's server.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from index.address import PLATFORMS as SHARED
from index.address import host, normal

PROBES = 6  # addresses to try at the most

Guess = Callable[[str], Iterable[str]]  # a page's address into those of feeds, likeliest first

_API = re.compile(r"(https?://[^?#]*?/)(?:wp-json\b|\?rest_route=)")
_CORE = re.compile(r"(https?://[^?#]*?/)(?:wp-content|wp-includes)/")
_FOLDERS = (
    "archive archives author categories category label labels page search tag tagged tags topic"
    " topics"
)
_OF_A_BLOG = frozenset(_FOLDERS.split())  # and never a blog themselves
_NAME = re.compile(r"[a-z0-9-]+", re.I)  # of a blog, where it becomes part of a host's name
_NOBODYS = frozenset({"about", "feed", "m", "me", "p", "search", "tag", "topics"})  # on Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What a blog may be made with: how to know it, and where its feed is."""

    name: str
    generator: str = ""  # a word of a page's <meta name="generator">
    hosts: tuple[str, ...] = ()  # whose blogs are made with it
    assets: tuple[str, ...] = ()  # in the addresses of a page's scripts, styles and services
    guess: Guess


def platform_of(url: str, generator: str, assets: Iterable[str]) -> str:
    """Return the name of what the page at `url` is made with, or "" if nothing tells.

    `generator` is what the page's <meta> says, the surest sign; `assets` is where its
    scripts, styles and services are.
    """
    name, used = host(url), tuple(assets)
    signs: tuple[Callable[[Platform], bool], ...] = (
        lambda p: bool(p.generator and re.search(rf"\b{p.generator}\b", generator, re.I)),
        lambda p: any(f".{name}".endswith(f".{known}") for known in p.hosts),
        lambda p: any(sign in asset for asset in used for sign in p.assets),
    )
    return next((p.name for given in signs for p in PLATFORMS if given(p)), "")


def root_of(url: str, assets: Iterable[str]) -> str:
    """Return the address of the WordPress that made the page at `url`, or "" if nothing tells.

    Its API's address is the surest sign; that of its themes and plugins comes next.
    """
    own = [asset for asset in assets if host(asset) == host(url)]
    found = (sign.match(asset) for sign in (_API, _CORE) for asset in own)
    return next((root[1] for root in found if root), "")


def well_known(url: str, platform: str = "", root: str = "") -> tuple[str, ...]:
    """Return where the feed of a blog may be, likeliest first, six addresses at the most.

    `url` is the blog's home page, a page below it or a post; `platform` and `root` are
    what `platform_of` and `root_of` made of it. Without them it is a general list.
    """
    guess = next((known.guess for known in PLATFORMS if known.name == platform), _anywhere)
    addresses = _joined([root], WORDPRESS) if root else guess(url)
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(normal(address), address)
    return tuple(found.values())[:PROBES]


def above(url: str) -> tuple[str, ...]:
    """Return the pages above `url` that may be its blog's home, nearest first: two at most."""
    return tuple(place for place in upward(url) if normal(place) != normal(url))[:2]


def upward(url: str) -> tuple[str, ...]:
    """Return the folder that `url` is in, the one above it, and the site's root.

    Folders of years, months and tags are passed over. On a host that many blogs share, as
    in medium.com/name, the root is nobody's home and left out.
    """
    parts = urlsplit(url)
    names = _folders(url)
    if names and "." in names[-1] and not parts.path.endswith("/"):
        names.pop()
    inner = (n for n, name in enumerate(names) if name.isdecimal() or name in _OF_A_BLOG)
    deepest = next(inner, len(names))
    least = 1 if host(url).removeprefix("www.") in SHARED else 0
    depths = dict.fromkeys((deepest, min(deepest, len(names) - 1), 0))
    root = f"{parts.scheme}://{parts.netloc}/"
    return tuple(root + "".join(f"{n}/" for n in names[:d]) for d in depths if d >= least)


def _joined(places: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    return (urljoin(place, path) for place in places for path in paths)


def _upward(*paths: str) -> Guess:
    return lambda url: _joined(upward(url), paths)


def _downward(*paths: str) -> Guess:
    return lambda url: _joined(reversed(upward(url)), paths)


def _at_root(*paths: str) -> Guess:
    return lambda url: _joined(upward(url)[-1:], paths)


def _one_after_another(*guesses: Guess) -> Guess:
    return lambda url: (address for guess in guesses for address in guess(url))


def _anywhere(url: str) -> Iterator[str]:
    """Guess where nothing is known: beside the page, then where most blogs have it."""
    *beside, root = upward(url) or (url,)
    yield from _joined(beside[:1], ("feed/", "rss.xml"))
    yield from _joined([root], ("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss/"))


def _medium(url: str) -> Iterator[str]:
    """Guess a writer's feed, a publication's or a tag's, or that of a host of its own."""
    first, second = (*_folders(url), "", "")[:2]
    if host(url).removeprefix("www.") != "medium.com":
        yield urljoin(url, "/feed")
    elif first == "tag" and second:
        yield f"https://medium.com/feed/tag/{second}"
    elif first and first not in _NOBODYS:
        yield f"https://medium.com/feed/{first}"


def _substack(url: str) -> Iterator[str]:
    """Guess the feed of a publication's host, or of the writer in substack.com/@writer."""
    writer = next((name[1:] for name in _folders(url) if name.startswith("@")), "")
    if host(url).removeprefix("www.") != "substack.com":
        yield urljoin(url, "/feed")
    elif _NAME.fullmatch(writer):
        yield f"https://{writer.lower()}.substack.com/feed"


def _tumblr(url: str) -> Iterator[str]:
    """Guess the feed of a blog's host, or of the blog in www.tumblr.com/blog."""
    blog = next(iter(_folders(url)), "")
    if host(url).removeprefix("www.") != "tumblr.com":
        yield urljoin(url, "/rss")
    elif _NAME.fullmatch(blog):
        yield f"https://{blog.lower()}.tumblr.com/rss"


def _squarespace(url: str) -> Iterator[str]:
    """Guess a site's blogs: each is a page at the top, and its feed that page as RSS."""
    for name in (*_folders(url)[:1], "blog", "news", ""):
        yield urljoin(url, f"/{name}?format=rss")


def _wix(url: str) -> Iterator[str]:
    """Guess a site's one blog; a free site is a folder of its owner's host."""
    site = _folders(url)[:1] if host(url).endswith(".wixsite.com") else []
    yield urljoin(url, "/".join(["", *site, "blog-feed.xml"]))


def _folders(url: str) -> list[str]:
    return [name for name in urlsplit(url).path.split("/") if name]


WORDPRESS = ("feed/", "?feed=rss2")

PLATFORMS = (
    Platform(
        name="WordPress",
        generator="wordpress",
        hosts=("wordpress.com", "localgov.blog", "blog.gov.uk", "edublogs.org"),
        assets=("/wp-content/", "/wp-includes/", "/wp-json/", "://s0.wp.com/"),
        guess=_upward(*WORDPRESS),
    ),
    Platform(
        name="Ghost",
        generator="ghost",
        hosts=("ghost.io",),
        assets=("/ghost/api/", "/ghost/portal"),
        guess=_downward("rss/"),
    ),
    Platform(
        name="Medium",
        hosts=("medium.com",),
        assets=("://cdn-client.medium.com/", "://cdn-static-1.medium.com/"),
        guess=_medium,
    ),
    Platform(
        name="Substack",
        hosts=("substack.com",),
        assets=("://substackcdn.com/",),
        guess=_substack,
    ),
    Platform(
        name="Blogger",
        generator="blogger",
        hosts=("blogspot.com", "blogspot.co.uk"),
        assets=("://www.blogger.com/",),
        guess=_at_root("feeds/posts/default", "feeds/posts/default?alt=rss"),
    ),
    Platform(
        name="Squarespace",
        generator="squarespace",
        hosts=("squarespace.com",),
        assets=("://static1.squarespace.com/", "://assets.squarespace.com/"),
        guess=_squarespace,
    ),
    Platform(
        name="Wix",
        generator=r"wix\.com",
        hosts=("wixsite.com",),
        assets=("://static.parastorage.com/", "://static.wixstatic.com/"),
        guess=_wix,
    ),
    Platform(
        name="Tumblr",
        hosts=("tumblr.com",),
        assets=("://static.tumblr.com/", "://assets.tumblr.com/"),
        guess=_tumblr,
    ),
    Platform(
        name="micro.blog",
        hosts=("micro.blog",),
        assets=("://micro.blog/",),
        guess=_at_root("feed.xml", "feed.json"),
    ),
    Platform(
        name="Hugo",
        generator="hugo",
        guess=_one_after_another(_upward("index.xml"), _at_root("feed.xml")),
    ),
    Platform(
        name="Jekyll",
        generator="jekyll",
        hosts=("github.io",),
        guess=_upward("feed.xml", "atom.xml"),
    ),
    Platform(name="Drupal", generator="drupal", guess=_upward("rss.xml")),
    Platform(name="HubSpot", generator="hubspot", guess=_upward("rss.xml")),
    Platform(name="Webflow", generator="webflow", guess=_upward("rss.xml")),
    Platform(name="Astro", generator="astro", guess=_upward("rss.xml")),
    Platform(name="Gatsby", generator="gatsby", guess=_upward("rss.xml")),
    Platform(
        name="Eleventy",
        generator="eleventy",
        guess=_one_after_another(_upward("feed.xml"), _at_root("feed/feed.xml")),
    ),
)
