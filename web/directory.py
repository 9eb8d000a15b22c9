"""The blogs in groups, as the directory shows them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from index.errors import NotFound
from index.model import Followed, Kind
from web.standing import standing

ALL, TROUBLED = "", "troubled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A way to narrow the directory down, and how many blogs it leaves."""

    key: str
    kind: Kind | None
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The blogs to show by kind, and the choices there are."""

    groups: tuple[tuple[Kind, tuple[Followed, ...]], ...]
    choices: tuple[Choice, ...]
    count: int


def directory(blogs: Sequence[Followed], show: str, now: datetime) -> Directory:
    """Arrange `blogs`, which are in order, as far as `show` asks; raises NotFound."""
    sets: dict[str, list[Followed]] = {ALL: list(blogs)}
    sets |= {kind.value: [b for b in blogs if b.feed.kind is kind] for kind in Kind}
    sets[TROUBLED] = [b for b in blogs if standing(b, now).troubled]
    if show not in sets:
        raise NotFound("There is no such group of blogs.")
    chosen = sets[show]
    groups = [(kind, tuple(b for b in chosen if b.feed.kind is kind)) for kind in Kind]
    return Directory(
        groups=tuple((kind, members) for kind, members in groups if members),
        choices=tuple(
            Choice(
                key=key,
                kind=Kind(key) if key not in (ALL, TROUBLED) else None,
                count=len(members),
                chosen=key == show,
            )
            for key, members in sets.items()
            if members or key == show
        ),
        count=len(chosen),
    )
