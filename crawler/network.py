"""The front page of a network of blogs into its member blogs. Pure: nothing is fetched.

A page is the front of a network only if it is no blog's page, and names three members or more:

    a site's root or its list of blogs,    links to the roots of names below its own:
      made with WordPress                    localgov.blog ─► damp.localgov.blog
    the same                               links to folders of its own that hold dated posts:
                                             blogs.example ─► /bins/ for /bins/2026/05/a-post/
    a platform's root, or a list of it     links to its writers and publications:
      (not the page of one of them)          medium.com ─► medium.com/a-publication
    the blogs that one on Substack         links to those on Substack
      recommends

A blog that links to its friends on the same platform is no network: its address is not the front.
A council's site that links to its services on names below its own is none either: names count
only if the site shows posts or feeds of theirs, or signs that it is a network (`_is_sure`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.address import PLATFORMS as SHARED
from index.address import check_address, host, normal
from index.errors import FetchError

FEWEST = 3  # members that make a network
MOST = 200  # members that are named

Links = Iterable[tuple[str, str]]  # addresses and their texts


@dataclass(frozen=True, slots=True)
class Member:
    """A blog of a network: its home page, and what the front calls it."""

    url: str
    title: str = ""


def members(
    url: str, links: Links, platform: str, assets: Iterable[str] = ()
) -> tuple[Member, ...]:
    """Return the member blogs that the page at `url` names, in its order; none if it is no front.

    `links` are absolute addresses and their texts, `platform` what the page is made with,
    `assets` where its pictures, scripts and styles are.
    """
    named, name, path = list(links), host(url).removeprefix("www."), _names(url)
    found: Iterable[Member] = ()
    if name in SHARED:
        found = _shared(name, named) if _is_front(path) else ()
    elif platform == "Substack" and path == ["recommendations"]:
        found = _recommended(name, named)
    elif platform == "WordPress" and _is_list(path) and not urlsplit(url).query:
        sure = _is_sure(name, [*assets, *(link for link, _ in named)])
        found = (*_below(name, named, sure=sure), *_folders(url, named, sure=sure))
    every: dict[str, Member] = {}
    for one in found:
        known = every.setdefault(normal(one.url), one)
        if not known.title:
            every[normal(one.url)] = Member(known.url, one.title)
    return tuple(every.values())[:MOST] if len(every) >= FEWEST else ()


def of_members(urls: Iterable[str], members: Iterable[Member]) -> frozenset[str]:
    """Return those of the addresses that are below a member's, and so not the front's own."""
    homes = {normal(one.url) for one in members}
    places = {url: normal(url).split("/", 2) for url in urls}
    return frozenset(
        url for url, place in places.items() if {place[0], "/".join(place[:2])} & homes
    )


_DATED = re.compile(r"/([\w-]+)/(?:19|20)\d\d/\d\d?/[^/]")
_FEED = re.compile(r"/([\w-]+)/feed/?")
_POST = re.compile(r"/(?:(?:19|20)\d\d/\d\d?/[^/]|feed/?$)")  # of a blog with a name of its own
_LABEL = re.compile(r"[a-z0-9][a-z0-9_-]*")
_MULTISITE = re.compile(r"/(?:wp-content/uploads/sites/\d+/|wp-signup\.php\b)")
_MEDIUM = re.compile(r"/(@?[\w.-]+)/?")
_OPENED = re.compile(r"/pub/([a-z0-9-]+)(?:/|$)")  # of a Substack, in its app

_ARCHIVES = "archive archives author categories category page tag tags topic topics"
_SITE = "blog comments cy en events ga gd latest meetings news post posts press resources updates"
_HELP = (
    "api app assets cdn cdn-client help images img login mail miro on open static status support"
    " www"
)
# Pages of a platform that name its blogs, and those that do not.
_NAMING = (
    "browse discover explore explore-topics following home leaderboard publications reads"
    " recommendations search tag topics verified-authors"
)
_OTHERS = (
    "about business creators inbox jobs m me membership notes p plans policies policy privacy"
    " profile publish signin sitemap switch terms"
)
_LISTS = frozenset({"all-blogs", "blogs", "directory", "our-blogs", "sites"})
_OF_A_BLOG = frozenset(_ARCHIVES.split())
_SECTIONS = _OF_A_BLOG | frozenset(_SITE.split())
_MACHINES = frozenset(_HELP.split())
_LISTINGS = frozenset(_NAMING.split())
_NO_WRITER = _LISTINGS | frozenset(_OTHERS.split())
_VAGUE = frozenset(
    {"blog", "click here", "here", "home", "more", "read", "read more", "rss", "subscribe", "view"}
    | {"view blog", "view site", "visit", "visit blog", "visit site", "website"}
)


def _names(url: str) -> list[str]:
    """Return the names in the path of an address."""
    return [name for name in urlsplit(url).path.split("/") if name]


def _is_list(path: list[str]) -> bool:
    """Whether a page of a site may be the list of its blogs."""
    return not path or (len(path) == 1 and path[0].lower() in _LISTS)


def _is_front(path: list[str]) -> bool:
    """Whether a page of a platform is nobody's blog: its root, or a list of others."""
    writer = bool(path) and path[0].startswith("@")
    return _is_list(path) or path[-1 if writer else 0] in _LISTINGS


