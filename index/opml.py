"""The list of blogs as people keep it: OPML 2.0 in, feeds out, and back again.

Reading takes two steps: the XML becomes outlines with their line numbers, and each outline
becomes a feed or a sentence that says why not. What cannot be read at all is an OpmlError; what is
merely odd is read as it was meant. Kind, council and nation travel in the standard `category`
attribute. Nothing here opens a file, an address or the store, or knows which councils exist.

http://opml.org/spec2.opml
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from index.address import LONGEST, host, normal
from index.councils import NATIONS
from index.model import Feed, Kind
from index.outlines import DEEPEST, Outline, plain, read_outlines

DISCOVER = "to discover"
GROUPS = {
    Kind.COUNCIL: "Councils",
    Kind.PRACTITIONER: "Practitioners",
    Kind.SECTOR_BODY: "Sector bodies",
    Kind.CENTRAL: "Central government",
    Kind.SUPPLIER: "Suppliers",
    Kind.COMMUNITY: "Community",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """What a list says: its feeds in order, and a sentence for each line not read as it stands."""

    feeds: tuple[Feed, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A feed of a list, and the place of its outline among all outlines of the file."""

    place: int
    feed: Feed


def parse(body: bytes, *, deepest: int = DEEPEST) -> Outlines:
    """Read an OPML list.

    Raises OpmlError with the line, the column and what to do next if it is not OPML, not
    well-formed, too large or nested too deep.
    """
    outlines, warnings = read_outlines(body, deepest=deepest)
    feeds: list[Feed] = []
    lines: dict[str, int] = {}
    for outline in outlines:
        for found in _read(outline):
            if isinstance(found, str):
                warnings.append(found)
                continue
            address = normal(found.url or found.site)
            if address in lines:
                warnings.append(
                    outline.says(
                        f"has the same address as line {lines[address]}, so it is left out"
                    )
                )
            else:
                lines[address] = outline.line
                feeds.append(found)
    return Outlines(feeds=tuple(feeds), warnings=tuple(warnings))


def placed(body: bytes) -> list[Placed]:
    """Return each outline that names a feed, repeated ones too; raises OpmlError."""
    return [
        Placed(outline.place, found)
        for outline in read_outlines(body)[0]
        for found in _read(outline)
        if isinstance(found, Feed)
    ]


def unparse(feeds: Iterable[Feed], *, title: str, when: datetime | None = None) -> bytes:
    """Write an OPML 2.0 list: an outline a line, grouped by kind and sorted by title.

    Blogs whose feed is not known come last, in the group "to discover". Characters that XML
    cannot hold are dropped, and so is a blog that has no address at all.
    """
    groups: dict[str, list[Feed]] = {name: [] for name in (*GROUPS.values(), DISCOVER)}
    for feed in feeds:
        if feed.url or feed.site:
            groups[GROUPS[feed.kind] if feed.url else DISCOVER].append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>"]
    lines.append(f"    <title>{escape(plain(title))}</title>")
    if when is not None:
        created = format_datetime(when.astimezone(UTC), usegmt=True)
        lines.append(f"    <dateCreated>{created}</dateCreated>")
    lines += ["    <docs>http://opml.org/spec2.opml</docs>", "  </head>", "  <body>"]
    for name, members in groups.items():
        if members:
            lines.append(f"    <outline {_attributes(text=name)}>")
            lines += [f"      {unparse_line(feed)}" for feed in sorted(members, key=_place)]
            lines.append("    </outline>")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


def unparse_line(feed: Feed) -> str:
    """Write one feed as the line that stands for it in a list."""
    return f"<outline {_line(feed)}/>"


def _read(outline: Outline) -> Iterator[Feed | str]:
    """Yield the feed that an outline names, if any, and a sentence for each oddity."""
    type_, url, site = outline.get("type").lower(), outline.get("xmlurl"), outline.get("htmlurl")
    link = outline.get("url")
    if type_ in ("include", "source") or (type_ == "link" and link.lower().endswith(".opml")):
        yield outline.says("is a list inside the list, so it is left out")
        return
    if not site and link != url:
        site = link
    if not url and not site:
        if outline.leaf:
            yield outline.says("has no address (xmlUrl or htmlUrl), so it is left out")
        return
    if not _web(url or site):
        yield outline.says(f"is left out, because {_no_address(url or site)}")
        return
    if site and not _web(site):
        yield outline.says(f"has no home page, because {_no_address(site)}")
        site = ""
    yield from _labelled(outline, _web(url), _web(site))


def _labelled(outline: Outline, url: str, site: str) -> Iterator[Feed | str]:
    """Yield the feed with what its categories say, and a sentence for what they cannot mean."""
    said: dict[str, list[str]] = {}
    for path in outline.get("category").lower().split(","):
        parts = ["-".join(part.split()) for part in path.split("/") if part.strip()]
        if len(parts) == 2:
            said.setdefault(parts[0], []).append(parts[1])
    kind = said.get("kind", [Kind.COMMUNITY])[0]
    if kind not in set(Kind):
        yield outline.says(f"has the unknown kind “{kind[:40]}”, so it is taken for “community”")
        kind = Kind.COMMUNITY
    nation = said.get("nation", [""])[0]
    if nation and nation not in NATIONS:
        yield outline.says(f"has the unknown nation “{nation[:40]}”, so it has none")
        nation = ""
    yield Feed(
        url=url,
        site=site,
        title=outline.title or _host(url or site),
        kind=Kind(kind),
        councils=tuple(dict.fromkeys(said.get("council", ()))),
        nation=nation,
        guessed=bool(url) and "conventional" in said.get("evidence", ()),
        pages="no" not in said.get("pages", ()),
    )


def _web(text: str) -> str:
    """Return a full http or https address as it stands, of anything else nothing."""
    if text[:5].lower() == "feed:":  # a habit of the 2000s: feed://host/ and feed:https://host/
        text = re.sub("^(?i:feed):(//)?(?=https?://)|^(?i:feed):", "", text)
        text = f"http:{text}" if text.startswith("//") else text
    if len(text) > LONGEST or any(character.isspace() for character in text):
        return ""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return text if usable and "@" not in parts.netloc else ""


def _no_address(text: str) -> str:
    hidden = re.sub("//[^/]*@", "//…@", text)[:80]  # no password in a log
    return f"“{hidden}” is not a plain http or https address"


def _host(address: str) -> str:
    return host(address).removeprefix("www.")


def labels(feed: Feed) -> list[str]:
    """Return the paths that stand for a feed in `category`."""
    paths = [f"/kind/{feed.kind}", *(f"/council/{slug}" for slug in feed.councils)]
    if feed.nation:
        paths.append(f"/nation/{feed.nation}")
    if feed.guessed and feed.url:
        paths.append("/evidence/conventional")
    if not feed.pages:
        paths.append("/pages/no")
    return paths


def _line(feed: Feed) -> str:
    """Return the attributes of a feed's outline."""
    name = plain(feed.title) or _host(feed.url or feed.site)
    # A link to an address that ends like this would be read as a list inside the list.
    home = feed.url or feed.site.lower().endswith(".opml")
    return _attributes(
        type="rss" if feed.url else "link",
        text=name,
        title=name,
        xmlUrl=feed.url,
        **{"htmlUrl" if home else "url": feed.site},
        category=",".join(labels(feed)),
    )


def _attributes(**values: str) -> str:
    return " ".join(
        f'{name}="{escape(plain(value), {chr(34): "&quot;"})}"'
        for name, value in values.items()
        if value
    )


def _place(feed: Feed) -> tuple[str, str, str]:
    return plain(feed.title).casefold(), feed.url, feed.site
