"""Words as they are compared: without case, accents, apostrophes, hyphens or a plural's s.

What is written "Co‑production", "co production" or "coproduction" is the same thing, and so
are “residents’ panels” and "residents panel". These few rules are shared by all that compares
what people typed with what a list says. They are rules of spelling only: nothing here knows
what a word means, and nothing here is meant to be shown.
"""

import re
import unicodedata
from collections.abc import Sequence

WORD = re.compile(r"[^\W_]+")

_MARKS = re.compile("[\u0300-\u036f]")
# Apostrophes and what nobody sees stand inside words, an ampersand stands for one.
_INSIDE = re.compile("['’‘‛`´＇\u00ad\u200b\u200c\u200d\u2060\ufeff]+")
_WHOLE = ("ss", "us", "is", "as", "os")  # the s of process, status, analysis, SaaS, chaos
_LONGER = ("sses", "xes", "ches", "shes")  # one more letter goes: processes, taxes


def folded(text: str) -> str:
    """Return the text without accents and apostrophes, in the case it was typed in."""
    if not text.isascii():
        # Before they are taken apart, because that would turn ´ into a space.
        text = _MARKS.sub("", unicodedata.normalize("NFKD", _INSIDE.sub("", text)))
    return _INSIDE.sub("", text).replace("&", " and ")  # twice as fast as `translate`


def said(text: str) -> list[str]:
    """Return the words of a text, folded: those with a hyphen are two."""
    return WORD.findall(folded(text))


def singular(word: str) -> str:
    """Return a word in lower case without the ending of a plural."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(_WHOLE):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_LONGER) else word[:-1]


def key(words: Sequence[str]) -> str:
    """Return what stands for folded words wherever they are compared: they are run together."""
    if not words:
        return ""
    *first, last = (word.casefold() for word in words)
    return "".join([*first, singular(last)])
