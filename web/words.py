"""How pages say things: dates, counts, kinds, languages and licences, in plain British words.

Pure: text from values. Knows nothing of HTTP or templates. Days are London days.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from index.model import Feed, Kind, Post
from index.opml import GROUPS
from index.settings import Network

LONDON = ZoneInfo("Europe/London")

KINDS = {
    Kind.COUNCIL: "Council",
    Kind.PRACTITIONER: "Practitioner",
    Kind.SECTOR_BODY: "Sector body",
    Kind.CENTRAL: "Central government",
    Kind.SUPPLIER: "Supplier",
    Kind.COMMUNITY: "Community",
}

LANGUAGES = {
    "en": "English",
    "cy": "Welsh",
    "ga": "Irish",
    "gd": "Scottish Gaelic",
    "sco": "Scots",
    "kw": "Cornish",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
}

# Where a licence's address leads, without scheme and "www.", and what it is called.
LICENCES = (
    (re.compile(r"creativecommons\.org/publicdomain/zero/"), "Creative Commons Zero"),
    (re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)"), "Creative Commons {} {}"),
    (
        re.compile(r"nationalarchives\.gov\.uk/doc/open-government-licence/version/(\d)"),
        "Open Government Licence v{}",
    ),
)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

# What XML forbids and nobody can see: one 0x1B broke a planet's feed for all its readers.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return `text` without control characters and lone surrogates (rule 37)."""
    return _UNSEEN.sub("", text)


def london(moment: datetime) -> date:
    """Return the day in London at `moment`."""
    return moment.astimezone(LONDON).date()


def date_words(day: date) -> str:
    """Return a day as "19 November 2026"; a moment counts as its day in London."""
    day = london(day) if isinstance(day, datetime) else day
    return f"{day.day} {day:%B %Y}"


def weekday_words(day: date) -> str:
    """Return the name of the day of the week."""
    return f"{day:%A}"


def day_words(day: date) -> str:
    """Return a day as "Thursday 19 November 2026"."""
    return f"{weekday_words(day)} {date_words(day)}"


def near_words(day: date, today: date) -> str:
    """Return "Today", "Yesterday", "Tomorrow", or nothing for any other day."""
    return {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((day - today).days, "")


def clock_words(moment: datetime) -> str:
    """Return the time of day in London, as "9:30am"; nothing at midnight and noon.

    A date without a time was taken to mean noon (rule 33), or midnight by its author's
    software: to print either would claim what nobody said.
    """
    local = moment.astimezone(LONDON)
    if local.hour in (0, 12) and local.minute == local.second == 0:
        return ""
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def when_words(moment: datetime, now: datetime) -> str:
    """Return when something happened or will, as "today at 9:30am" or "on 3 May 2026"."""
    day, today = london(moment), london(now)
    near = near_words(day, today).lower()
    if not near:
        return f"on {date_words(day)}"
    return f"{near} at {_time_words(moment)}"


def moment_words(moment: datetime) -> str:
    """Return when something happened, to the minute, as "3 May 2026, 9:30am"."""
    return f"{date_words(moment)}, {_time_words(moment)}"


def _time_words(moment: datetime) -> str:
    """Return the time of day in London, where noon and midnight are meant."""
    named = {0: "midnight", 12: "midday"}.get(moment.astimezone(LONDON).hour, "")
    return clock_words(moment) or named


def count_words(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 post", "4,812 posts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def list_words(names: Sequence[str]) -> str:
    """Return names as a sentence has them: "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def kind_words(kind: Kind) -> str:
    """Return what a kind of blog is called on pages."""
    return KINDS[kind]


def kinds_words(kind: Kind) -> str:
    """Return what blogs of a kind are called together."""
    return GROUPS[kind]


def link(url: str) -> str:
    """Return `url` if it leads to a web page, else nothing: `javascript:` is no link."""
    try:
        parts = urlsplit(clean(url).strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    return clean(url).strip()


def host(url: str) -> str:
    """Return the host of `url` as people know it, or nothing."""
    name = urlsplit(url).hostname if link(url) else None
    return (name or "").removeprefix("www.")


def network_words(network: Network) -> str:
    """Return an address, or a network of them, as firewalls take it."""
    return str(network.network_address if network.num_addresses == 1 else network)


def blog_name(feed: Feed) -> str:
    """Return what a blog is called: its title, or else where it lives."""
    return clean(feed.title).strip() or host(feed.site) or host(feed.url) or "A blog with no name"


def blog_names(feeds: Iterable[Feed]) -> dict[str, str]:
    """Return what each blog is called, by its slug."""
    return {feed.slug: blog_name(feed) for feed in feeds}


def language_tag(code: str) -> str:
    """Return a language as HTML writes it (BCP 47), or nothing if it cannot be one."""
    code = code.strip().replace("_", "-")
    return code if _LANGUAGE.fullmatch(code) else ""


def foreign(code: str) -> str:
    """Return the language tag of what is not English, as the rest of a page is, or nothing."""
    tag = language_tag(code)
    return "" if tag.lower().partition("-")[0] == "en" else tag


def language_words(code: str) -> str:
    """Return a language's English name, or nothing if we do not know it."""
    return LANGUAGES.get(language_tag(code).lower().partition("-")[0], "")


def licence_words(licence: str) -> str:
    """Return what a licence is called; the author's own words stay as they are."""
    for pattern, name in LICENCES:
        if found := pattern.search(licence.lower()):
            return name.format(*(part.upper() for part in found.groups()))
    if link(licence):
        return f"The author’s terms, at {host(licence)}"
    return clean(licence).strip()


def continued(post: Post) -> str:
    """Return the excerpt of `post`, without what a title made of its first words says already."""
    if post.titled:
        return post.excerpt
    start = post.title.rstrip(" .…")
    if not post.excerpt.startswith(start):
        return post.excerpt
    rest = post.excerpt[len(start) :].strip(" .…")
    return f"… {post.excerpt[len(start) :].lstrip(' …')}" if rest else ""
