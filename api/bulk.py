"""All posts in one file, for programs: JSON Lines, and CSV for spreadsheets.

What anybody may have: what we know of each post, its excerpt, and its text where the
licence is open. It is sent as it is read, newest first; what breaks off half-way ends
without the last chunk, so that nobody takes it for the whole.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter

from api import examples
from api.described import KNOWN, validator
from api.entries import asked_slice
from api.routes import EntryOut, entry_out
from index.bulk import Copy, copies
from index.slices import Slice
from web.fresh import conditional
from web.site import Site

AGE = 3600  # seconds: who wants the newest asks /api/entries
ABOUT = (
    "Newest first, in one file, narrowed by the same filters. `text` is the whole text of posts "
    "whose licence is open, and empty for the others. Come with If-None-Match, and with `since` "
    "for what is new: a download counts as 20 searches."
)
COLUMNS = (
    *("id", "url", "title", "published", "updated", "first_seen", "excerpt", "text"),
    *("authors", "tags", "topics", "language", "licence"),
    *("blog", "blog_title", "blog_site", "kind", "councils", "nation"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would carry out (OWASP)

Write = Callable[[list[Copy]], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOut:
    """A post, and its whole text where the licence is open."""

    entry: EntryOut
    text: str


_COPY = TypeAdapter(CopyOut)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A form that the file comes in."""

    extension: str
    media_type: str
    head: bytes
    write: Write
    summary: str
    example: object


def json_lines(batch: list[Copy]) -> bytes:
    """Write posts down, a line of JSON for each."""
    made = (CopyOut(entry=entry_out(one.post), text=one.text) for one in batch)
    return b"".join(_COPY.dump_json(one) + b"\n" for one in made)


def table(batch: list[Copy]) -> bytes:
    """Write posts down as rows of CSV (RFC 4180)."""
    held = io.StringIO(newline="")
    csv.writer(held).writerows([*map(_harmless, _row(one))] for one in batch)
    return held.getvalue().encode("utf-8", "replace")


def _row(copy: Copy) -> tuple[str, ...]:
    post, feed = copy.post, copy.post.feed
    dates = (post.published, post.updated, post.first_seen)
    return (
        *(post.id, post.url, post.title),
        *(moment.isoformat() if moment else "" for moment in dates),
        *(post.excerpt, copy.text),
        *("; ".join(many) for many in (post.authors, post.tags, post.topics)),
        *(post.language, post.licence, feed.slug, feed.title, feed.site),
        *(feed.kind.value, "; ".join(post.councils), feed.nation),
    )


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a stranger's words for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


FORMATS = (
    Format(
        extension="jsonl",
        media_type="application/jsonl",
        head=b"",
        write=json_lines,
        summary="All posts, as JSON Lines",
        example={"entry": examples.ENTRY, "text": ""},
    ),
    Format(
        extension="csv",
        media_type="text/csv; charset=utf-8; header=present",
        head=b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n",  # or Excel guesses
        write=table,
        summary="All posts, as CSV",
        example=",".join(COLUMNS),
    ),
)


def create_bulk(site: Site) -> APIRouter:
    """Return the routes of the files over `site`."""
    router = APIRouter()
    for form in FORMATS:
        _add(router, site, form)
    return router


def _add(router: APIRouter, site: Site, form: Format) -> None:
    path = f"/api/entries.{form.extension}"

    def download(request: Request, of: Annotated[Slice, Depends(asked_slice)]) -> Response:
        known = validator(site.catalogue.version(), path, repr(of))
        return conditional(request, known, AGE, lambda: _file(site, request, form, of))

    shown = {"content": {form.media_type.partition(";")[0]: {"example": form.example}}}
    router.add_api_route(
        path,
        download,
        methods=["GET"],
        response_class=StreamingResponse,
        summary=form.summary,
        description=ABOUT,
        tags=["entries"],
        responses={200: shown, 304: KNOWN, "4XX": examples.PROBLEM, 503: examples.PROBLEM},
    )
    router.add_api_route(path, download, methods=["HEAD"], include_in_schema=False)


def _file(site: Site, request: Request, form: Format, of: Slice) -> Response:
    """Begin to read, so that what fails at once is said; the rest is read as it is sent."""
    headers = {"Content-Disposition": f'attachment; filename="posts.{form.extension}"'}
    if request.method == "HEAD":
        return Response(media_type=form.media_type, headers=headers)
    batches = copies(site.catalogue, of)
    first = next(batches, [])
    body: Iterator[bytes] = chain([form.head], map(form.write, chain([first], batches)))
    return StreamingResponse(body, media_type=form.media_type, headers=headers)
