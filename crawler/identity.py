"""What makes an entry the same entry on the next visit (rules 25 and 26). Pure.

guid, else link, else a hash of title and content
the same in two entries of one feed: and the link, and the date, and the title
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from crawler.clean import fold
from crawler.parsed import ParsedEntry
from index.address import normal

LONGEST = 200  # characters of a key; a longer one is hashed


def keys(entries: Sequence[ParsedEntry]) -> list[str]:
    """Return the entries' keys, in their order; two of one key are the same entry twice.

    A key does not change when a post is edited, nor when its blog moves to https or
    drops "www.".
    """
    said = [(key_of(entry), *_details(entry)) for entry in entries]
    distinct = list(dict.fromkeys(said))
    found = {names: names[0] for names in distinct}
    for detail in range(1, 4):
        shared = {key for key, count in Counter(found.values()).items() if count > 1}
        for names, key in found.items():
            if key in shared:
                found[names] = f"{key} {names[detail]}"
    return [_short(found[names]) for names in said]


def key_of(entry: ParsedEntry) -> str:
    """Return what the entry goes by, as long as no other entry of its feed does too."""
    for said in (entry.guid, entry.link):
        if key := _comparable(said):  # nothing is left of some: they held a NUL alone
            return key
    words = f"{fold(entry.title.value)}\n{fold(entry.content.value or entry.summary.value)}"
    return "hash:" + _hash(words)


def _details(entry: ParsedEntry) -> tuple[str, str, str]:
    """Return what tells entries of one guid apart, one after the other."""
    date = fold(entry.published_raw or entry.updated_raw)
    return _comparable(entry.link), date, fold(entry.title.value)


def _comparable(text: str) -> str:
    """Return an address without what may change, but with its fragment; other text as it is."""
    return normal(fold(text), fragment=True)


def _short(key: str) -> str:
    return key if len(key) <= LONGEST else "hash:" + _hash(key)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
