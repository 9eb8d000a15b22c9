"""Crawl a folder of real feed files with the real crawler, twice.

    python -m benchmarks.real FOLDER [FOLDER ...]

Every file is served on a loopback host of its own. One that is a feed must give its
entries; any other must give a named problem; the second pass must be answered 304
throughout. Prints the counts, and a line for each file that gave no entry.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.loopback import Served, serving
from benchmarks.planet import Planet
from index.model import Feed


def main(folders: list[Path]) -> int:
    """Crawl the files of the folders; return 0 if the second pass was 304 throughout."""
    files = [
        Served.read(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    files = [Served(f"{n}-{f.name}", f.body, f.content_type) for n, f in enumerate(files)]
    with tempfile.TemporaryDirectory() as home, serving(files) as server:
        planet = Planet(Path(home))
        planet.follow(
            Feed(url=url, title=file.name) for url, file in zip(server.urls, files, strict=True)
        )
        first = planet.crawl("--all")
        feeds = planet.feeds()
        second = planet.crawl("--all")
    print(f"{len(files)} files: {first['visited']} visited, {first['failed']} not read")
    print(f"{first['new']} entries; {first['seconds']:.1f} s, then {second['seconds']:.1f} s")
    read = first["visited"] - first["failed"]
    print(f"second pass: {second['unchanged']} of {read} feeds answered 304, {second['new']} new")
    problems = Counter(feed["problem"] for feed in feeds if feed["problem"])
    for feed in feeds:
        if feed["problem"] or not feed["posts"]:
            print(f"  {feed['blog']['title']}: {feed['problem'] or 'a feed without entries'}")
    print(json.dumps(problems, indent=1, ensure_ascii=False), file=sys.stderr)
    return 0 if second["unchanged"] == read and not second["new"] else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    sys.exit(main(parser.parse_args().folders))
