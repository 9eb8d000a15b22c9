"""The JSON API's posts: all of them or a part, newest first, and each with those like it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import TypeAdapter

from api import examples
from api.described import Description, register, validator, written
from api.routes import EntryOut, entry_out
from index.model import Cursor, Kind
from index.slices import Slice
from web.alike import alike, edition
from web.fresh import PAGE_AGE, conditional
from web.site import Site

MOST = 100

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many entries to return")]
Place = Annotated[
    str, Query(max_length=60, description="A place in the list, from `older` or `newer`")
]
Nation = Literal["", "england", "scotland", "wales", "northern-ireland"]
KINDS = ", ".join(Kind)
Id = Annotated[str, Path(description="The post, by the id that lists of posts tell")]
Slug = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesOut:
    """Part of the planet, newest first, and the places where it goes on."""

    entries: list[EntryOut]
    older: str | None = None
    newer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEntryOut:
    """A post, the ids of posts about the same, the most like it first, and who answers whom.

    `discussed_by` are the posts of other blogs that link to it, `answers` those that it links to:
    the newest twenty of each.
    """

    entry: EntryOut
    alike: tuple[str, ...]
    discussed_by: tuple[EntryOut, ...]
    answers: tuple[EntryOut, ...]


_SOME = TypeAdapter(EntriesOut)
_ONE = TypeAdapter(OneEntryOut)


_SOME_SAID = Description(
    told=EntriesOut,
    summary="The planet, newest first",
    text="Filters narrow it exactly; a blog or council that nobody knows has no posts. "
    "Page on with `before`, which takes `older`, and `after`, which takes `newer`.",
    example={
        "entries": [examples.ENTRY],
        "older": "64fe309bfd000-3f9c0a7d2b6e4158",
        "newer": "64fe309bfd000-3f9c0a7d2b6e4158",
    },
    tag="entries",
)
_ONE_SAID = Description(
    told=OneEntryOut,
    summary="A post, those like it, and who answers whom",
    text="`alike` is empty while the search index cannot be used. `discussed_by` are posts of "
    "other blogs that link to it, `answers` those that it links to: the newest twenty of each.",
    example={
        "entry": examples.ENTRY,
        "alike": ["9b1d5e60c2f84a77"],
        "discussed_by": [{**examples.ENTRY, "id": "9b1d5e60c2f84a77"}],
        "answers": [],
    },
    tag="entries",
)


def asked_slice(
    blog: Annotated[Slug, Query(description="Only of this blog, by its slug")] = "",
    kind: Annotated[
        Kind | Literal[""], Query(description=f"Only of blogs of this kind: {KINDS}")
    ] = "",
    nation: Annotated[Nation, Query(description="Only of blogs in this nation")] = "",
    council: Annotated[Slug, Query(description="Only of this council, by its slug")] = "",
    since: Annotated[
        str,
        Query(
            max_length=40,
            description="Only first seen here after this time, such as 2026-05-01T10:00Z",
        ),
    ] = "",
) -> Slice:
    """Read which part of the planet is asked for."""
    return Slice(
        blog=blog, kind=kind or None, nation=nation, council=council, since=_moment(since)
    )


class Entries:
    """What there is to read."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def some(
        self,
        request: Request,
        of: Annotated[Slice, Depends(asked_slice)],
        limit: Limit = 20,
        before: Place = "",
        after: Place = "",
    ) -> Response:
        """Tell the newest posts, or those beside a place in the list."""
        older, newer = _place(before), _place(after)
        asked = ("/api/entries", repr(of), str(limit), str(older), str(newer))
        known = validator(self.site.catalogue.version(), *asked)

        def make() -> Response:
            return written(_SOME, _entries(self.site, of, limit, older, newer))

        return conditional(request, known, PAGE_AGE, make)

    def one(self, request: Request, id: Id) -> Response:
        """Tell one post."""
        asked = ("/api/entries", id, edition(self.site))
        known = validator(self.site.catalogue.version(), *asked)
        post = self.site.catalogue.post(id)

        def make() -> Response:
            like = tuple(other.id for other in alike(self.site, post))
            talk = self.site.catalogue.discussion(id)
            told = OneEntryOut(
                entry=entry_out(post),
                alike=like,
                discussed_by=tuple(map(entry_out, talk.by)),
                answers=tuple(map(entry_out, talk.answers)),
            )
            return written(_ONE, told)

        return self.site.kept.conditional(request, known, PAGE_AGE, make)


def create_entries(site: Site) -> APIRouter:
    """Return the routes of posts over `site`."""
    router, entries = APIRouter(), Entries(site)
    register(router, "/api/entries", entries.some, _SOME_SAID)
    register(router, "/api/entries/{id}", entries.one, _ONE_SAID)
    return router


def _entries(
    site: Site, of: Slice, limit: int, older: Cursor | None, newer: Cursor | None
) -> EntriesOut:
    posts = site.catalogue.latest(limit + 1, before=older, after=newer, of=of)
    more = len(posts) > limit
    posts = posts[-limit:] if newer else posts[:limit]
    goes_on = bool(posts) and (more or newer is not None)
    here = newer or older
    return EntriesOut(
        entries=[entry_out(post) for post in posts],
        older=str(Cursor.of(posts[-1])) if goes_on else None,
        newer=str(Cursor.of(posts[0])) if posts else (str(here) if here else None),
    )


def _place(text: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError as error:
        raise HTTPException(400, str(error)) from error


def _moment(text: str) -> datetime | None:
    """Read a time, which is in UTC if it does not say; the plus of an address is a blank."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        detail = "since: say it as a time, such as 2026-05-01T10:00Z or 2026-05-01."
        raise HTTPException(400, detail) from error
