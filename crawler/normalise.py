"""A ParsedFeed into entries: keys, dates, titles, safe HTML, absolute links. Pure.

Told the time, and deterministic: the same feed gives the same entries, so that their
digests show whether anything changed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

from crawler.charset import without_controls
from crawler.clean import as_html, fold, plain_text, safe_html
from crawler.dates import LONDON, read_date
from crawler.identity import keys
from crawler.parsed import Markup, ParsedEntry, ParsedFeed, weight
from crawler.wording import (
    A_SUMMARY,
    MAX_TITLE,
    cut,
    excerpt,
    first_words,
    is_cut,
    title_text,
)
from index.address import host, without_trackers
from index.model import DateSource, Entry, Feed

MAX_TAGS = 30
MAX_TAG = 60  # characters; longer ones are sentences
MAX_RAW = 500  # characters of a tag or a name that are looked at
MAX_AUTHORS = 10
MAX_NAME = 100
MAX_LICENCE = 300
MAX_RAW_DATE = 100
MAX_ADDRESS = 2_000
MAX_SUMMARY = 4_000  # of HTML; a longer summary is a copy of the post
MIN_SUMMARY = 40  # of text; a shorter one says less than the post's first words
NO_TAGS = frozenset({"uncategorized", "uncategorised", "heb gategori"})
NO_NAMES = frozenset({"admin", "administrator"})
KINDS = {"image": "Photo", "audio": "Audio", "video": "Video"}

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
# "blog.example.org/a-post": somebody left out the scheme; "post.html" and "index.php/x" are paths.
_BARE_HOST = re.compile(r"www\.|(?:[a-z0-9-]+\.)+(?!html?/|php\d?/|aspx?/|cgi/)[a-z]{2,}/", re.I)
_COMMONS = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/[\w./-]*[\w/]")
_TAG = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(r"<(?:p|h[1-6]|li)\b")
_IMAGE = re.compile(r"<img\b", re.I)
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blog:
    """What an entry falls back on where it does not say for itself."""

    said: ParsedFeed
    site: str  # the blog's home page, or else where its feed is
    title: str
    now: datetime


def normalise(parsed: ParsedFeed, feed: Feed, url: str, now: datetime) -> tuple[Entry, ...]:
    """Return the feed's entries in its own order, each once; `url` is where it came from."""
    site = web_address(parsed.link, url) or url
    title = feed.title or title_text(parsed.title) or host(site)
    blog = _Blog(said=parsed, site=site, title=title, now=now)
    found: dict[str, Entry] = {}
    for key, entry in zip(keys(parsed.entries), parsed.entries, strict=True):
        if key not in found:
            found[key] = _entry(entry, key, blog)
    return tuple(found.values())


def web_address(text: str, base: str) -> str:
    """Return `text` as an absolute web address without trackers (rules 38 and 42), or ""."""
    text = re.sub(r"[\r\n\t]", "", without_controls(text)).strip().replace("&amp;", "&")
    if _BARE_HOST.match(text):
        text = "https://" + text
    try:
        url = urljoin(base, _SPACE.sub(lambda space: quote(space[0]), text))
        parts = urlsplit(url)
        web = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    # "https://council.example@elsewhere.example" leads elsewhere.
    good = web and text and len(url) <= MAX_ADDRESS and not set("%@\\") & set(parts.netloc)
    return without_trackers(url) if good else ""


def _entry(said: ParsedEntry, key: str, blog: _Blog) -> Entry:
    link = _link(said, blog)
    body = max(said.content, said.summary, key=weight)
    html = _html(body, link or blog.site)
    text = plain_text(html)
    title = title_text(said.title.value)
    published, source = _published(said, blog)
    dated = published if source is DateSource.ENTRY else None
    return Entry(
        key=key,
        url=link or blog.site,
        title=title or first_words(text) or _nameless(said, dated, blog),
        titled=bool(title),
        html=html,
        text=text,
        excerpt=_excerpt(said, body, text, title, link or blog.site),
        complete=_is_complete(said, html, text, bool(title)),
        authors=_names(said.authors) or _names(blog.said.authors),
        tags=_tags(said.tags),
        language=_language(said.language) or _language(blog.said.language),
        licence=_licence(said.licence) or _licence(blog.said.licence),
        published=published,
        published_raw=fold(said.published_raw or said.updated_raw)[:MAX_RAW_DATE],
        date_source=source,
        updated=read_date(said.updated_raw, blog.now),
    )


