"""Suggesting a blog, and following what becomes of it.

The page of a suggestion is its token's: nothing links to it, nobody may keep it, and
search engines are asked to leave it out. What is pending is shown nowhere else.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from index.councils import Council, councils
from index.errors import StoreBusy, StoreFull, SubmissionError
from index.members import AT_ONCE
from index.pending import Preview
from index.reasons import REASONS
from index.submission import State, Submission
from index.submissions import Submissions
from index.suggested import read_address, read_proposal
from web.posted import number, read_form
from web.problems import problem_page
from web.render import page
from web.rhythm import rhythm
from web.site import Site
from web.stamps import Stamps, check_sender
from web.words import KINDS

WATCHED = timedelta(minutes=15)  # a page that waits loads itself again so long
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",  # the token stays here, and forms still say their origin
}
BUSY = "We are busy, and nothing was kept. Send it again in a minute."
FIELDS = ("address", "kind", "council", "note", "email")

Fields = Mapping[str, str]


class Submit:
    """The form for suggestions, and a page for each of them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.submissions = Submissions(site.catalogue.database, site.clock)
        self.stamps = Stamps(site.settings.home, site.clock)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        for path, shown, sent in (
            ("/submit", self.form, self.submit),
            ("/submissions/{token}", self.submission, self.act),
        ):
            router.add_api_route(path, shown, methods=["GET", "HEAD"])
            router.add_api_route(path, sent, methods=["POST"])

    def form(self, address: str = "") -> Response:
        """Show the form."""
        return self._form({"address": address[:2_000]})

    async def submit(self, request: Request) -> Response:
        """Take a suggestion, and lead to its page."""
        fields = await read_form(request, self.site.settings.base_url)
        return await run_in_threadpool(self._submit, fields)

    def submission(self, token: str) -> Response:
        """Show how far a suggestion has come."""
        return self._shown(self.submissions.by_token(token), token=token)

    async def act(self, request: Request, token: str) -> Response:
        """Do what a button of that page says, and lead back to it."""
        fields = await read_form(request, self.site.settings.base_url)
        return await run_in_threadpool(self._act, token, fields)

    def _submit(self, fields: Fields) -> Response:
        settings = self.site.settings
        try:
            check_sender(self.stamps, fields)
            address = read_address(
                fields.get("address", ""),
                own=settings.base_url,
                private_ok=settings.allow_addresses,
            )
            said = read_proposal(
                kind=fields.get("kind", ""),
                council=fields.get("council") or None,
                note=fields.get("note", ""),
                email=fields.get("email", ""),
            )
            token, _ = self.submissions.submit(address, said)
        except SubmissionError as error:
            if error.code == "full":
                return problem_page(self.site, 503, str(error), retry_after=3_600)
            return self._form(fields, error)
        except (StoreBusy, StoreFull):
            return problem_page(self.site, 503, BUSY)
        return _back(token)

    def _act(self, token: str, fields: Fields) -> Response:
        acts: dict[str, Callable[[], object]] = {
            "choose": partial(self.submissions.choose, token, number(fields.get("feed", ""))),
            "members": partial(self.submissions.choose_members, token, _ticked(fields)),
            "correct": partial(self._correct, token, fields),
            "answer": partial(self.submissions.answer, token, fields.get("answer", "")),
            "withdraw": partial(self.submissions.withdraw, token),
        }
        try:
            if act := acts.get(fields.get("do", "")):
                act()
        except SubmissionError as error:
            one = self.submissions.by_token(token)
            return self._shown(one, error, token=token, ticked=_ticked(fields))
        except (StoreBusy, StoreFull):
            return problem_page(self.site, 503, BUSY)
        return _back(token)

    def _correct(self, token: str, fields: Fields) -> None:
        said = read_proposal(
            title=fields.get("title", ""),
            kind=fields.get("kind", ""),
            council=fields.get("council", ""),
        )
        self.submissions.correct(token, said)

    def _form(self, fields: Fields, error: SubmissionError | None = None) -> Response:
        held = {name: fields.get(name, "") for name in FIELDS}
        return self._private(
            "submit.html",
            status=422 if error else 200,
            held=held,
            error=error,
            opened=self.stamps.kept(fields.get("opened", "")),
        )

    def _shown(
        self,
        one: Submission,
        error: SubmissionError | None = None,
        *,
        token: str,
        ticked: Collection[int] = (),
    ) -> Response:
        preview = self.submissions.preview(one) if one.state is State.WAITING else None
        return self._private(
            "submission.html",
            status=409 if error else 200,
            one=one,
            state=one.state.value,
            feeds=[(n, f) for n, f in enumerate(one.found) if not f.member],
            **self._members(one, token),
            ticked=ticked,
            reason=REASONS.get(one.reason),
            preview=preview,
            doubt=REASONS["unsure"] if preview and preview.doubtful else None,
            rhythm=rhythm(preview.moments) if preview else "",
            refresh=self._refresh(one, preview),
            error=error,
        )

    def _members(self, one: Submission, token: str) -> dict[str, Any]:
        """Return the blogs of a network: those that were chosen, are known, and may be chosen."""
        members = {n: found for n, found in enumerate(one.found) if found.member}
        chosen = self.submissions.chosen(token) if members else []
        numbers = {c.number for c in chosen}
        known = self.submissions.known(one.found) if members else {}
        left = [(n, found) for n, found in members.items() if n not in numbers]
        return {
            "members": bool(members),
            "chosen": [(c, one.found[c.number]) for c in chosen],
            "pending": sum(c.state is State.LOOKING for c in chosen),
            "known": [(found, known[n]) for n, found in left if n in known],
            "free": [(n, found) for n, found in left if n not in known],
            "most": AT_ONCE,
            "reasons": REASONS,
        }

    def _refresh(self, one: Submission, preview: Preview | None) -> int:
        """Return after how many seconds there may be something new, or 0."""
        unread = preview is not None and preview.visited is None
        waits = one.state is State.LOOKING or unread
        since = self.site.clock() - one.changed
        return (3 if since < timedelta(minutes=1) else 15) if waits and since < WATCHED else 0

    def _private(self, template: str, *, status: int, **values: Any) -> Response:
        shown = page(
            self.site, template, status=status, kinds=KINDS, councils=councils_of_today(), **values
        )
        shown.headers.update(PRIVATE)
        return shown


def councils_of_today() -> list[Council]:
    """Return the councils of today, by the names people use."""
    today = [one for one in councils().values() if one.ended is None]
    return sorted(today, key=lambda one: one.short_name)


def _ticked(fields: Fields) -> list[int]:
    """Return the numbers of the boxes that were ticked."""
    return [number(name[2:]) for name in fields if name.startswith("m-")]


def _back(token: str) -> Response:
    return RedirectResponse(f"/submissions/{token}", 303, headers=PRIVATE)
