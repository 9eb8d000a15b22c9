"""What kind of blog it may be, and whose, by its address and title: for a person to correct."""

import re
from dataclasses import replace
from functools import cache

from index.address import host
from index.councils import Council, councils
from index.model import Feed, Kind

_NOT_LETTERS = re.compile(r"[^a-z]+")
_COUNCIL = re.compile(r"\b(?:council|cyngor)\b", re.I)


def guessed(feed: Feed) -> Feed:
    """Return a feed with its kind, council and nation as its address and title suggest them."""
    council = _by_host(host(feed.site or feed.url)) or _by_title(feed.title)
    if council is not None:
        return placed(replace(feed, kind=Kind.COUNCIL), (council.slug,))
    where = host(feed.site or feed.url)
    central = where == "gov.uk" or where.endswith((".blog.gov.uk", ".gov.uk"))
    return replace(feed, kind=Kind.CENTRAL if central else Kind.COMMUNITY)


def placed(feed: Feed, slugs: tuple[str, ...]) -> Feed:
    """Return a feed with these councils and the nation that they are in."""
    known = tuple(slug for slug in dict.fromkeys(slugs) if slug in councils())
    nations = {councils()[slug].nation for slug in known}
    nation = nations.pop() if len(nations) == 1 else ""
    return replace(feed, councils=known, nation=nation)


def _by_host(where: str) -> Council | None:
    """Return the council whose name stands before gov.uk or gov.wales in a host's name."""
    for ending in (".gov.uk", ".gov.wales", ".gov.scot", ".llyw.cymru"):
        if where.endswith(ending):
            return _names().get(_squeezed(where.removesuffix(ending).rpartition(".")[2]))
    return None


def _by_title(title: str) -> Council | None:
    """Return the one council that a title names as a council."""
    if not _COUNCIL.search(title):
        return None
    folded = f" {_NOT_LETTERS.sub(' ', title.lower())} "
    found = [
        one
        for one in councils().values()
        if one.ended is None and f" {_NOT_LETTERS.sub(' ', one.short_name.lower())} " in folded
    ]
    return max(found, key=lambda one: len(one.short_name), default=None)


@cache
def _names() -> dict[str, Council]:
    """Return the councils of today by their names without spaces."""
    today = [one for one in councils().values() if one.ended is None]
    return {_squeezed(one.short_name): one for one in today} | {
        _squeezed(one.slug): one for one in today
    }


def _squeezed(name: str) -> str:
    return _NOT_LETTERS.sub("", name.lower())
