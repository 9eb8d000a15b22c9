"""The filters of a query: what readers may write before and after the colon.

What follows it may be said as people say it, "Tower Hamlets" or "SEND" or "Welsh": it is
compared as a slug. What no filter can be made of is no filter, and is then read as words.
"""

import re
import unicodedata
from datetime import date

from index.councils import councils
from index.finding import By, Filter
from index.model import Kind
from index.tags import tag_key
from index.vocabulary import vocabulary

DATES = ("after", "before")
HAS = ("author", "council", "licence", "tag", "text", "topic")  # `text`: the whole of it

_NAMES = {one.value: one for one in By} | {"language": By.LANG, "site": By.BLOG}
_FREE = {By.AUTHOR, By.TITLE}  # words, not slugs
_LANGUAGES = {"english": "en", "welsh": "cy", "cymraeg": "cy", "french": "fr", "gaelic": "gd"}
_KINDS = {
    "central": Kind.CENTRAL.value,
    "government": Kind.CENTRAL.value,
    "sector": Kind.SECTOR_BODY.value,
}
_DAY = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")
_YEAR = re.compile(r"\d{4}")


def narrow(name: str, value: str, *, without: bool = False) -> Filter | None:
    """Return the filter that `name` and `value` make, or None if they make none."""
    by = _NAMES.get(name)
    if by is None:
        return None
    known = " ".join(value.split()) if by in _FREE else _known(by, value)
    return Filter(by, known, without) if known else None


def read_day(text: str) -> date | None:
    """Return the day that a year, a month or a date names: the first one of it."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None


def slugged(text: str) -> str:
    """Return words as a slug: "Tower Hamlets" is tower-hamlets."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "").replace("'", ""))
    return "-".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode()))


def _known(by: By, value: str) -> str:
    slug = slugged(value)
    if by is By.TOPIC:
        # Its slug is read too, so that what was read once is read the same again.
        topic = vocabulary().topic_named(value) or vocabulary().topic_named(slug)
        return topic.slug if topic else slug
    if by is By.TAG:
        return tag_key(value)
    if by is By.COUNCIL:
        return _council(slug)
    if by is By.LANG:
        return _LANGUAGES.get(slug, slug)
    if by is By.KIND:
        return _KINDS.get(slug, slug)
    if by is By.YEAR:
        return slug if _YEAR.fullmatch(slug) else ""
    if by is By.HAS:
        return slug if slug in HAS else ""
    return slug


def _council(slug: str) -> str:
    """Return the slug of the council that people call so."""
    if slug in councils():
        return slug
    for words in ("-council", "-borough", "-county", "-city", "-district", "-london-borough"):
        if slug.removesuffix(words) in councils():
            return slug.removesuffix(words)
    return slug
