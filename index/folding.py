"""Letters without their accents and capitals, for comparing words."""

import re
import unicodedata


def _folding() -> dict[int, str]:
    folded = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        letter = unicodedata.normalize("NFD", chr(code))[0]
        if letter.isascii():
            folded[code] = letter
    return folded


_FOLDED = _folding()  # each Latin letter with an accent, and the letter without it
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text in NFC without accents, character for character: places stay the same."""
    return text.translate(_FOLDED)


def lowered(text: str) -> str:
    """Return a text in lower case and without accents, character for character."""
    plain = folded(text)
    lower = plain.lower()
    return lower if len(lower) == len(plain) else plain


def whole(text: str) -> str:
    """Return all words of a text in one form: how a title is compared with another."""
    return " ".join(_WORD.findall(lowered(text)))
