"""How right the topics of posts are, against what people say the posts are about.

    python -m benchmarks.topics --posts FOLDER [--labels FILE ...]

FOLDER holds *.jsonl.gz, as for the other measurements. Labels are JSON lines: {"url": "..."}
for one of its posts or {"post": "blog/post"} for one of the demo's, with "held_out", "topics" and
"unsure". What a labeller was unsure of counts neither for nor against. The rules and the
list of topics were tuned on the rows that are not held out, which flatters them there: the
held-out rows, of which only totals are printed, say what to expect of other posts.
"""

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from api.demo.blogs import read_blogs
from index.tagging import topics_of

LABELS = Path(__file__).with_name("judgements")
BLOCK_END = re.compile(r"</(?:p|h\d|li|tr|blockquote)>|<br */?>")
MARKUP = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post, and what a person says of it."""

    title: str
    text: str
    tags: tuple[str, ...]
    held_out: bool
    topics: frozenset[str]
    unsure: frozenset[str]


@dataclass(slots=True)
class Tally:
    """How often topics were rightly set, wrongly set and missed."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, post: Labelled) -> None:
        """Count what the tagger makes of one more post."""
        said = set(topics_of(post.title, post.text, post.tags))
        self.right.update(said & post.topics)
        self.wrong.update(said - post.topics - post.unsure)
        self.missed.update(post.topics - said)

    def figures(self, *topics: str) -> tuple[str, str, str]:
        """Return precision, recall and F1 of these topics, or of all of them together."""
        right, wrong, missed = (
            sum(counts[topic] for topic in topics or counts)
            for counts in (self.right, self.wrong, self.missed)
        )
        return (
            _share(right, right + wrong),
            _share(right, right + missed),
            _share(2 * right, 2 * right + wrong + missed),
        )


def main() -> int:
    """Print the tables."""
    asked = _arguments()
    posts = _posts(asked.posts) | _demo()
    rows = [row for path in asked.labels for row in _rows(path)]
    known = [_labelled(row, posts[name]) for row in rows if (name := _name(row)) in posts]
    tuning = [post for post in known if not post.held_out]
    held_out = [post for post in known if post.held_out]
    console = Console(width=100 if not sys.stdout.isatty() else None)
    console.print(f"{len(known)} of {len(rows)} labelled posts were found.")
    tally = _tallied(tuning)
    console.print(_by_topic(tally))
    console.print(_totals({"tuning": (tuning, tally), "held out": (held_out, _tallied(held_out))}))
    console.print(_speed([*posts.values()]))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.topics", description=__doc__)
    parser.add_argument("--posts", type=Path, required=True, help="a folder of *.jsonl.gz")
    parser.add_argument(
        "--labels",
        type=Path,
        nargs="+",
        default=sorted(LABELS.glob("*topics*.jsonl")),
        help="files of labels",
    )
    return parser.parse_args()


Post = tuple[str, str, tuple[str, ...]]


def _posts(folder: Path) -> dict[str, Post]:
    found: dict[str, Post] = {}
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                tags = tuple(row["tags"] or ())
                found[row["url"]] = (row["title"] or "", row["text"] or "", tags)
    return found


def _demo() -> dict[str, Post]:
    return {
        f"{blog.slug}/{post.slug}": (post.title, _plain(post.html or post.summary), post.tags)
        for blog in read_blogs()
        for post in blog.posts
    }


def _plain(html: str) -> str:
    return unescape(MARKUP.sub(" ", BLOCK_END.sub("\n", html)))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, filter(str.strip, lines))


def _name(row: dict[str, Any]) -> str:
    return str(row.get("url") or row["post"])


def _labelled(row: dict[str, Any], post: Post) -> Labelled:
    topics, unsure = frozenset(row["topics"]), frozenset(row.get("unsure") or ())
    return Labelled(*post, row["held_out"], topics, unsure)


def _tallied(posts: Sequence[Labelled]) -> Tally:
    tally = Tally()
    for post in posts:
        tally.add(post)
    return tally


def _by_topic(tally: Tally) -> Table:
    columns = ("topic", "right", "wrong", "missed", "precision", "recall", "F1")
    table = Table(*columns, title="Topics, on the tuning rows", title_justify="left")
    for topic in sorted(tally.right | tally.wrong | tally.missed):
        counts = (tally.right[topic], tally.wrong[topic], tally.missed[topic])
        table.add_row(topic, *map(str, counts), *tally.figures(topic))
    return table


def _totals(parts: dict[str, tuple[Sequence[Labelled], Tally]]) -> Table:
    columns = ("rows", "posts", "labels", "precision", "recall", "F1")
    table = Table(*columns, title="All topics together (micro average)", title_justify="left")
    for name, (posts, tally) in parts.items():
        labels = sum(len(post.topics) for post in posts)
        table.add_row(name, str(len(posts)), str(labels), *tally.figures())
    return table


def _speed(posts: Sequence[Post]) -> str:
    topics_of("", "")  # what is read once, is read now
    began = perf_counter()
    for post in posts:
        topics_of(*post)
    each = (perf_counter() - began) / len(posts) * 1000
    size = sum(len(text) for _, text, _ in posts) / len(posts) / 1000
    return f"{each:.2f} ms for a post of {size:.1f} thousand characters, over {len(posts)} posts."


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
