"""Letters without their accents and capitals, for comparing words."""

import re
import unicodedata


def _folding() -> dict[str, str]:
    folded = {}
    for character in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))):
        letter = unicodedata.normalize("NFD", character)[0]
        if letter.isascii():
            folded[character] = letter
    return folded


_FOLDED = _folding()  # each Latin letter with an accent, and the letter without it
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text in NFC without accents, character for character: places stay the same."""
    # Few texts hold any: str.translate, which looks at each letter, took ten times as long.
    return _ACCENTED.sub(lambda found: _FOLDED.get(found[0], found[0]), text)


def lowered(text: str) -> str:
    """Return a text in lower case and without accents, character for character."""
    plain = folded(text)
    lower = plain.lower()
    return lower if len(lower) == len(plain) else plain


def whole(text: str) -> str:
    """Return all words of a text in one form: how a title is compared with another."""
    return " ".join(_WORD.findall(lowered(text)))
