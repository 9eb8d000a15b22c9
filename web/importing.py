"""Taking in somebody's list of blogs, for moderators: what it would bring, then what is ticked.

GET  /moderate/import       the form for an OPML file
POST /moderate/import       such a file ─► what would become of each of its lines
POST /moderate/import/add   the lines that are ticked ─► our list of blogs, and the log

Nothing is kept between the two: the second form brings the lines along.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from index.errors import OpmlError, StoreError
from index.imported import LARGEST, MOST, Fate, Line, read_import
from index.imports import Imports
from index.moderators import Session
from index.opml import unparse
from web.posted import read_fields, read_upload
from web.problems import problem_page
from web.signing import HOME, Signing, check, leads, private
from web.site import Site

PATH = f"{HOME}/import"
SHOWN = 200  # lines of each other fate
HEADINGS = {
    Fate.THERE: "In our list already",
    Fate.LEFT: "Asked to leave",
    Fate.REFUSED: "Refused before",
    Fate.UNVISITABLE: "Cannot be visited",
    Fate.UNREADABLE: "Cannot be read",
}
NOTHING = "Choose a file first."
NONE = "Tick at least one blog that is new to our list."
AGAIN = "Nothing was added. Send it again in a minute."

Fields = list[tuple[str, str]]


class Importing:
    """The page, and what its two buttons do."""

    def __init__(self, site: Site, signing: Signing) -> None:
        self.site = site
        self.signing = signing
        settings = site.settings
        self.imports = Imports(
            site.catalogue.database, settings.opml, settings.allow_addresses, site.clock
        )

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        router.add_api_route(PATH, self.asked, methods=["GET", "HEAD"])
        router.add_api_route(PATH, self.look, methods=["POST"])
        router.add_api_route(f"{PATH}/add", self.asked, methods=["GET", "HEAD"])
        router.add_api_route(f"{PATH}/add", self.add, methods=["POST"])

    def asked(self, request: Request) -> Response:
        """Show the form."""
        return self._shown(self.signing.required(request))

    async def look(self, request: Request) -> Response:
        """Say what a file would bring. Nobody else's is read: it may be large."""
        session = await run_in_threadpool(self.signing.required, request)
        fields, body = await read_upload(request, self.site.settings.base_url, LARGEST)
        check(session, fields)
        return await run_in_threadpool(self._looked_at, session, body)

    async def add(self, request: Request) -> Response:
        """Add what is ticked."""
        session = await run_in_threadpool(self.signing.required, request)
        base = self.site.settings.base_url
        fields = await read_fields(request, base, 3 * LARGEST, MOST + 9)  # "<" is sent as "%3C"
        check(session, dict(fields))
        return await run_in_threadpool(self._add, session, fields)

    def _looked_at(self, session: Session, body: bytes, error: str = "") -> Response:
        if not body:
            return self._shown(session, NOTHING)
        try:
            lines = self.imports.preview(read_import(body))
        except OpmlError as failure:
            return self._shown(session, str(failure))
        return self._shown(session, error, lines)

    def _add(self, session: Session, fields: Fields) -> Response:
        ticked = {value for name, value in fields if name == "take"}
        body = dict(fields).get("list", "").strip().encode()
        try:
            theirs = read_import(body)
            chosen = tuple(one for one in theirs.feeds if (one.url or one.site) in ticked)
            added = self.imports.take(replace(theirs, feeds=chosen), session.name)
        except OpmlError as error:
            return self._shown(session, str(error))
        except StoreError:
            return problem_page(self.site, 503, AGAIN)
        return leads(f"{HOME}/log") if added else self._looked_at(session, body, NONE)

    def _shown(
        self, session: Session, error: str = "", lines: Sequence[Line] | None = None
    ) -> Response:
        by_fate = sorted(lines or (), key=lambda one: list(Fate).index(one.fate))
        fates = {fate: list(of) for fate, of in groupby(by_fate, lambda one: one.fate)}
        new = fates.pop(Fate.NEW, [])
        return private(
            self.site,
            "importing.html",
            status=400 if error else 200,
            session=session,
            error=error,
            looked=lines is not None,
            new=new,
            list=unparse((one.feed for one in new if one.feed), title="New blogs").decode(),
            others=[(HEADINGS[fate], of) for fate, of in fates.items()],
            shown=SHOWN,
            largest=LARGEST // 1_000_000,
        )
