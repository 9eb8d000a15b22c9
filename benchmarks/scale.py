"""How much is measured: enough to judge by, or a quick look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large the measured things are."""

    feeds: int  # crawled side by side, and watched for their memory
    serial: int  # of them, for a program that fetches one after the other
    rounds: int  # of each side-by-side measurement
    searched: int  # posts in the searched index
    stored: int  # posts in the store whose crawler's memory is watched
    passes: int  # over all feeds while it is watched
    known: tuple[int, ...]  # feeds in the store while a hundred of them are due
    compared: int  # posts in the engines that are put side by side
    lasts: int  # seconds of steady searching
    crowded: int  # seconds of searching in a crowd
    archived: int  # posts of a blog with a back catalogue
    judges: bool  # whether the targets, which are for the full size, say anything


FULL = Scale(
    feeds=1_000,
    serial=100,
    rounds=2,
    searched=100_000,
    compared=20_000,
    lasts=30,
    crowded=60,
    archived=2_000,
    stored=100_000,
    passes=50,
    known=(200, 2_000, 20_000),
    judges=True,
)
QUICK = Scale(
    feeds=50,
    serial=10,
    rounds=1,
    searched=2_000,
    compared=500,
    lasts=3,
    crowded=3,
    archived=60,
    stored=2_000,
    passes=5,
    known=(200, 400),
    judges=False,
)
