"""`planet feeds`: the blogs we follow, how each is doing and what its last visits found."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from api.terminal import Json, day_words, moment_words, opened, operator, print_json
from index.backfill import Archive
from index.errors import NotFound, PlanetError
from index.model import Followed, Health, Outcome, PageCount, Visited
from index.settings import Settings, read_settings

if TYPE_CHECKING:
    from index.store import Store

CAME = {
    Outcome.READ: "read",
    Outcome.SAME: "unchanged",
    Outcome.FOUND: "found",
    Outcome.FAILED: "failed",
}


CORRECT = "see where the blog is now, and correct its line in the list of blogs."
LOST = ("address", "port", "dns", "http-404", "html", "opml", "not-a-feed", "no-feed-found")
NETWORK = {"private": "if that network is your own, name it in PLANET_ALLOW_ADDRESSES."}
TO_DO = {**dict.fromkeys(LOST, CORRECT), **NETWORK}


class _OrBlog(typer.core.TyperGroup):
    """A group of commands where any other word is a blog's name, for `planet feeds BLOG`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command `list` before words that name none."""
        if not {*args} & {*self.commands, *ctx.help_option_names}:
            args = ["list", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


feeds = typer.Typer(cls=_OrBlog, help="List the blogs we follow; let one go, move, or post.")


@feeds.command("list", epilog="Examples: planet feeds --status failing, planet feeds some-blog")
def list_feeds(
    blog: Annotated[
        str, typer.Argument(help="A blog's short name, for its details and its last visits.")
    ] = "",
    status: Annotated[
        Health | None, typer.Option(help="Only the blogs that are doing like this.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the blogs we follow and how each is doing."""
    from api.routes import feed_out

    with opened() as (_, catalogue):
        followed = [one for one in catalogue.blogs() if blog in ("", one.feed.slug)]
        visits = catalogue.visits(blog) if blog else []
        archive = catalogue.archive(blog) if blog else Archive()
        pages = catalogue.pages(blog) if blog else PageCount()
    if blog and not followed:
        raise NotFound(f"No blog is called {blog}: `planet feeds --json` tells their names.")
    chosen = [one for one in followed if status is None or one.health is status]
    if as_json:
        told = {"visits": [asdict(visit) for visit in visits], "pages": asdict(pages)}
        history = told | {"archive": asdict(archive)} if blog else {}
        print_json([asdict(feed_out(one)) | history for one in chosen])
        return
    for one in chosen:
        print(_details(one, visits, pages, archive) if blog else _line(one))
    if not chosen:
        print("No blog is doing like this." if status else "No blog is followed yet.")


@feeds.command("remove", epilog="Example: planet feeds remove some-blog --forget")
def remove_feed(
    blog: Annotated[str, typer.Argument(help="The blog's short name.")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Delete its posts too, and never take it back.")
    ] = False,
) -> None:
    """Let a blog go, as its owner asked."""
    settings = read_settings()
    if not forget:
        raise PlanetError(
            f"To stop visiting {blog} and keep its posts, take its line out of {settings.opml}. "
            "To delete its posts as well, and keep it out for good, add --forget."
        )
    from index.decisions import Decisions

    with _store() as (settings, store):
        gone = Decisions(store.database, settings.opml).remove(blog, operator())
    print(
        f"{gone.title} is gone from the pages and feeds and from {settings.opml}, and leaves the "
        "search with the next refresh. Nobody can suggest it again."
    )


@feeds.command("accept", epilog="Example: planet feeds accept some-blog")
def accept_move(blog: Annotated[str, typer.Argument(help="The blog's short name.")]) -> None:
    """Write the address that a blog seems to have moved to into the list of blogs."""
    from crawler.listing import Listing
    from index.decisions import Decisions

    with _store() as (settings, store):
        decisions = Decisions(store.database, settings.opml)
        move = decisions.move(blog, operator(), accepted=True)
        Listing(path=settings.opml, store=store).follow(datetime.now(UTC), _warn)
    print(f"{move.feed.title} is at {move.to} now, in {settings.opml} too; it is visited soon.")


@feeds.command("refuse", epilog="Example: planet feeds refuse some-blog")
def refuse_move(blog: Annotated[str, typer.Argument(help="The blog's short name.")]) -> None:
    """Forget where a blog seems to have moved to."""
    from index.decisions import Decisions

    with _store() as (settings, store):
        decisions = Decisions(store.database, settings.opml)
        move = decisions.move(blog, operator(), accepted=False)
    print(
        f"{move.feed.title} stays at {move.feed.url}. {move.to} is proposed again if the blog "
        "goes on leading there for a week."
    )


@feeds.command("release", epilog="Example: planet feeds release some-blog")
def release_posts(blog: Annotated[str, typer.Argument(help="The blog's short name.")]) -> None:
    """Publish the posts that are held of a blog: they are its own."""
    from index.decisions import Decisions

    with _store() as (settings, store):
        freed = Decisions(store.database, settings.opml).release(blog, operator())
    print(
        f"{freed.title} is released: its posts are on the pages and in the feeds, and in the "
        "search with the next refresh."
    )


@contextmanager
def _store() -> Iterator[tuple[Settings, "Store"]]:
    """Give the settings, and the store as the crawler sees it."""
    from index.database import migrate, open_database
    from index.store import Store

    settings = read_settings()
    migrate(settings.database)
    database = open_database(settings.database)
    try:
        yield settings, Store(database)
    finally:
        database.close()


def _warn(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _line(one: Followed) -> str:
    newest = day_words(one.newest.sort_at) if one.newest else "no posts yet"
    said = f"It seems to be at {one.poll.moving_to} now." if one.health is Health.MOVED else ""
    said = (one.held.sentence if one.held else said) or one.poll.detail
    return f"{one.health.value:<10}{one.posts:>5}  {newest:<17} {one.feed.title}  {said}".rstrip()


def _details(one: Followed, visits: Sequence[Visited], pages: PageCount, archive: Archive) -> str:
    from web.standing import archive_words, pages_words, standing

    feed, poll = one.feed, one.poll
    how = standing(one, datetime.now(UTC))
    lines = {
        "Blog": feed.title,
        "Home page": feed.site,
        "Feed": feed.url or "not known yet",
        "Kind": feed.kind.value,
        "Councils": ", ".join(feed.councils),
        "Doing": f"{one.health.value}. {how.sentence}",
        "Held": one.held.sentence if one.held else "",
        "To do": to_do(one),
        "Failing": f"since {moment_words(poll.failing_since)}" if poll.failing_since else "",
        "Posts": str(one.posts),
        "Pages": pages_words(pages),
        "Newest": f"{one.newest.title}, {day_words(one.newest.sort_at)}" if one.newest else "",
        "Record": archive_words(archive),
        "Last visit": moment_words(poll.visited),
        "Next visit": moment_words(max(poll.due, poll.not_before)),
    }
    told = [f"{name + ':':<12} {value}" for name, value in lines.items() if value]
    return "\n".join([*told, *_history(visits)])


def to_do(one: Followed) -> str:
    """Return what a moderator or the operator has to decide, if anything."""
    if one.held:
        return (
            f"if its new posts are its own, `planet feeds release {one.feed.slug}` publishes "
            f"them; if not, `planet feeds remove {one.feed.slug} --forget` lets the blog go."
        )
    if one.health is not Health.MOVED:
        return TO_DO.get(one.poll.problem, "")
    return (
        f"if {one.poll.moving_to} is the same blog, `planet feeds accept {one.feed.slug}` writes "
        "it into the list of blogs, where it stays the same blog with its posts; if it is not, "
        f"`planet feeds refuse {one.feed.slug}` forgets it."
    )


def _history(visits: Sequence[Visited]) -> list[str]:
    if not visits:
        return []
    return ["", f"The last {len(visits)} visits:" if len(visits) > 1 else "One visit:"] + [
        f"  {moment_words(visit.at):<28}  {CAME[visit.outcome]:<9} {visit.status or '':>4}  "
        f"{f'{visit.new} new' if visit.new else '':<8} {visit.detail}".rstrip()
        for visit in visits
    ]