def _is_sure(name: str, addresses: Iterable[str]) -> bool:
    """Whether a site says that it has many blogs: by its name, its files or its form for more."""
    called = {"blog", "blogs"} & {*name.split(".")}
    return bool(called) or any(_MULTISITE.search(address) for address in addresses)


def _below(name: str, links: Links, *, sure: bool) -> Iterator[Member]:
    """Yield the blogs whose names end in the front's own: their roots, wherever a link leads."""
    named = [(url, text) for url, text in links if _label(url, name)]
    shown = {_label(url, name) for url, _ in named if _POST.match(urlsplit(url).path)}
    for url, text in named:
        if sure or _label(url, name) in shown:
            yield _at_home(url, text)


def _folders(front: str, links: Links, *, sure: bool) -> Iterator[Member]:
    """Yield the folders of the front's host that hold dated posts, or have a feed of their own.

    A blog may keep its posts in folders of categories: those are none, nor are its sections.
    """
    own = [(url, text) for url, text in links if host(url) == host(front)]
    paths = [urlsplit(url).path for url, _ in own]
    shown = dict.fromkeys(
        found[1] for path in paths if (found := _DATED.match(path) or _FEED.fullmatch(path))
    )
    parts = {name for url, _ in own for name in _names(url)[1:] if _names(url)[0] in _OF_A_BLOG}
    titles, root = _titles(own), urlsplit(front)
    for name in shown:
        other = name.isdecimal() or name.startswith("wp-") or name in parts
        if name in titles and not other and (sure or name.lower() not in _SECTIONS):
            yield Member(f"{root.scheme}://{root.netloc}/{name}/", titles[name])


def _titles(links: Links) -> Mapping[str, str]:
    """Return the folders that these links lead to, and what they are called."""
    found: dict[str, str] = {}
    for url, text in links:
        names = _names(url)
        if len(names) == 1 and not found.get(names[0]):
            found[names[0]] = _title(text)
    return found


def _shared(name: str, links: Links) -> Iterator[Member]:
    """Yield the writers and publications of a platform that a front page of it names."""
    for url, text in links:
        path, label = urlsplit(url).path, _label(url, name)
        if label and label not in _NO_WRITER:
            yield _at_home(url, text)
        elif host(url) == f"open.{name}" and (opened := _OPENED.match(path)):
            yield Member(f"https://{opened[1]}.{name}/", _title(text))
        elif host(url).removeprefix("www.") == name == "medium.com":
            writer = _MEDIUM.fullmatch(path)
            if writer and writer[1] not in _NO_WRITER:
                yield Member(f"https://{name}/{writer[1]}", _title(text))


def _recommended(name: str, links: Links) -> Iterator[Member]:
    """Yield the blogs on Substack that one of them, which has the name `name`, recommends."""
    return (one for one in _shared("substack.com", links) if host(one.url) != name)


def _label(url: str, name: str) -> str:
    """Return the one word by which a host is below `name`, or "" if it is no blog's."""
    there = host(url).removeprefix("www.")
    label = there.removesuffix(f".{name}")
    if label == there or label in _MACHINES or not _LABEL.fullmatch(label):
        return ""
    try:
        check_address(url)
    except FetchError:  # it has a password, or a port that no blog uses
        return ""
    return label


def _at_home(url: str, text: str) -> Member:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return Member(
        f"{parts.scheme}://{host(url)}{port}/", _title(text) if parts.path in ("", "/") else ""
    )


def _title(text: str) -> str:
    """Return what a link calls a blog, or "" if it only says that there is one."""
    return "" if text.strip(" →»›>").lower() in _VAGUE else text
