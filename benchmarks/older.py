"""The back catalogue of a blog by each of the ways to it: is it whole, and what the host felt.

The delay is a small one, since the host is our own. What counts is that every post comes once,
that no page is asked for twice, and that the host never sees two requests at once nor two closer
than the delay; all of it counted at the server.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.archives import PAGE, WAYS, Made, posts
from benchmarks.bench import Bench
from benchmarks.planet import Planet
from benchmarks.table import Line
from index.catalogue import Catalogue
from index.database import open_database
from index.model import Feed
from tests.server import Seen, Server, page, serve

GAP = 0.02  # seconds
KILLS = 10
KILLED = "wordpress"


@dataclass(frozen=True, slots=True)
class Felt:
    """What came of it: posts, and what the host felt."""

    whole: bool
    posts: int
    requests: int
    twice: int  # addresses that were asked for more than once
    peak: int  # requests at once
    least: float  # seconds between the end of an answer and the next request

    @property
    def polite(self) -> bool:
        """Whether the host had its peace."""
        return self.peak == 1 and self.least >= GAP

    def __str__(self) -> str:
        return (
            f"{self.posts:,} posts, {self.requests:,} requests, {self.twice} asked twice, "
            f"{self.peak} at once, {self.least * 1000:.1f} ms apart"
        )


def measure(bench: Bench) -> Iterator[Line]:
    """Fetch the same posts by each way, and by one of them with a crawler that is killed."""
    made = posts(bench.scale.archived)
    for way in WAYS:
        felt, _ = _felt(way, made, kills=0)
        yield Line(
            name=f"back catalogue of {len(made):,} posts: {way}",
            found=str(felt),
            target=f"all, none twice, 1, ≥ {GAP * 1000:g} ms",
            reached=felt.whole and felt.polite and not felt.twice,
        )
    felt, kills = _felt(KILLED, made, kills=KILLS)
    yield Line(
        name=f"the same by {KILLED}, killed (-9) {kills} times at random",
        found=str(felt),
        target=f"all, ≤ {kills} twice, 1, ≥ {GAP * 1000:g} ms",
        reached=felt.whole and felt.polite and felt.twice <= kills,
    )


def _felt(way: str, made: list[Made], kills: int) -> tuple[Felt, int]:
    with TemporaryDirectory(prefix="planet-bench-") as folder, serve() as server:
        for path, (body, content_type) in WAYS[way](server.base, made).items():
            server.pages[path] = page(body, content_type)
        feed = "/feeds/posts/default" if way == "blogger" else "/feed"
        planet = Planet(Path(folder), gap=GAP)
        planet.follow([Feed(url=server.url(feed), site=server.url("/"), title="Repairs")])
        planet.crawl()
        begun = len(server.requests)
        most = len(made) // PAGE // max(kills, 1)
        killed = sum(_kill(planet, server, max(most, 1)) for _ in range(kills))
        planet.run("backfill", "repairs")
        database = open_database(planet.database)
        titles = [post.title for post in Catalogue(database).latest(2 * len(made))]
        database.close()
        felt = _counted(titles, made, server, server.requests[begun:])
    return felt, killed


def _counted(titles: list[str], made: list[Made], server: Server, seen: list[Seen]) -> Felt:
    asked = [one.path for one in seen]
    return Felt(
        whole=titles == [post.title for post in made],
        posts=len(titles),
        requests=len(seen),
        twice=len(asked) - len(set(asked)),
        peak=max(server.peak.values()),
        least=min((b.at - a.ended for a, b in pairwise(seen)), default=0.0),
    )


def _kill(planet: Planet, server: Server, most: int) -> bool:
    """Begin, and kill the process up to `most` requests later; say whether it lived so long."""
    command = [sys.executable, "-m", "api.cli", "backfill", "repairs", "--json"]
    until = len(server.requests) + random.randint(1, most)
    process = subprocess.Popen(
        command,
        env=planet.environment,
        cwd=planet.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(server.requests) < until and process.poll() is None:
        time.sleep(0.001)
    time.sleep(random.uniform(0, 2 * GAP))
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive
