"""`planet posts`: taking down a single post, and letting it come back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import Json, opened, operator, print_json
from crawler.charset import without_controls

if TYPE_CHECKING:
    from index.decisions import Decisions

Url = Annotated[str, typer.Argument(help="The post's own address, or that of its page here.")]

posts = typer.Typer(help="Take down a single post; let it come back.", no_args_is_help=True)


@posts.command("remove", epilog="Example: planet posts remove https://a-blog.example/a-post")
def remove(
    url: Url,
    reason: Annotated[str, typer.Option(help="Why, for the log.")] = "",
    as_json: Json = False,
) -> None:
    """Delete one post, and keep it from coming back with its feed."""
    with _decisions() as decisions:
        gone = decisions.remove_post(url, operator(), reason)
    if as_json:
        print_json({"id": gone.id, "url": gone.url, "title": gone.title, "blog": gone.feed.slug})
        return
    print(
        f"“{without_controls(gone.title)}” of {gone.feed.title} is gone from pages and feeds, "
        "and leaves the search with the next refresh. "
        f"`planet posts restore /posts/{gone.id}` lets it come back."
    )


@posts.command("restore", epilog="Example: planet posts restore https://a-blog.example/a-post")
def restore(url: Url, as_json: Json = False) -> None:
    """Let a post that was taken down come back with the next visit to its blog."""
    with _decisions() as decisions:
        removal = decisions.restore_post(url, operator())
    if as_json:
        print_json({"id": removal.id, "blog": removal.feed.slug})
        return
    print(
        f"The next visit to {removal.feed.title} brings the post back, if its feed still has it."
    )


@contextmanager
def _decisions() -> Iterator["Decisions"]:
    from index.decisions import Decisions

    with opened() as (settings, catalogue):
        yield Decisions(catalogue.database, settings.opml)
