"""The `planet` command. Each command reads the settings, does one thing, and says what came of it.

Exit status: 0 done (even if some feeds failed), 1 the command itself failed, 2 bad usage.
With `--json`, one JSON document goes to standard output and nothing else does. Whatever
a command needs is imported when it runs: `planet --help` should not wait for Scrapy.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from api.backfill import backfill
from api.feeds import NETWORK, feeds
from api.lists import export, import_list
from api.moderators import moderators
from api.posts import posts
from api.searching import search
from api.submissions import submissions
from api.terminal import Json, posts_words, print_json
from api.wanted import wanted
from index import __version__
from index.errors import PlanetError
from index.settings import read_settings

app = typer.Typer(
    name="planet",
    help="Who else in local government has done this, and what did they learn?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings come from PLANET_... variables or a .env file: see the README.",
)

Host = Annotated[str, typer.Option(help="The address to serve at.")]
Port = Annotated[int, typer.Option(help="The port to serve at.", min=1, max=65535)]


def main() -> None:
    """Run the command, and turn our own errors into one sentence and exit status 1."""
    try:
        app()
    except PlanetError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; Python would complain at exit
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"council-planet {__version__}")
        raise typer.Exit


@app.callback()
def planet(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Find out who else in local government has done this, and what they learned."""


@app.command(epilog="Example: planet run --port 8080")
def run(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the site and poll the blogs, until Ctrl-C. This is the main job."""
    from api.supervise import run as supervise

    supervise(read_settings(), host, port, say=_say)


@app.command(epilog="Example: planet demo --port 8080")
def demo(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Do the same on a dozen made-up blogs, with no internet and no traces left."""
    from api.demo.stage import stage
    from api.supervise import run as supervise

    with stage(read_settings(), host, port) as settings:
        _say("The blogs of Barsetshire are made up, and served by this machine.")
        supervise(settings, host, port, say=_say)


@app.command(epilog="Example: planet crawl --all --json")
def crawl(
    all_: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Visit every blog, due or not. No blog is visited twice an hour, "
            "nor sooner than its server asks.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Visit the blogs that are due, once, tell the search index, and end."""
    from crawler.tally import Silence, report
    from crawler.worker import crawl_once
    from index.database import migrate

    settings = read_settings()
    migrate(settings.database)
    tally = crawl_once(settings, Silence() if as_json else report(), everything=all_)
    if as_json:
        print_json(tally.document())
    elif not tally.feeds:
        print("No blog is due. `planet crawl --all` visits them all the same.")
    if tally.excused:
        raise typer.Exit(1)  # the network failed us: nothing could be done


@app.command(epilog="Example: planet discover digital.barchester.example")
def discover(
    address: Annotated[str, typer.Argument(help="The blog's address, or one of its posts'.")],
    as_json: Json = False,
) -> None:
    """Find a blog's feeds from its address: what each holds, and its line for feeds.opml."""
    from api.discovery import discover as look
    from api.discovery import document, lines

    found = look(read_settings(), address, quietly=as_json)
    if as_json:
        print_json(document(found))
    else:
        for line in lines(found):
            print(line)
    if found.code:
        if not as_json:
            print(found.reason, file=sys.stderr)
            if found.code in NETWORK:
                print(f"To do: {NETWORK[found.code]}", file=sys.stderr)
        raise typer.Exit(1)


app.command(epilog='Example: planet search "user research" damp council:hackney')(search)
app.command(epilog="Example: planet backfill some-blog")(backfill)
app.command(epilog="Example: planet wanted --json")(wanted)
app.add_typer(moderators, name="moderators", epilog="Example: planet moderators add anna")
app.add_typer(submissions, name="submissions", epilog="Example: planet submissions list")
app.add_typer(feeds, name="feeds", epilog="Example: planet feeds --status failing")
app.add_typer(posts, name="posts", epilog="Example: planet posts remove URL --reason WHY")
app.command("import", epilog="Example: planet import blogs.opml --apply")(import_list)
app.command(epilog="Example: planet export blogs.opml --kind council --nation wales")(export)


@app.command(epilog="Example: planet rebuild --json")
def rebuild(as_json: Json = False) -> None:
    """Build the search index anew from the store, and swap it in."""
    from index.database import migrate, open_database
    from index.outbox import Outbox
    from index.refresh import rebuild as build

    settings = read_settings()
    migrate(settings.database)
    database = open_database(settings.database)
    try:
        shown = not as_json
        with _progress("Posts read again", "Posts indexed", shown=shown) as (read, advance):
            done = build(Outbox(database), settings.search, progress=advance, reading=read)
    finally:
        database.close()
    if as_json:
        print_json({"updated": done.updated, "deleted": done.deleted})
    else:
        print(f"The search index is new: {posts_words(done.updated)}.")


@app.command(epilog="Example: planet check --json")
def check(as_json: Json = False) -> None:
    """Say whether this installation is healthy, one line a finding."""
    from api.check import findings

    found = list(findings(read_settings()))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            print(f"{'ok  ' if finding.well else 'MEND'} {finding.sentence}")
    if not all(finding.well for finding in found):
        raise typer.Exit(1)


@contextmanager
def _progress(*labels: str, shown: bool) -> Iterator[list[Any]]:
    """Give, for each label, a function that moves its bar: how much is done, of how much."""
    from rich.console import Console
    from rich.progress import Progress

    def mover(bars: Progress, label: str) -> Any:
        task = bars.add_task(label, total=None, visible=False)
        return lambda done, total: bars.update(task, completed=done, total=total, visible=True)

    with Progress(console=Console(stderr=True), disable=not shown, transient=True) as bars:
        yield [mover(bars, label) for label in labels]


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    main()
