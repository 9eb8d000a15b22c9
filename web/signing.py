"""Signing in to moderate, and out again: a cookie that scripts and other sites cannot use.

    GET  /moderate          who is not signed in sees the form
    POST /moderate/sign-in  name and password ─► a new session, whatever came with the request
    GET  /moderate/sessions the browsers one is signed in with; POST ends one of them, or all

Every form carries what only a page of this session can know (`Session.form`), besides the
browser's own word that it comes from here (`web.posted`).
"""

import hmac
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from index.errors import ModeratorError
from index.moderators import LASTING, Moderators, Session
from web.posted import read_form
from web.quota import Quota, network
from web.render import page
from web.site import Site

HOME = "/moderate"
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
}
# Failures alone count, so that nobody who knows the password waits long: of one network
# for one name, of one network, for one name, and of everybody.
NEAR, FROM, NAMED, ALL = ("5 per 15 minutes", "20 per hour", "60 per day", "200 per hour")

Fields = Mapping[str, str]


class Signing:
    """The form to sign in with, and the sessions."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.moderators = Moderators(site.catalogue.database, site.clock)
        self._quotas = [Quota(rule) for rule in (NEAR, FROM, NAMED, ALL)]
        secure = site.settings.base_url.startswith("https://")
        self._secure = secure
        self._cookie = "__Host-planet-session" if secure else "planet-session"

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        router.add_api_route(f"{HOME}/sign-in", self.sign_in, methods=["POST"])
        router.add_api_route(f"{HOME}/sign-in", self.home, methods=["GET", "HEAD"])
        router.add_api_route(f"{HOME}/sign-out", self.sign_out, methods=["POST"])
        router.add_api_route(f"{HOME}/sessions", self.sessions, methods=["GET", "HEAD"])
        router.add_api_route(f"{HOME}/sessions", self.end, methods=["POST"])

    def session(self, request: Request) -> Session | None:
        """Return the session of whoever asks, if there is one."""
        token = request.cookies.get(self._cookie, "")
        return self.moderators.session(token) if token else None

    def required(self, request: Request) -> Session:
        """Return the session of whoever asks; raises HTTPException, which leads to the form."""
        session = self.session(request)
        if session is None:
            raise HTTPException(303, headers={"Location": HOME, **PRIVATE})
        return session

    async def form(self, request: Request) -> tuple[Session, Fields]:
        """Return who sent a form, and its fields; raises HTTPException if it is not theirs."""
        fields = await read_form(request, self.site.settings.base_url)
        session = await run_in_threadpool(self.required, request)
        check(session, fields)
        return session, fields

    def home(self) -> Response:
        """Lead to where one signs in."""
        return leads(HOME)

    def shown(self, error: str = "", name: str = "", status: int = 200) -> Response:
        """Show the form."""
        return private(self.site, "sign_in.html", status=status, error=error, name=name)

    async def sign_in(self, request: Request) -> Response:
        """Open a session for who knows a name and its password."""
        fields = await read_form(request, self.site.settings.base_url)
        client = request.client.host if request.client else ""
        return await run_in_threadpool(self._sign_in, request, fields, network(client) or client)

    def _sign_in(self, request: Request, fields: Fields, where: str) -> Response:
        name = fields.get("name", "").strip().casefold()[:100]
        tries = list(zip(self._quotas, ((where, name), (where,), (name,), ("all",)), strict=True))
        if wait := max(quota.wait(*who) for quota, who in tries):
            error = f"That was tried too often. Try again in {-(-wait // 60)} minutes."
            return self.shown(error, name, 429)
        try:
            token = self.moderators.sign_in(
                name, fields.get("password", ""), request.headers.get("user-agent", "")
            )
        except ModeratorError as error:
            for quota, who in tries:
                quota.count(*who)
            return self.shown(str(error), name, 403)
        answer = leads(HOME)
        answer.set_cookie(
            self._cookie,
            token,
            max_age=int(LASTING.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session at hand."""
        session, _ = await self.form(request)
        await run_in_threadpool(self.moderators.sign_out, session.name, session.key)
        answer = leads(HOME)
        answer.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="lax")
        return answer

    def sessions(self, request: Request) -> Response:
        """Show in which browsers one is signed in."""
        session = self.required(request)
        held = self.moderators.sessions(session.name)
        return private(self.site, "sessions.html", session=session, held=held)

    async def end(self, request: Request) -> Response:
        """End one of one's sessions, or all of them."""
        session, fields = await self.form(request)
        key = fields.get("key", "")
        if key or fields.get("all"):
            await run_in_threadpool(self.moderators.sign_out, session.name, key)
        return leads(f"{HOME}/sessions")


def check(session: Session, fields: Fields) -> None:
    """Raise HTTPException if a form is not of this session."""
    if not hmac.compare_digest(fields.get("form", "").encode(), session.form.encode()):
        raise HTTPException(403, "This form is of another session. Open the page again.")


def private(site: Site, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page that nobody keeps."""
    shown = page(site, template, status=status, **values)
    shown.headers.update(PRIVATE)
    return shown


def leads(path: str) -> Response:
    """Lead to a page of ours after a form."""
    return RedirectResponse(path, 303, headers=PRIVATE)
