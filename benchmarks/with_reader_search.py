"""What `reader`'s search answers, in its own environment.

    python -m benchmarks.with_reader_search < JSON: posts [id, title, text, date], queries, depth

With --times it prints the seconds of each query instead of its answers. Each word is quoted,
for reader hands a query to FTS5 as it is, and FTS5 refuses a stray apostrophe or hyphen; words
are joined by AND, FTS5's own way, and by OR where that finds nothing.
"""

import json
import re
import sys
from datetime import datetime
from itertools import islice
from time import perf_counter

from reader import make_reader

FEED = "https://posts.example/feed"


def main() -> None:
    """Put the posts in, ask the queries, print the lists of ids."""
    asked = json.load(sys.stdin)
    reader = make_reader(":memory:")
    reader.add_feed(FEED, allow_invalid_url=True)
    for id, title, text, date in asked["posts"]:
        reader.add_entry(
            {
                "feed_url": FEED,
                "id": id,
                "title": title,
                "published": datetime.fromisoformat(date),
                "content": [{"value": text, "type": "text/plain"}],
            }
        )
    reader.enable_search()
    reader.update_search()
    found, times = [], []
    for text in asked["queries"]:
        began = perf_counter()
        found.append(_answers(reader, text, asked["depth"]))
        times.append(perf_counter() - began)
    print(json.dumps(times if "--times" in sys.argv else found))


def _answers(reader, text: str, depth: int) -> list[str]:  # type: ignore[no-untyped-def]
    words = [f'"{word}"' for word in re.findall(r"\w+", text)]
    for joined in (" ".join(words), " OR ".join(words)):
        found = [result.id for result in islice(reader.search_entries(joined), depth)]
        if found:
            return found
    return []


if __name__ == "__main__":
    main()
