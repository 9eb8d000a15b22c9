"""`planet search`: the site's search at the terminal, with what was made of the words."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from api.terminal import Json, day_words, opened, posts_words, print_json
from index.finding import Reading, Results, Sort


def search(
    query: Annotated[
        list[str],
        typer.Argument(
            help="Words, “exact phrases”, -not, one OR other, begin*, and filters: topic:housing "
            "tag: council:hackney nation:wales region: kind:supplier blog: author: title: "
            "lang:cy has:licence year:2024 after:2023 before:2024-06-30. "
            "Put -- before a query that begins with a minus."
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many posts to show.")] = 10,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first.")] = False,
    only: Annotated[
        bool, typer.Option("--only-typed", help="Look for nothing that means the same.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find posts."""
    from dataclasses import replace

    from api.routes import entry_out
    from index.query import parse_query
    from index.search import open_search
    from index.understood import describe
    from web.words import blog_names

    with opened() as (settings, catalogue):
        asked = replace(parse_query(" ".join(query)), widened=not only)
        engine = open_search(settings.search)
        order = Sort.NEWEST if newest else Sort.RELEVANCE
        results = engine.find(asked, sort=order, limit=limit) if asked else Results()
        reading = engine.read(asked) if asked else Reading()
        engine.close()
        posts = catalogue.posts([hit.id for hit in results.hits])
        understood = describe(asked, blog_names(catalogue.listed()))
    if as_json:
        print_json(
            {
                "understood": understood,
                "also": dict(reading.also),
                "instead": dict(reading.instead),
                "unknown": reading.unknown,
                "total": results.total,
                "counted": results.counted,
                "entries": [asdict(entry_out(post)) for post in posts],
            }
        )
        return
    print(" ".join([understood, *_read(reading), f"{posts_words(results.counted)}."]))
    for post in posts:
        print(f"\n{post.title}\n  {post.feed.title}, {day_words(post.sort_at)}\n  {post.url}")


def _read(reading: Reading) -> Iterator[str]:
    """Say what was made of the words, a sentence each."""
    from index.understood import also_words, instead_words, unknown_words

    yield from (instead_words(*pair) for pair in reading.instead.items())
    yield from filter(None, (also_words(reading), unknown_words(reading)))
