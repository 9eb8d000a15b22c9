"""A crawl of loopback feeds, ours and other programs', each in a process of its own.

All have the same feeds, concurrency and machine; ours and `reader` also make the posts
searchable. What is compared is the crawl: ours from the first lease to the index told,
`reader`'s its `update_feeds` and `update_search`; and beside it the whole processes, start
and all. Our delay is 0.01 s, every feed has a host of its own, and each host's robots.txt
is already known, as it is on every day but the first. Then ours at the delay it is run
with, which is what the owners of blogs see.

Three crawls each: of what is new, of the same again (304 for whoever asks in that way),
and of bodies that changed while their posts did not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import corpus
from benchmarks.bench import Bench
from benchmarks.loopback import Loopback, Served, serving
from benchmarks.planet import Planet
from benchmarks.programs import (
    DjangoPlanet,
    Newsboat,
    Ours,
    Program,
    Reader,
    Sfeed,
    Took,
    missing,
    warm,
)
from benchmarks.table import Line, at_least, told
from index.model import Feed
from index.settings import Settings

POSTS = 20  # in a feed
WAYS = ("first", "unchanged", "changed body")
TARGETS = {"first": 2.5, "unchanged": 1.0, "changed body": 2.0}
AGAIN = b"<!-- served again -->\n"  # after a feed: other bytes, the same posts
SHARED = 10  # feeds on one host

Crawls = dict[str, Took]


def measure(bench: Bench) -> Iterator[Line]:
    """Crawl ours and `reader`'s by turns and compare medians; crawl the others once."""
    feeds = bench.scale.feeds
    files = [corpus.feed(blog) for blog in corpus.blogs(bench.posts(feeds * POSTS), POSTS)]
    size = sum(len(file.body) for file in files) / 1_000_000
    yield told("feeds × posts, each on a host of its own", f"{feeds} × {POSTS}, {size:.0f} MB")
    with serving(files) as server:
        yield from _beside_reader(server, files, bench.scale.rounds)
        yield from _beside("newsboat (C++; no search)", Newsboat, server, files)
        yield from _beside("sfeed (C; no search)", Sfeed, server, files)
        few = bench.scale.serial
        name = f"django-planet (one at a time, {few} of the feeds; no search)"
        yield from _beside(name, DjangoPlanet, server, files[:few])
        yield from _in_production(server)


def _beside_reader(server: Loopback, files: Sequence[Served], rounds: int) -> Iterator[Line]:
    """Crawl by turns, the other one first in every second round."""
    programs: list[type[Program]] = [Ours] if missing(Reader) else [Ours, Reader]
    runs: dict[type[Program], list[Crawls]] = {program: [] for program in programs}
    for turn in range(rounds):
        for program in programs[:: -1 if turn % 2 else 1]:
            runs[program].append(_crawls(program, server, files, strict=True))
    for way in WAYS:
        ours, *theirs = ([run[way] for run in runs[program]] for program in programs)
        yield from _compared(way, ours, *theirs)
    if missing(Reader):
        yield told("reader", missing(Reader))


def _compared(way: str, ours: Sequence[Took], theirs: Sequence[Took] = ()) -> Iterator[Line]:
    mine, whole = median(t.crawl for t in ours), median(t.whole for t in ours)
    if not theirs:
        yield told(f"{way}: ours, whole process", f"{mine:.2f} s, {whole:.2f} s")
        return
    other, entire = median(t.crawl for t in theirs), median(t.whole for t in theirs)
    yield told(f"{way}: ours, reader", f"{mine:.2f} s, {other:.2f} s")
    yield at_least(f"{way}: reader / ours", other / mine, TARGETS[way])
    both = f"{whole:.2f} s, {entire:.2f} s: {entire / whole:.2f}×"
    yield told(f"{way}, whole processes: ours, reader", both)


def _beside(
    name: str, program: type[Program], server: Loopback, files: Sequence[Served]
) -> Iterator[Line]:
    if not_there := missing(program):
        yield told(name, not_there)
        return
    crawls = _crawls(program, server, files)
    seconds = ", ".join(f"{crawls[way].crawl:.2f} s" for way in WAYS)
    yield told(f"{name}: {', '.join(WAYS)}", seconds)


def _crawls(
    make: type[Program], server: Loopback, files: Sequence[Served], *, strict: bool = False
) -> Crawls:
    """Crawl three times, and make sure that every post came.

    Where it is `strict`, each feed must be asked for once, and said to be unchanged once.
    """
    taken: Crawls = {}
    urls = server.urls[: len(files)]
    with TemporaryDirectory(prefix="planet-bench-") as home:
        program = make(Path(home), urls)
        for way in WAYS:
            if way == "changed body":
                server.replace([replace(file, body=file.body + AGAIN) for file in files])
            server.answered()
            taken[way] = program.crawl()
            answered = server.answered()
            wanted = Counter({304 if way == "unchanged" else 200: len(files)})
            if taken[way].posts != len(files) * POSTS or (strict and answered != wanted):
                raise RuntimeError(
                    f"{make.__name__}, {way}: {taken[way]}, answered {dict(answered)}"
                )
    server.replace(files)
    return taken


def _in_production(server: Loopback) -> Iterator[Line]:
    """Crawl what is unchanged at the delay that the crawler is run with, unless told otherwise."""
    delay = Settings.model_fields["delay"].default
    for name, urls in _neighbourhoods(server.urls):
        with TemporaryDirectory(prefix="planet-bench-") as home:
            planet = Planet(Path(home), delay=delay)
            planet.follow(Feed(url=url, title=url) for url in urls)
            warm(planet, urls)
            planet.crawl("--all")
            again = planet.crawl("--all")
        if again["unchanged"] != len(urls):
            raise RuntimeError(f"a crawl went wrong: {again}")
        rate = len(urls) / again["seconds"]
        yield told(f"unchanged, at the usual delay of {delay:g} s: {name}", f"{rate:.2f}/s")


def _neighbourhoods(urls: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Give feeds with a host each, and feeds that share one."""
    yield f"{len(urls)} hosts", list(urls)
    first = urls[0].rpartition("/")[0]
    names = (url.rpartition("/")[2] for url in urls[:SHARED])
    yield f"{SHARED} feeds on one host", [f"{first}/{name}" for name in names]
