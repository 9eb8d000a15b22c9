"""What a feed said, in one shape whatever its format: nothing is cleaned, resolved or believed.

Plain values between reading (parse, jsonfeed) and understanding (normalise).
"""

from dataclasses import dataclass

MAX_ENTRIES = 200  # of one feed, in its own order, which is newest first (rule 40)


@dataclass(frozen=True, slots=True)
class Markup:
    """Text as the feed wrote it: HTML unless `plain`; `base` is the xml:base in force, if any."""

    value: str = ""
    plain: bool = False
    base: str = ""


def weight(text: Markup) -> int:
    """Return how much a text says: its length, twice if it is HTML, whose plain copies abound."""
    return len(text.value) * (1 if text.plain else 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One entry of a feed, in the feed's own words.

    `link` is resolved against xml:base alone; `original` is where a feed service took
    the entry from (rule 42); `enclosures` are media types.
    """

    guid: str = ""
    link: str = ""
    original: str = ""
    title: Markup = Markup()
    content: Markup = Markup()
    summary: Markup = Markup()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published_raw: str = ""
    updated_raw: str = ""
    language: str = ""
    licence: str = ""
    comments: str = ""
    enclosures: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.guid or self.link or self.title.value or self.content.value or self.summary.value
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed in its own words.

    `ttl` is in minutes; `skip_hours` are hours of the day in GMT, `skip_days` English
    names (RSS 2.0); `truncated` if the feed has more than was read. `prev_archive` and
    `next_page` are RFC 5005's links to older entries, `total` is OpenSearch's count of all.
    """

    format: str
    title: str = ""
    link: str = ""
    language: str = ""
    licence: str = ""
    updated_raw: str = ""
    authors: tuple[str, ...] = ()
    ttl: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    update_period: str = ""
    update_frequency: int = 1
    entries: tuple[ParsedEntry, ...] = ()
    truncated: bool = False
    generator: str = ""
    prev_archive: str = ""
    next_page: str = ""
    total: int = 0
