"""`planet wanted`: what people looked for and did not find."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.terminal import Json, day_words, opened, print_json


def wanted(
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 50,
    as_json: Json = False,
) -> None:
    """Show what people looked for on the site and did not find, the commonest first."""
    from index.wanted import Wanted

    with opened() as (_, catalogue):
        missed = Wanted(catalogue.database, lambda: datetime.now(UTC)).most(limit)
    if as_json:
        print_json([asdict(one) for one in missed])
        return
    for one in missed:
        print(f"{one.times:>6}  {one.query}  (last on {day_words(one.last)})")
    if not missed:
        print("Every search has found something, or nobody has searched yet.")
