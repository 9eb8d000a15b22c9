"""What language posts are in, told by us and by simplemma's dictionaries: answers, time, memory.

    python -m benchmarks.languages --posts FOLDER

FOLDER holds *.jsonl.gz, as for the other measurements. simplemma is asked about the languages of
`BESIDE`, of the same first words, and each way is timed after all that it loads has been loaded.
Posts that the two, or we and the feed, do not agree on are printed, for a person to judge.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table
from simplemma.language_detector import LanguageDetector
from simplemma.strategies import DefaultStrategy
from simplemma.token_sampler import MostCommonTokenSampler

from index.language import LEAST, WORDS, language

BESIDE = ("cy", "en", "gd", "ga", "fr", "de", "es")
SAMPLE = 60  # words that simplemma looks up

Tell = Callable[[str], str]


def main() -> int:
    """Print the table, and the posts that are disputed."""
    posts = list(_posts(_arguments().posts))
    texts = [text for _, _, text in posts]
    table = Table("told by", "ms a post", "memory, MB", "posts in each language")
    ours = _measured(table, "us", lambda: language, texts)
    kept = _measured(table, "simplemma, dictionaries in memory", _dictionaries, texts)
    _measured(table, "simplemma, low memory", lambda: _dictionaries(frugal=True), texts)
    console = Console()
    console.print(
        f"{len(posts)} posts of {LEAST} words or more, of each {WORDS} words at the most."
    )
    console.print(table)
    for (address, said, _), us, they in zip(posts, ours, kept, strict=True):
        if us not in ("", they) or us not in ("", said.partition("-")[0]):
            console.print(f"we {us}, simplemma {they or '-'}, feed {said or '-'}: {address}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.languages", description=__doc__)
    parser.add_argument("--posts", type=Path, required=True, help="a folder of *.jsonl.gz")
    return parser.parse_args()


def _posts(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                words = f"{row['title'] or ''}\n{row['text'] or ''}".split()[:WORDS]
                if len(words) >= LEAST:
                    yield row["url"], row["lang"] or "", " ".join(words)


def _measured(
    table: Table, name: str, load: Callable[[], Tell], texts: Sequence[str]
) -> list[str]:
    before = _resident()
    tell = load()
    tell(texts[0])
    taken = _resident() - before
    began = perf_counter()
    told = [tell(text) for text in texts]
    each = (perf_counter() - began) / len(texts) * 1000
    counts = ", ".join(f"{code or 'unclear'} {n}" for code, n in Counter(told).most_common())
    table.add_row(name, f"{each:.2f}", f"{taken:.0f}", counts)
    return told


def _dictionaries(*, frugal: bool = False) -> Tell:
    sampler = MostCommonTokenSampler(sample_size=SAMPLE)
    detector = LanguageDetector(BESIDE, sampler, DefaultStrategy(low_memory=frugal))

    def tell(text: str) -> str:
        found = detector.proportion_in_each_language(text)
        found.pop("unk", None)
        return max(found, key=lambda code: found[code], default="")

    return tell


def _resident() -> float:
    """Return what this process has in memory (MB), as Linux counts it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


if __name__ == "__main__":
    raise SystemExit(main())
