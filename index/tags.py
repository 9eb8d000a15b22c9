"""The tags that authors gave their posts, made one where they mean the same.

"Week notes", "week-note", "#weekNotes" and "weeknotes" are one tag, and its key tells so: the
letters run together, in lower case and the singular. A key is for comparing, not for showing:
readers see a spelling that some author used. Some tags say nothing of what a post
is about ("Uncategorized", "News"), and are dropped.
"""

import re
from collections.abc import Iterable

from index.words import key, said

LONGEST = 100  # characters of a key; a longer tag is a sentence

# What blog engines put on posts by themselves, and editors on every post alike.
_IDLE = """
    Uncategorised, Uncategorized, Unclassified, Untagged, Category, Categories, Default, None,
    General, Misc, Miscellaneous, Other, Various, All, All posts, Main, Home, Homepage, Index,
    News, Latest, Latest news, Updates, News and updates, Announcements, Featured,
    Blog, Blogs, Blogging, Blog post, Blog posts, Our blog, Posts, Article, Articles, Entries,
    Stories, Page, Feed, RSS, WordPress, Medium, Archive, Test
"""

# Only what nearly always has two spellings. A prize and a size have one, like all with few
# letters before the z.
_IZE = re.compile("(?<=[a-z]{3})ization|(?<=[a-z]{3})(?<!s)iz(?=(?:e|ed|er|ing)$)")


def tag_key(tag: str) -> str:
    """Return what a tag shares with its other spellings: "" if it has no letter or digit.

    A key is its own key. The American -ize is read as the British -ise.
    """
    joined = "".join(said(tag.casefold()))[:LONGEST]
    return _IZE.sub(lambda found: found[0].replace("iz", "is"), key([joined]))


def tag_slug(of: str) -> str:
    """Return the name of a key in an address: letters, digits and hyphens of ASCII only."""
    # No key has a hyphen, so that no other can come out the same.
    return of if of.isascii() else f"x-{of.encode().hex()}"


def tag_keys(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of what an author's tags say, each once, in their order."""
    return tuple(one for one in dict.fromkeys(map(tag_key, tags)) if one and one not in _SILENT)


_SILENT = frozenset(map(tag_key, _IDLE.split(",")))
