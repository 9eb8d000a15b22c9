"""`planet import` and `planet export`: lists of blogs from elsewhere, and ours for elsewhere."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import Json, opened, operator, print_json
from index.councils import NATIONS
from index.errors import NotFound, OpmlError, PlanetError
from index.model import Feed, Kind, Status

if TYPE_CHECKING:
    from index.imported import Line
    from index.settings import Settings

SAID = {
    "new": "new",
    "there": "in the list",
    "left": "asked to leave",
    "refused": "refused",
    "unvisitable": "cannot be visited",
    "unreadable": "cannot be read",
}


def import_list(
    file: Annotated[Path, typer.Argument(help="The OPML file; - is standard input.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Write what is new into our list of blogs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what a list of blogs would bring; with --apply, add it to ours. Nothing is fetched."""
    from index.imported import read_import
    from index.imports import Imports

    try:
        theirs = read_import(_read(file))
    except OpmlError as error:
        raise OpmlError(f"{file}: {error}") from error
    with opened() as (settings, catalogue):
        imports = Imports(catalogue.database, settings.opml, settings.allow_addresses)
        lines = imports.preview(theirs)
        applied = apply and bool(imports.take(theirs, operator()))
    if as_json:
        print_json(_document(lines, applied))
    else:
        _tell(lines, applied, settings)


def _read(file: Path) -> bytes:
    """Return a file's bytes, or as many as show that it is too large."""
    from index.imported import LARGEST

    if str(file) == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(LARGEST + 1)
    except OSError as error:
        raise PlanetError(f"{file} cannot be read: {error.strerror}.") from error


def _counts(lines: Sequence["Line"]) -> dict[str, int]:
    counts = Counter(line.fate.value for line in lines)
    return {fate: counts[fate] for fate in SAID}


def _document(lines: Sequence["Line"], applied: bool) -> dict[str, object]:
    said = [
        {
            "fate": line.fate.value,
            "title": line.feed.title if line.feed else "",
            "url": line.feed.url if line.feed else "",
            "site": line.feed.site if line.feed else "",
            "kind": line.feed.kind.value if line.feed else "",
            "sentence": line.sentence,
        }
        for line in lines
    ]
    return {"applied": applied, "counts": _counts(lines), "lines": said}


def _tell(lines: Sequence["Line"], applied: bool, settings: "Settings") -> None:
    for line in lines:
        feed = line.feed
        name = f"{feed.title} ({feed.url or feed.site}) {line.sentence}" if feed else line.sentence
        print(f"{SAID[line.fate.value]:<17}  {_shown(name)}".rstrip())
    counts = _counts(lines)
    told = ", ".join(f"{count} {SAID[fate]}" for fate, count in counts.items() if count)
    print(f"{told or 'There is no blog in this list'}.")
    if applied:
        print(f"What is new is in {settings.opml} now, and is visited while `planet run` runs.")
    elif counts["new"]:
        print("Nothing was written: add --apply to add what is new.")


def _shown(text: str) -> str:
    """Return text without what would move a terminal's cursor or turn its letters round."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def export(
    file: Annotated[Path, typer.Argument(help="The file to write; - is standard output.")],
    kind: Annotated[Kind | None, typer.Option(help="Only blogs of this kind.")] = None,
    council: Annotated[str, typer.Option(help="Only the blogs of this council.")] = "",
    nation: Annotated[str, typer.Option(help="Only the blogs of this nation.")] = "",
) -> None:
    """Write the list of blogs, with the addresses found since, as OPML: all, or some of them."""
    from index.opml import unparse

    if nation and nation not in NATIONS:
        raise typer.BadParameter(f"choose one of {', '.join(NATIONS)}", param_hint="--nation")

    def wanted(feed: Feed) -> bool:
        return (
            feed.status is Status.LIVE
            and kind in (None, feed.kind)
            and council in ("", *feed.councils)
            and nation in ("", feed.nation)
        )

    with opened() as (settings, catalogue):
        chosen = [one.feed for one in catalogue.blogs() if wanted(one.feed)]
    if not chosen and (kind or council or nation):
        raise NotFound("No blog that we follow is like that, so nothing was written.")
    body = unparse(chosen, title=settings.title)
    if str(file) == "-":
        sys.stdout.write(body.decode())
        return
    try:
        file.write_bytes(body)
    except OSError as error:
        raise PlanetError(f"{file} cannot be written: {error.strerror}.") from error
