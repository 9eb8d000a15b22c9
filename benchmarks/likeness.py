"""How well copies of posts are told from other posts, and what that costs among ever more of them.

Real posts (`--posts`), or the demo's, are what blogs published; copies of them are made as other
places publish them again: another title, a sentence before, a footer after, a paragraph less. The
blogs' own texts that are found alike are told, with ten examples of each kind of error.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import insert

from benchmarks.bench import Bench
from benchmarks.judged import documents
from benchmarks.table import Line, at_least, at_most, told
from index.clusters import CROWD, join_clusters
from index.database import Database, migrate, open_database
from index.derived import Derived
from index.finding import Document
from index.likeness import FEWEST, Likely, bands, same_post, words
from index.model import Entry, Feed, entry_id
from index.rows import entry_row, seen_at
from index.schema import contents, entries
from index.store import Store

SEED = 13
COPIES = 1_000
BLOGS = 100
EACH = 100  # posts in a transaction
NEW = 20  # transactions of new posts
YEARS = timedelta(days=15 * 365)
FLAT = 1.5
EXAMPLES = 10
NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOTHING = Derived(topics=(), councils=(), headings="", linked=0.0, language="en")
BEFORE = "Cross-posted from our own blog."
AFTER = (
    "This post was first published elsewhere. Subscribe to our newsletter to read more like it, "
    "follow us on social media, and tell your colleagues about it if you found it useful."
)


def measure(bench: Bench) -> Iterator[Line]:
    """Copy, compare, and fill two planets."""
    posts = [one for one in documents(bench.posts_folder) if len(words(one.text)) >= FEWEST]
    yield from _told(posts, COPIES if bench.scale.judges else COPIES // 10)
    yield from _cost(bench.scale.searched)


def _told(posts: Sequence[Document], wanted: int) -> Iterator[Line]:
    """Find each copy's original among all posts, and whatever else is taken for it."""
    random = Random(SEED)
    found: dict[int, set[int]] = defaultdict(set)
    for number, one in enumerate(posts):
        for band in bands(one.title, one.text):
            found[band].add(number)
    hits = 0
    missed: list[str] = []
    wrong: list[str] = []
    twice: list[str] = []
    chosen = random.sample(range(len(posts)), min(wanted, len(posts)))
    for number in chosen:
        copy = _copy(posts[number], random)
        near: set[int] = set()
        for band in bands(copy.title, copy.text):
            near |= found[band] if len(found[band]) <= CROWD else set()
        same = {n for n in near if same_post(_likely(posts[n]), _likely(copy))}
        hits += number in same
        missed += [] if number in same else [posts[number].title]
        for other in same - {number}:  # posts that were alike before anybody copied them
            alike = same_post(_likely(posts[other]), _likely(posts[number]))
            both = f"{posts[number].title} / {posts[other].title}"
            if posts[other].slug != posts[number].slug:  # no two posts of one blog are joined
                (twice if alike else wrong).append(both)
    yield at_least(f"copies of {len(chosen):,} posts found: recall", hits / len(chosen), 0.9, "")
    precision = hits / max(hits + len(wrong), 1)
    yield at_least("... precision", precision, 0.99, "")
    yield told("... besides: posts of two blogs alike before anybody copied them", str(len(twice)))
    kinds = {"missed": missed, "wrongly joined": wrong, "alike before": twice}
    for kind, examples in kinds.items():
        for title in examples[:EXAMPLES]:
            yield told(f"... {kind}", title[:80])


def _copy(post: Document, random: Random) -> Likely:
    paragraphs = post.text.split("\n")
    if len(paragraphs) > 5 and random.random() < 0.5:
        paragraphs.pop(random.randrange(len(paragraphs)))
    text = "\n".join((BEFORE, *paragraphs, AFTER))
    return Likely(title=f"Elsewhere: number {random.random()}", text=text, at=post.sort_at)


def _likely(post: Document | Likely) -> Likely:
    if isinstance(post, Likely):
        return post
    return Likely(title=post.title, text=post.text, at=post.sort_at)


def _cost(many: int) -> Iterator[Line]:
    """Keep posts of invented words and fifteen years, a tenth of them copies, then new ones."""
    counts = many // 10, many
    (old, new), (old_too, new_too) = (_fill(count) for count in counts)
    both = f"{new * 1000:.2f} ms, {new_too * 1000:.2f} ms"
    yield told("finding the copies of a new post among {:,} and {:,}".format(*counts), both)
    yield at_most("... ten times the posts", new_too / new, FLAT)
    both = f"{old * 1000:.2f} ms, {old_too * 1000:.2f} ms"
    yield told("... of an old one, of any year, when so many are first read", both)


def _fill(count: int) -> tuple[float, float]:
    """Return what a post took, in seconds: the last ones of the archive, and new ones after it."""
    with TemporaryDirectory(prefix="planet-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'planet.db'}"
        migrate(url)
        database = open_database(url)
        site = "https://b{}.example/"
        feeds = [Feed(url=site.format(n) + "feed", site=site.format(n)) for n in range(BLOGS)]
        Store(database).follow(feeds, NOW)
        times = [*_kept(database, count)]
        database.close()
    return median(times[-2 * NEW : -NEW]), median(times[-NEW:])


def _kept(database: Database, count: int) -> Iterator[float]:
    """Keep so many posts of any day of the years, then new ones; yield what a post took each."""
    random, feeds = Random(SEED), Store(database).feeds()
    text, age = "", timedelta()
    for start in range(0, count + NEW * EACH, EACH):
        rows, texts, found = [], [], {}
        for n in range(start, start + EACH):
            feed = feeds[n % BLOGS]
            if n % 10 or not text:
                text = " ".join(f"w{random.randrange(20_000)}" for _ in range(150))
                age = random.random() * YEARS if start < count else timedelta()
            entry = Entry(key=str(n), url=f"{feed.site}{n}", title=f"Number {n}", text=text)
            first = seen_at(entry, NOW - age, 0, first_import=True)
            rows.append(entry_row(entry, feed, NOTHING) | first | {"held": False})
            id = entry_id(feed.slug, entry.key)
            texts.append({"entry_id": id, "html": "", "text": text, "headings": ""})
            found[id] = bands(entry.title, text)
        with database.write() as db:
            db.execute(insert(entries), rows)
            db.execute(insert(contents), texts)
            began = perf_counter()
            join_clusters(db, found)
            yield (perf_counter() - began) / EACH
