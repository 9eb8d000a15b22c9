"""Whether a blog is still the blog it was, or somebody bought its lapsed domain. Pure.

    Profile   what the feed was: its titles, and the posts that we have
    Brought   what a visit brings: the feed's title now, and the posts that are new
    drift     both ─► Drift, a reason for programs and a sentence for moderators, or None

Precision comes first: a blog that is held for nothing has lost a day of its readers. One sign
alone is an ordinary redesign, a new author or a guest; two are needed, and one of them must be
in the posts themselves: their language, their links or their words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from index.adverts import is_spam
from index.language import HOME as TOLD
from index.language import homely, language

SILENCE = timedelta(days=180)  # a domain is given up after a year; half of one is no holiday
SIGNS = 2  # any one of them comes in the life of an honest blog
KNOWN = 10  # posts: of fewer nobody can say what a blog writes in, or whom it links to
MANY = 3  # new posts: one in another language, or one list of links, may be a guest's
MOST = 0.5  # a sign is in more than this share of the new posts
LINKED = 0.1  # share of words that are links: ordinary posts have 0.02, adverts 0.1 to 0.3
RISEN = 3  # times what was usual here: blogs that list links have always done so
TITLE = 60  # characters of a title in a sentence

HOME = TOLD | {"gv", "sco"}  # languages that any blog here may turn to
OTHER = "other"  # a language that is none of HOME, and was not named

# Words that titles share by chance, or that software calls a feed by itself.
_OF_SOFTWARE = (
    "a an and at blog blogs by co com feed for from gov home in latest my new news of on org our "
    "page posts rss site the to uk updates website welcome with wordpress"
)
_EMPTY = frozenset(_OF_SOFTWARE.split())
_LINK = re.compile(r"""<a\b[^>]*?\bhref=["']?https?://([^/"'\s?#>:]+)""", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A post, as far as it tells what a blog is like.

    `language` is what its feed claims, `hosts` are those it links to.
    """

    title: str
    text: str
    language: str
    hosts: frozenset[str]
    linked: float  # the share of its words that are links


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a feed was. `names` are its host's, its authors' and its councils'."""

    titles: tuple[str, ...]
    names: tuple[str, ...]
    posts: int
    newest: datetime | None
    latest: tuple[Piece, ...]  # a sample of the posts


@dataclass(frozen=True, slots=True)
class Brought:
    """What a visit brings: what the feed calls itself now, and new posts."""

    title: str
    posts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """Why a blog's new posts are held: a code for programs, and a sentence for moderators."""

    reason: str
    sentence: str


def doubtful(brought: Brought) -> bool:
    """Whether there is any reason to look closer, which costs a look at the posts we have."""
    return len(brought.posts) >= MANY or any(map(_is_spam, brought.posts))


def drift(was: Profile, brought: Brought, now: datetime) -> Drift | None:
    """Return why what a visit brings seems to be somebody else's, or None."""
    if not doubtful(brought):
        return None
    in_posts = {
        "spam": _spam(was, brought),
        "links": _links(was, brought),
        "language": _language(was, brought),
    }
    about_them = {"title": _title(was, brought), "silence": _silence(was, now)}
    signs = {code: said for code, said in (in_posts | about_them).items() if said}
    if len(signs) < SIGNS or not any(in_posts.values()):
        return None
    said = "; ".join(signs.values())
    return Drift(next(iter(signs)), f"{said[0].upper()}{said[1:]}.")


def _spam(was: Profile, brought: Brought) -> str:
    found = sum(map(_is_spam, brought.posts))
    if found <= MOST * len(brought.posts) or any(map(_is_spam, was.latest)):
        return ""
    return f"{_of(found, brought)} the words of adverts for gambling, medicines or loans"


def _links(was: Profile, brought: Brought) -> str:
    """Say that new posts are full of links, all of them to places never linked to."""
    if was.posts < KNOWN or len(brought.posts) < MANY:
        return ""
    known = frozenset[str]().union(*(post.hosts for post in was.latest))
    strange = [post for post in brought.posts if post.hosts and not post.hosts & known]
    full = [post for post in strange if post.linked >= LINKED]
    usual = fmean(post.linked for post in was.latest) if was.latest else 0.0
    if len(full) <= MOST * len(brought.posts):
        return ""
    if fmean(post.linked for post in full) < RISEN * usual:
        return ""
    return f"{_of(len(full), brought)} many links, only to sites it never linked to"


def _language(was: Profile, brought: Brought) -> str:
    if was.posts < KNOWN or len(brought.posts) < MANY:
        return ""
    spoken = Counter(map(tongue, brought.posts))
    [(main, times)] = spoken.most_common(1)
    if main in ("", *HOME) or times <= MOST * len(brought.posts):
        return ""
    if main in set(map(tongue, was.latest)):
        return ""
    named = "another language" if main == OTHER else f"a language never seen here ({main})"
    return f"{times} of {len(brought.posts)} new posts are in {named}"


def _title(was: Profile, brought: Brought) -> str:
    """Say that a title has no word of those before, and is nobody's name."""
    words = _words(brought.title)
    before = set[str]().union(*map(_words, (*was.titles, *was.names)))
    if not words or not any(map(_words, was.titles)) or words & before:
        return ""
    run = "".join(_WORD.findall(brought.title.casefold()))
    if any(run in _run(name) or _run(name) in run for name in was.names if len(_run(name)) > 3):
        return ""
    return f"the feed was called “{_cut(was.titles[-1])}” and is called “{_cut(brought.title)}”"


def _silence(was: Profile, now: datetime) -> str:
    if was.newest is None or now - was.newest <= SILENCE:
        return ""
    return f"nothing had come for {(now - was.newest).days} days"


def tongue(post: Piece) -> str:
    """Return the language of a post: what it reads like, else what it says; "" if unclear.

    What a feed says is often its software's default, so that the words come first.
    """
    found, said = language(post.text), post.language.lower().partition("-")[0]
    if found:
        return "en" if found in HOME else found
    at_home = homely(post.text)
    if at_home or said not in ("", *HOME):
        return "" if at_home else said
    return "" if at_home is None else OTHER


def _is_spam(post: Piece) -> bool:
    return is_spam(post.title, post.text)


def _of(found: int, brought: Brought) -> str:
    every = len(brought.posts)
    return "its new post has" if every == 1 else f"{found} of {every} new posts have"


def _words(title: str) -> set[str]:
    return {word for word in _WORD.findall(title.casefold()) if word not in _EMPTY}


def _run(name: str) -> str:
    return "".join(_WORD.findall(name.casefold()))


def _cut(title: str) -> str:
    return title if len(title) <= TITLE else f"{title[: TITLE - 1].rstrip()}…"


def hosts_of(html: str, own: Sequence[str]) -> frozenset[str]:
    """Return the hosts that a post links to, but for the blog's own."""
    found = {match[1].lower().removeprefix("www.") for match in _LINK.finditer(html)}
    return frozenset(found.difference(host.removeprefix("www.") for host in own))
