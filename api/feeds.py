"""`planet feeds`: the blogs we follow, how each is doing and what its last visits found."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
import typer.core

from api.terminal import Json, day_words, moment_words, opened, print_json
from index.errors import NotFound, PlanetError
from index.model import Followed, Health, Outcome, Visited
from index.settings import read_settings

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


feeds = typer.Typer(cls=_OrBlog, help="List the blogs we follow; let one go.")


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
    if blog and not followed:
        raise NotFound(f"No blog is called {blog}: `planet feeds --json` tells their names.")
    chosen = [one for one in followed if status is None or one.health is status]
    if as_json:
        history = {"visits": [asdict(visit) for visit in visits]} if blog else {}
        print_json([asdict(feed_out(one)) | history for one in chosen])
        return
    for one in chosen:
        print(_details(one, visits) if blog else _line(one))
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
    from index.database import migrate, open_database
    from index.store import Store

    settings = read_settings()
    if not forget:
        raise PlanetError(
            f"To stop visiting {blog} and keep its posts, take its line out of {settings.opml}. "
            "To delete its posts as well, and keep it out for good, add --forget."
        )
    migrate(settings.database)
    database = open_database(settings.database)
    try:
        gone = Store(database).withdraw(blog)
    finally:
        database.close()
    print(
        f"{gone.title} is gone from the pages and feeds, and leaves the search with the next "
        f"refresh. Take its line out of {settings.opml}: until then every start warns of it."
    )


def _line(one: Followed) -> str:
    newest = day_words(one.newest.sort_at) if one.newest else "no posts yet"
    said = f"It seems to be at {one.poll.moving_to} now." if one.health is Health.MOVED else ""
    said = said or one.poll.detail
    return f"{one.health.value:<10}{one.posts:>5}  {newest:<17} {one.feed.title}  {said}".rstrip()


def _details(one: Followed, visits: Sequence[Visited]) -> str:
    from web.standing import standing

    feed, poll = one.feed, one.poll
    how = standing(one, datetime.now(UTC))
    lines = {
        "Blog": feed.title,
        "Home page": feed.site,
        "Feed": feed.url or "not known yet",
        "Kind": feed.kind.value,
        "Councils": ", ".join(feed.councils),
        "Doing": f"{one.health.value}. {how.sentence}",
        "To do": to_do(one),
        "Failing": f"since {moment_words(poll.failing_since)}" if poll.failing_since else "",
        "Posts": str(one.posts),
        "Newest": f"{one.newest.title}, {day_words(one.newest.sort_at)}" if one.newest else "",
        "Last visit": moment_words(poll.visited),
        "Next visit": moment_words(max(poll.due, poll.not_before)),
    }
    told = [f"{name + ':':<12} {value}" for name, value in lines.items() if value]
    return "\n".join([*told, *_history(visits)])


def to_do(one: Followed) -> str:
    """Return what a moderator or the operator has to decide, if anything."""
    if one.health is not Health.MOVED:
        return TO_DO.get(one.poll.problem, "")
    return (
        f"if {one.poll.moving_to} is the same blog, make it the xmlUrl of its line "
        "in the list of blogs; it stays the same blog, with its posts."
    )


def _history(visits: Sequence[Visited]) -> list[str]:
    if not visits:
        return []
    return ["", f"The last {len(visits)} visits:" if len(visits) > 1 else "One visit:"] + [
        f"  {moment_words(visit.at):<28}  {CAME[visit.outcome]:<9} {visit.status or '':>4}  "
        f"{f'{visit.new} new' if visit.new else '':<8} {visit.detail}".rstrip()
        for visit in visits
    ]
