"""Could `fastfeedparser` read the well-formed feeds in feedparser's place? A trial.

    python -m benchmarks.trial FOLDER [FOLDER ...]

Reads every file both ways, makes entries of both, and prints how long parsing took, how
many feeds came out equal, and in which fields the others differ.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.programs import told_by
from crawler import parse
from crawler.charset import decode
from crawler.normalise import normalise
from crawler.parsed import MAX_ENTRIES, Markup, ParsedEntry, ParsedFeed
from crawler.repair import document
from index.errors import ParseError
from index.model import Entry, Feed

ROUNDS = 3
NOW = datetime(2026, 11, 1, tzinfo=UTC)
URL = "https://blog.example/feed"


@dataclass(slots=True)
class Found:
    """What the trial found so far."""

    files: int = 0
    ours: float = 0.0  # seconds of parsing, for the files that both read
    theirs: float = 0.0
    equal: int = 0
    nearly: int = 0  # equal but for the language
    feeds: Counter[str] = field(default_factory=Counter)  # how many differ, by field
    entries: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """Try it on every file that we read strictly, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trial", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    paths = [p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()]
    found = Found()
    fast, _ = told_by("with_fastfeedparser", say=[str(path.resolve()) for path in paths])
    for path, theirs in zip(paths, fast["files"], strict=True):
        _compare(found, path, theirs)
    _print(found)
    return 0


def _compare(found: Found, path: Path, theirs: dict[str, Any]) -> None:
    body = path.read_bytes()
    seconds, ours = _strictly(body)
    if ours is None:
        return  # no feed, or one that needs mending: feedparser's in any case
    found.files += 1
    if "fault" in theirs:
        found.faults.append(f"{path.name}: {theirs['fault']}")
        return
    found.ours += seconds
    began = time.perf_counter()
    translated = _translated(theirs["feed"])
    found.theirs += theirs["seconds"] + time.perf_counter() - began
    feed = Feed(url=URL, title="A blog")
    _differences(found, path.name, normalise(ours, feed, URL, NOW), _normal(translated, feed))


def _strictly(body: bytes) -> tuple[float, ParsedFeed | None]:
    """Return how long parsing took, and the feed if it is XML that needed no mending."""
    times, parsed = [], None
    for _ in range(ROUNDS):
        began = time.perf_counter()
        try:
            parsed = parse.parse_feed(body, url=URL)
        except ParseError:
            return 0.0, None
        times.append(time.perf_counter() - began)
    if parsed is None or parsed.format.startswith("json") or not _needs_no_mending(body):
        return 0.0, None
    return min(times), parsed


def _needs_no_mending(body: bytes) -> bool:
    text = decode(body).lstrip("\ufeff\0 \t\r\n")
    try:
        parse._strictly(document(text).text, URL)
    except parse._Unreadable:
        return False
    return True


def _normal(parsed: ParsedFeed, feed: Feed) -> tuple[Entry, ...]:
    return normalise(parsed, feed, URL, NOW)


def _translated(said: dict[str, Any]) -> ParsedFeed:
    feed = said["feed"]
    return ParsedFeed(
        format="",
        title=feed.get("title") or "",
        link=feed.get("link") or "",
        language=feed.get("language") or "",
        updated_raw=feed.get("updated") or "",
        entries=tuple(filter(None, map(_entry, said["entries"][:MAX_ENTRIES]))),
    )


def _entry(said: dict[str, Any]) -> ParsedEntry:
    tags = said.get("tags") or ()
    return ParsedEntry(
        guid=said.get("id") or "",
        link=said.get("link") or "",
        title=Markup(said.get("title") or ""),
        content=_content(said),
        summary=Markup(said.get("description") or ""),
        authors=tuple(filter(None, [said.get("author")])),
        tags=tuple(tag["label"] or tag["term"] for tag in tags),
        published_raw=said.get("published") or "",
        updated_raw=said.get("updated") or "",
        comments=said.get("comments") or "",
        enclosures=tuple(e.get("type") or "" for e in said.get("enclosures") or ()),
    )


def _content(said: dict[str, Any]) -> Markup:
    """Return the content, unless it is the description once more."""
    for content in said.get("content") or ():
        if (content["value"] or "").strip() == said.get("description"):
            continue
        plain = content["type"] in ("text", "text/plain")
        return Markup(content["value"] or "", plain=plain, base=content["base"] or "")
    return Markup()


def _differences(
    found: Found, name: str, ours: tuple[Entry, ...], theirs: tuple[Entry, ...]
) -> None:
    differing: Counter[str] = Counter()
    if len(ours) != len(theirs):
        differing["number of entries"] += 1
    for mine, other in zip(ours, theirs, strict=False):
        for one in fields(Entry):
            values = getattr(mine, one.name), getattr(other, one.name)
            if one.name != "published_raw" and values[0] != values[1]:
                differing[one.name] += 1
                found.examples.setdefault(one.name, (name, *_around(*values)))
    found.equal += not differing
    found.nearly += not set(differing) - {"language"}
    found.feeds.update(differing.keys())
    found.entries.update(differing)


def _around(ours: object, theirs: object) -> tuple[str, str]:
    """Return both values from a little before where they part."""
    mine, other = str(ours), str(theirs)
    pairs = zip(mine, other, strict=False)
    start = max(0, next((n for n, (a, b) in enumerate(pairs) if a != b), 0) - 20)
    return mine[start : start + 60], other[start : start + 60]


def _print(found: Found) -> None:
    both = found.files - len(found.faults)
    print(f"{found.files} well-formed feeds, {both} of them read both ways")
    print(f"parsing: {found.ours:.2f} s, with fastfeedparser {found.theirs:.2f} s", end="")
    print(f", {found.ours / found.theirs:.1f} times as fast")
    print(f"the same entries from {found.equal}, or {found.nearly} if languages may differ;")
    print("in the others these fields differ:")
    for name, feeds in found.feeds.most_common():
        print(f"  {name}: {feeds} feeds, {found.entries[name]} entries")
        if name in found.examples:
            where, ours, theirs = found.examples[name]
            print(f"      {where}: {ours!r}, not {theirs!r}")
    for fault in found.faults:
        print(f"  not read: {fault}")


if __name__ == "__main__":
    sys.exit(main())