def _link(said: ParsedEntry, blog: _Blog) -> str:
    """Return the post's own page: before a feed service came between, if one did (rule 42)."""
    for candidate in (said.original, said.link):
        if link := web_address(candidate, blog.site):
            return link
    return web_address(said.guid, blog.site if said.guid.startswith("/") else "")


def _html(body: Markup, base: str) -> str:
    if not body.value.strip():
        return ""
    return safe_html(as_html(body.value) if body.plain else body.value, body.base or base)


def _published(said: ParsedEntry, blog: _Blog) -> tuple[datetime | None, DateSource]:
    """Return the first date that can be believed, and whose it is (rule 31)."""
    for raw in (said.published_raw, said.updated_raw):
        if moment := read_date(raw, blog.now):
            return moment, DateSource.ENTRY
    moment = read_date(blog.said.updated_raw, blog.now)
    if moment and moment <= blog.now:
        return moment, DateSource.FEED
    return None, DateSource.SEEN


def _nameless(said: ParsedEntry, dated: datetime | None, blog: _Blog) -> str:
    """Name a post that has neither title nor text: by what it shows and when (rule 39)."""
    has_image = bool(_IMAGE.search(said.content.value + said.summary.value))
    shown = ("image",) if has_image else tuple(e.partition("/")[0] for e in said.enclosures)
    kind = next((KINDS[media] for media in shown if media in KINDS), "")
    if dated is None:
        return cut(f"{kind or 'Post'} from {blog.title}", MAX_TITLE)
    day = dated.astimezone(LONDON)
    date = f"{day.day} {day:%B %Y}"
    return f"{kind}, {date}" if kind else f"Post of {date}"


def _excerpt(said: ParsedEntry, body: Markup, text: str, title: str, base: str) -> str:
    """Return the author's own summary if there is a real one, else the post's first words."""
    if body is said.content and 0 < len(said.summary.value) <= MAX_SUMMARY:
        summary = plain_text(_html(said.summary, base))
        if len(summary) >= MIN_SUMMARY and fold(summary).casefold() != title.casefold():
            return excerpt(summary, title)
    return excerpt(text, title)


def _is_complete(said: ParsedEntry, html: str, text: str, titled: bool) -> bool:
    """Guess whether the feed gives the whole post, since none says so.

    It does not if the text says that more follows ("[…]", "Read more"), or if there is
    only a summary: of fewer than 500 characters, in one or two blocks, under a title.
    """
    if is_cut(text):
        return False
    if said.content.value.strip() or not titled or len(text) >= A_SUMMARY:
        return True
    return len(_BLOCK.findall(html)) > 2


def _names(said: Iterable[str]) -> tuple[str, ...]:
    """Return people's names: no e-mail addresses, which are nobody else's to publish."""
    names = (title_text(name[:MAX_RAW])[:MAX_NAME].strip() for name in said)
    real = (n for n in names if n and "@" not in n and n.casefold() not in NO_NAMES)
    return tuple(dict.fromkeys(real))[:MAX_AUTHORS]


def _tags(said: Iterable[str]) -> tuple[str, ...]:
    tags: dict[str, str] = {}
    for raw in said:
        tag = title_text(raw[:MAX_RAW]).removeprefix("#").strip()
        if tag and len(tag) <= MAX_TAG and "://" not in tag:
            tags.setdefault(tag.casefold(), tag)
    return tuple(tag for low, tag in tags.items() if low not in NO_TAGS)[:MAX_TAGS]


def _licence(said: str) -> str:
    """Return a Creative Commons licence by its address, any other by its words."""
    said = said[:MAX_ADDRESS]
    commons = _COMMONS.search(said)
    return (commons[0] if commons else title_text(_TAG.sub("", said)))[:MAX_LICENCE].strip()


def _language(said: str) -> str:
    """Return a language as BCP 47 has it, in lower case, or "" if it is none."""
    tag = fold(said).lower().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""
