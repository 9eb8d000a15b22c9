"""What `reader` does in the same place: update its feeds, then its search index.

    python -m benchmarks.with_reader DATABASE WORKERS < addresses, one a line

`reader` (lemon24/reader) keeps feeds in SQLite and searches with FTS5.
"""

import json
import sys
import time

from reader import make_reader


def main() -> None:
    """Add the feeds that are not known, update all, update the search; print the counts."""
    database, workers = sys.argv[1], int(sys.argv[2])
    reader = make_reader(database)
    for url in sys.stdin.read().split():
        reader.add_feed(url, exist_ok=True)
    if not reader.is_search_enabled():
        reader.enable_search()
    began = time.perf_counter()
    reader.update_feeds(scheduled=False, workers=workers)  # every feed, due or not
    reader.update_search()
    seconds = time.perf_counter() - began
    counts = reader.get_entry_counts()
    found = reader.search_entry_counts("council")
    print(json.dumps({"entries": counts.total, "found": found.total, "seconds": seconds}))


if __name__ == "__main__":
    main()
