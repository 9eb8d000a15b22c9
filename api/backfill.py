"""`planet backfill`: a blog's older posts, fetched now or by the crawler that is at work."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.terminal import Json, day_words, moment_words, opened, posts_words, print_json
from index.backfill import Archive, Backfill, State
from index.errors import AlreadyRunning, PlanetError
from index.model import Feed
from index.settings import Settings

if TYPE_CHECKING:
    from index.backfills import Backfills

LOOK = 0.5  # seconds between two looks at how far it has come
SOON = timedelta(minutes=1)  # what is due later than that is not waited for
AT_WORK = "A crawler is at work here and fetches it; Ctrl-C leaves that to it."
LEFT = "It stays where it is: the same command, or `planet run`, goes on from there."

Show = Callable[[Backfill], None]


def backfill(
    blog: Annotated[
        str, typer.Argument(help="A blog's short name, or the address of its feed or home page.")
    ],
    as_json: Json = False,
) -> None:
    """Fetch a blog's older posts, a page at a time with at least five seconds between two."""
    from index.backfills import Backfills

    with opened() as (settings, catalogue):
        backfills = Backfills(catalogue.database)
        feed, known = backfills.want(blog)
        if not known.over:
            known = _fetched(settings, backfills, feed, quietly=as_json)
        archive = catalogue.archive(feed.slug)
    if as_json:
        print_json(_document(feed, known, archive))
    else:
        print(_words(feed, known, archive))
    if known.state is not State.DONE:
        raise typer.Exit(1)


def _fetched(settings: Settings, backfills: "Backfills", feed: Feed, *, quietly: bool) -> Backfill:
    """Fetch what can be had now, or wait until the crawler at work has; return how far it is."""
    from crawler.worker import fetch_older

    with _followed(backfills, feed, quietly):
        try:
            fetch_older(settings, feed)
        except AlreadyRunning:
            _say(AT_WORK)
            _wait(backfills, feed)
        except KeyboardInterrupt:
            _say(LEFT)
            raise
    return _known(backfills, feed)


def _wait(backfills: "Backfills", feed: Feed) -> None:
    while True:
        known = _known(backfills, feed)
        if known.over or known.due > datetime.now(UTC) + SOON:
            return
        time.sleep(LOOK)


def _known(backfills: "Backfills", feed: Feed) -> Backfill:
    known = backfills.of(feed.id)
    if known is None:
        raise PlanetError(f"{feed.title} left meanwhile: nothing more of it is fetched.")
    return known


@contextmanager
def _followed(backfills: "Backfills", feed: Feed, quietly: bool) -> Iterator[None]:
    """Show on the terminal how far it is, as the store has it, whoever fetches."""
    ended = Event()
    with _bar(feed, quietly) as show:

        def look() -> None:
            while not ended.wait(LOOK):
                if known := backfills.of(feed.id):
                    show(known)

        looking = Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            ended.set()
            looking.join()


@contextmanager
def _bar(feed: Feed, quietly: bool) -> Iterator[Show]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quietly, transient=True) as bars:
        task = bars.add_task(escape(feed.title), total=None)

        def show(known: Backfill) -> None:
            said = f"{posts_words(known.found)}, {known.asked:,} requests"
            total = known.asked + known.left if known.left else None
            description = f"{escape(feed.title)}: {said}"
            bars.update(task, completed=known.asked, total=total, description=description)

        yield show


def _document(feed: Feed, known: Backfill, archive: Archive) -> dict[str, Any]:
    return {
        "blog": feed.slug,
        "way": known.way,
        "state": known.state,
        "requests": known.asked,
        "found": known.found,
        "left": known.left,
        "oldest": archive.oldest,
        "began": known.began,
        "ended": known.ended,
        "due": None if known.over else known.due,
        "code": known.code,
        "reason": known.detail,
    }


def _words(feed: Feed, known: Backfill, archive: Archive) -> str:
    """Say what came of it, in a sentence or a few."""
    found = f"{feed.title}: {posts_words(known.found)} found with {known.asked:,} requests."
    since = f"The record goes back to {day_words(archive.oldest)}." if archive.oldest else ""
    then = ""
    if known.state is State.STUCK:
        then = "It goes no further; the same command tries again."
    elif not known.over:
        then = f"It goes on from {moment_words(known.due)}: by itself under `planet run`, or with "
        then += "this command."
    return " ".join(filter(None, (found, since, known.detail, then)))


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
