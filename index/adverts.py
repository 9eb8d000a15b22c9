"""The words of adverts that bought-up blogs carry: `data/spam.toml`, a short list. Pure."""

import re
import tomllib
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("data") / "spam.toml"
PHRASES = 2  # different ones in a text: one may be a quotation
LOOKED = 20_000  # characters of a text


def is_spam(title: str, text: str) -> bool:
    """Whether a post has such a phrase in its title, or different ones in its text."""
    if _phrases().search(title.casefold()):
        return True
    return len(set(_phrases().findall(text[:LOOKED].casefold()))) >= PHRASES


@cache
def _phrases() -> re.Pattern[str]:
    lists = tomllib.loads(LIST.read_text(encoding="utf-8")).values()
    every = sorted({phrase for phrases in lists for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, every))})\b")
