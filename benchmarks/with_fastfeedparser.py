"""What `fastfeedparser` makes of feed files, for `benchmarks.trial`.

    python -m benchmarks.with_fastfeedparser < paths, one a line

Prints a JSON document with the seconds that all files took together and, for each file,
the seconds and the feed, or why there is none.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import fastfeedparser
from fastfeedparser import main as inside

ROUNDS = 3


def main() -> None:
    """Read each file, the quickest of three times."""
    files = [_read(Path(line).read_bytes()) for line in sys.stdin.read().splitlines()]
    print(json.dumps({"seconds": sum(file["seconds"] for file in files), "files": files}))


def _read(body: bytes) -> dict[str, Any]:
    times: list[float] = []
    answer: dict[str, Any] = {}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        try:
            answer = {"feed": fastfeedparser.parse(body)}
        except Exception as error:
            answer = {"fault": f"{type(error).__name__}: {error}"[:200]}
        times.append(time.perf_counter() - began)
    for entry in answer.get("feed", {}).get("entries", ()):
        _as_written(entry)
    return answer | {"seconds": min(times)}


def _as_written(entry: Any) -> None:
    """Take out the description if it is not the feed's, but put together from the content."""
    content = entry.get("content")
    if not content or not isinstance(content[0]["value"], str):
        return
    alone = inside.FastFeedParserDict(content=content)
    inside._synthesize_entry_description(alone)
    if entry.get("description") == alone.get("description", "").strip():
        del entry["description"]


if __name__ == "__main__":
    main()
