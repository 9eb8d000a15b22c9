"""Keeping the search index equal to the store.

The store writes down, in each transaction that changes an entry, that every generation
it knows has still to be told of it: the outbox. From there

    refresh:  changes ─► search.update (one commit) ─► done        the live generation
    rebuild:  create ─► begin ─► the same ─► publish ─► end        a new one beside it

Killed anywhere, the next refresh ends with index and store equal:

* between `update` and `done`: the rows are still there, and are told once more; an
  update puts documents in the place of their former selves, so twice is as good as once.
* an entry that changes between `changes` and `done` gets a new row, which `done`, that
  takes away the rows it was given, leaves.
* between `create` and `begin`, or before `publish`: a generation that is not live is
  nobody's. The lock of who built it is free, so the next refresh removes folder and rows.
* between `publish` and `end`: the new generation is live and has its own rows for
  whatever happened since `begin`; the former one is now nobody's, and removed likewise.
* a live generation that the store does not know (another database, or an old copy of it)
  counts as damaged: nothing says what it lacks. So does one that cannot be opened.
  Damaged means built anew.

Two locks, always taken in the order rebuild, refresh if both are waited for: whoever
builds or removes generations holds the first, whoever writes the live one or changes
which is live the second. So posts stay searchable, and new ones get in, during a rebuild;
the builder needs the second lock only for its last changes and the swap. A refresh never
waits for the first lock. Readers need neither.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field

from index.errors import AlreadyRunning, IndexDamaged
from index.finding import By, Document
from index.outbox import Outbox
from index.rederive import Progress, rederive
from index.search import Engine, Search, choose_engine

BATCH = 500  # documents in memory, and in a commit
WAIT = 60.0  # seconds that a rebuild waits for a refresh to end


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh did to the index, and which blogs, topics and councils had news in it."""

    updated: int = 0
    deleted: int = 0
    about: frozenset[tuple[By, str]] = field(default=frozenset(), compare=False, repr=False)

    def __add__(self, other: "Refreshed") -> "Refreshed":
        return Refreshed(
            updated=self.updated + other.updated,
            deleted=self.deleted + other.deleted,
            about=self.about | other.about,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """How the index stands: whether it answers, what it holds, and a sentence for people."""

    ready: bool
    indexed: int
    expected: int
    message: str


def refresh(
    outbox: Outbox, search_url: str, *, batch: int = BATCH, progress: Progress | None = None
) -> Refreshed:
    """Tell the index of every change the store has noted, building it anew if need be.

    Cheap when there is nothing to tell. Raises AlreadyRunning if another process is at
    it: it will tell these changes too.
    """
    engine = choose_engine(search_url)
    try:
        with engine.refreshing():
            live, known = engine.live(), outbox.generations()
            if live not in known:
                raise IndexDamaged("The search index belongs to another database.")
            if {*engine.generations(), *known} != {live}:
                _sweep(engine, outbox, live)
            with closing(engine.open(writable=outbox.backlog(live) > 0)) as search:
                return _tell(outbox, search, batch, progress)
    except IndexDamaged:
        return rebuild(outbox, search_url, batch=batch, progress=progress)


def rebuild(
    outbox: Outbox,
    search_url: str,
    *,
    batch: int = BATCH,
    progress: Progress | None = None,
    reading: Progress | None = None,
) -> Refreshed:
    """Build the index anew beside the live one, and swap it in.

    Posts are read again before if the list of topics has changed; `reading` is told how far
    that has come. Raises AlreadyRunning if another process is rebuilding it.
    """
    engine = choose_engine(search_url)
    with engine.rebuilding():
        rederive(outbox.database, reading)
        _remove_all_but(engine, outbox, _live(engine))
        with closing(engine.create()) as search:
            outbox.begin(search.generation)
            told = _tell(outbox, search, batch, progress)
            with engine.refreshing(WAIT):
                told += _tell(outbox, search, batch, None)
                search.close()
                engine.publish(search.generation)
                _remove_all_but(engine, outbox, search.generation)
    return told


def status(outbox: Outbox, search_url: str) -> IndexStatus:
    """Return how the index stands, for the page that says whether all is well."""
    engine = choose_engine(search_url)
    expected = outbox.published()
    live, known = _live(engine), outbox.generations()
    waiting = [outbox.backlog(name) for name in known if name != live]
    rebuilding = f"Search is being rebuilt, {_percent(expected, waiting)} % done."
    try:
        with closing(engine.open()) as search:
            indexed = search.count()
    except IndexDamaged as error:
        indexed = max(expected - min(waiting), 0) if waiting else 0
        message = rebuilding if waiting else str(error)
        return IndexStatus(ready=False, indexed=indexed, expected=expected, message=message)
    message = rebuilding if waiting else _compared(indexed, expected, outbox.backlog(live))
    return IndexStatus(ready=True, indexed=indexed, expected=expected, message=message)


def _tell(outbox: Outbox, search: Search, batch: int, progress: Progress | None) -> Refreshed:
    told, done = Refreshed(), 0
    total = outbox.backlog(search.generation) if progress else 0
    while changes := outbox.changes(search.generation, batch):
        documents = [change.document for change in changes if change.document is not None]
        gone = [change.id for change in changes if change.document is None]
        search.update(documents, gone)
        outbox.done(search.generation, changes)
        news = (change.document for change in changes if change.document and not change.late)
        about = frozenset(one for document in news for one in _about(document))
        told += Refreshed(updated=len(documents), deleted=len(gone), about=about)
        done += len(changes)
        if progress:
            progress(done, max(total, done))
    return told


def _about(document: Document) -> Iterator[tuple[By, str]]:
    yield By.BLOG, document.slug
    yield from ((By.TOPIC, slug) for slug in document.topics)
    yield from ((By.COUNCIL, slug) for slug in document.councils)


def _live(engine: Engine) -> str:
    with suppress(IndexDamaged):
        return engine.live()
    return ""


def _sweep(engine: Engine, outbox: Outbox, live: str) -> None:
    """Remove what a killed rebuild left; one that is under way holds the lock."""
    with suppress(AlreadyRunning), engine.rebuilding():
        _remove_all_but(engine, outbox, live)


def _remove_all_but(engine: Engine, outbox: Outbox, live: str) -> None:
    for name in {*engine.generations(), *outbox.generations()} - {live}:
        outbox.end(name)
        engine.discard(name)


def _percent(expected: int, waiting: list[int]) -> int:
    return 100 * max(expected - min(waiting), 0) // expected if waiting and expected else 0


def _compared(indexed: int, expected: int, backlog: int) -> str:
    if backlog:
        return f"Search is up to date but for {backlog} changes, which are on their way."
    if indexed != expected:
        return f"Search holds {indexed} posts and should hold {expected}: run `planet rebuild`."
    return "Search is up to date."
