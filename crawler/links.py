"""HTTP's Link header into the links it holds (RFC 8288). Pure.

Targets stay as they were written: whoever knows where the answer came from resolves them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from crawler.charset import without_controls

LONGEST = 16_000  # characters of a header that are looked at

_TARGET = re.compile(r"<([^<>]*)>")
_PARAMETER = re.compile(
    r"""\s*;\s*(?:([^\s;,=<>"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?)?"""
)
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: where it leads, and what the answer says of it."""

    target: str
    relations: frozenset[str] = frozenset()  # in lower case
    type: str = ""
    title: str = ""
    anchor: str = ""  # what the link is about, if not the answer itself


def links(header: str) -> tuple[Link, ...]:
    """Return the links of a Link header, or of several that were joined by commas.

    What is no link is passed over; of a parameter said twice the first counts, as
    RFC 8288 has it (3.3 and 3.4.1).
    """
    return tuple(_links(without_controls(header[:LONGEST])))


def _links(header: str) -> Iterator[Link]:
    position = 0
    while target := _TARGET.search(header, position):
        said, position = _parameters(header, target.end())
        yield Link(
            target=target[1].strip(),
            relations=frozenset(said.get("rel", "").lower().split()),
            type=said.get("type", ""),
            title=_extended(said.get("title*", "")) or _utf8(said.get("title", "")),
            anchor=said.get("anchor", ""),
        )


def _parameters(header: str, position: int) -> tuple[dict[str, str], int]:
    """Return the parameters that begin at `position`, and where they end."""
    said: dict[str, str] = {}
    while found := _PARAMETER.match(header, position):
        name, quoted, token = found.groups()
        value = _ESCAPE.sub(r"\1", quoted) if quoted is not None else token or ""
        if name:
            said.setdefault(name.lower(), value)
        position = found.end()
    return said, position


def _extended(value: str) -> str:
    """Return a value that says its charset and language: UTF-8'cy'Newyddion (RFC 8187)."""
    charset, _, rest = value.partition("'")
    _, _, text = rest.partition("'")
    known = charset.lower() in ("utf-8", "iso-8859-1")
    return unquote(text, encoding=charset, errors="replace") if known else ""


def _utf8(value: str) -> str:
    """Return a value that was read as ISO-8859-1 as the UTF-8 that servers send."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
