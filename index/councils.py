"""The councils of the UK: the ones there are, the abolished ones and who took over from them.

The list is `data/councils.csv`; its README says where it is from and what we changed. Nothing here
knows which councils have a blog.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

LIST = Path(__file__).with_name("data") / "councils.csv"

NATIONS: Mapping[str, str] = MappingProxyType(
    {
        "england": "England",
        "scotland": "Scotland",
        "wales": "Wales",
        "northern-ireland": "Northern Ireland",
    }
)

_SMALL = frozenset({"and", "in", "of", "on", "the", "under", "upon", "with"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """A council or combined authority.

    `nation` is a key of `NATIONS`, `gss_code` the Office for National Statistics' code.
    `ended` and `replaced_by` (slugs) are for the abolished.
    """

    slug: str
    name: str
    short_name: str
    type: str
    nation: str
    region: str
    gss_code: str
    ended: date | None = None
    replaced_by: tuple[str, ...] = ()


@cache
def councils() -> Mapping[str, Council]:
    """Return every council by its slug, in the slugs' order."""
    with LIST.open(encoding="utf-8", newline="") as lines:
        return MappingProxyType({row["slug"]: _council(row) for row in csv.DictReader(lines)})


def council_name(slug: str) -> str:
    """Return the short name people use: "Hackney"; of an unknown slug, its own words."""
    known = councils().get(slug)
    return known.short_name if known else _words(slug)


def predecessors(slug: str) -> tuple[str, ...]:
    """Return the slugs of the abolished councils that this one took over from, at any remove."""
    return _predecessors().get(slug, ())


@cache
def _predecessors() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for council in councils().values():
        heirs = council.replaced_by
        while heirs:
            for heir in heirs:
                found.setdefault(heir, []).append(council.slug)
            heirs = tuple(after for heir in heirs for after in councils()[heir].replaced_by)
    return {slug: tuple(dict.fromkeys(before)) for slug, before in found.items()}


def _council(row: dict[str, str]) -> Council:
    return Council(
        slug=row["slug"],
        name=row["name"],
        short_name=row["short_name"],
        type=row["type"],
        nation=row["nation"],
        region=row["region"],
        gss_code=row["gss_code"],
        ended=date.fromisoformat(row["ended"]) if row["ended"] else None,
        replaced_by=tuple(row["replaced_by"].split()),
    )


def _words(slug: str) -> str:
    words = slug.replace("-", " ").split()
    return " ".join(
        word if place and word in _SMALL else word.capitalize() for place, word in enumerate(words)
    )
