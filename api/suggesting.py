"""The JSON API for suggesting a blog and following what becomes of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.examples import PROBLEM
from index.errors import StoreBusy, StoreFull, SubmissionError
from index.members import Chosen
from index.model import Kind
from index.pending import Verdict
from index.reasons import REASONS
from index.submission import Found, Submission
from index.submissions import Submissions
from index.suggested import read_address, read_proposal
from web.posted import read_body
from web.site import Site

Token = Annotated[str, Path(description="What the answer to a suggestion said")]
FIELDS = ("address", "kind", "council", "note", "email")
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": PROBLEM, 503: PROBLEM}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["address"],
                    "properties": {
                        "address": {"type": "string", "description": "The blog's address"},
                        "kind": {"type": "string", "enum": [kind.value for kind in Kind]},
                        "council": {"type": "string", "description": "A council's short name"},
                        "note": {"type": "string", "description": "For the moderators"},
                        "email": {"type": "string", "description": "Deleted after 90 days"},
                    },
                }
            }
        },
    }
}

CHOICE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "feed": {"type": "integer", "description": "Its place in feeds, from 0"},
                        "members": {
                            "type": "array",
                            "items": {"type": "integer"},
                            "minItems": 1,
                            "description": "Places of blogs of a network, from 0",
                        },
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenOut:
    """A blog of a network that was suggested: its number among `feeds`, and what opens it."""

    number: int
    token: str
    state: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOut:
    """A blog of a network that we know already: its number among `feeds`, and what we know."""

    number: int
    state: str
    reason: str
    detail: str
    blog: str  # its page here, if it is listed


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionOut:
    """A suggestion, and how far it has come. `reason` is a code that `/about` explains."""

    address: str
    state: str
    reason: str
    sentence: str
    detail: str
    question: str
    title: str
    kind: str
    councils: tuple[str, ...]
    feeds: tuple[Found, ...]
    blog: str  # its page here, once it is listed
    page: str  # where a person chooses and corrects
    network: str  # the front page that it was chosen from
    chosen: tuple[ChosenOut, ...]  # of a network's blogs
    known: tuple[KnownOut, ...]  # of those that were not chosen
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedOut:
    """A suggestion that was taken. The token is shown once, and opens it."""

    token: str
    state: str
    page: str


def create_suggesting(site: Site) -> APIRouter:
    """Return the routes for suggestions over `site`."""
    router = APIRouter(tags=["submissions"])
    submissions = Submissions(site.catalogue.database, site.clock)

    @router.post(
        "/api/submissions",
        status_code=201,
        summary="Suggest a blog",
        response_model=CreatedOut,
        responses=PROBLEMS,
        openapi_extra=BODY,
    )
    async def suggest(request: Request) -> Response:
        said = await _read(request)
        token = await run_in_threadpool(_submit, site, submissions, said)
        where = f"/api/submissions/{token}"
        page = f"{site.settings.base_url}/submissions/{token}"
        body = {"token": token, "state": "looking", "page": page}
        return JSONResponse(body, 201, headers={"Location": where, **PRIVATE})

    path = "/api/submissions/{token}"

    @router.head(path, include_in_schema=False)
    @router.get(path, summary="What became of a suggestion", responses=PROBLEMS)
    def submission(token: Token, response: Response) -> SubmissionOut:
        response.headers.update(PRIVATE)
        return _told(submissions, site.settings.base_url, token)

    @router.post(
        f"{path}/choose",
        summary="Choose a feed, or blogs of a network",
        responses=PROBLEMS,
        openapi_extra=CHOICE,
    )
    async def choose(token: Token, request: Request, response: Response) -> SubmissionOut:
        said = await _object(request)
        response.headers.update(PRIVATE)
        await run_in_threadpool(_choose, submissions, token, said)
        return await run_in_threadpool(_told, submissions, site.settings.base_url, token)

    return router


def _choose(submissions: Submissions, token: str, said: Mapping[str, Any]) -> None:
    feed, members = said.get("feed"), said.get("members")
    try:
        match (feed, members):
            case (int(), None) if type(feed) is int:
                submissions.choose(token, feed)
            case (None, [_, *_]) if all(type(n) is int for n in members):
                submissions.choose_members(token, members)
            case _:
                raise HTTPException(400, 'Send {"feed": 0} or {"members": [0, 1]}.')
    except SubmissionError as error:
        raise HTTPException(503 if error.code == "full" else 422, str(error)) from error
    except (StoreBusy, StoreFull) as error:
        raise HTTPException(503, "We are busy, and nothing was kept. Try again soon.") from error


def _told(submissions: Submissions, base_url: str, token: str) -> SubmissionOut:
    one, chosen = submissions.by_token(token), submissions.chosen(token)
    known = submissions.known(one.found) if any(found.member for found in one.found) else {}
    for number in (c.number for c in chosen):
        known.pop(number, None)
    return submission_out(one, base_url, token, chosen, known)


def submission_out(
    one: Submission,
    base_url: str,
    token: str,
    chosen: Sequence[Chosen] = (),
    known: Mapping[int, Verdict] = MappingProxyType({}),
) -> SubmissionOut:
    """Return what programs are told of a suggestion: nothing of who made it."""
    page = f"{base_url}/submissions/"
    reason = REASONS.get(one.reason)
    return SubmissionOut(
        address=one.address,
        state=one.state.value,
        reason=one.reason,
        sentence=reason.sentence if reason else "",
        detail=one.detail,
        question=one.question,
        title=one.title,
        kind=one.kind,
        councils=one.councils,
        feeds=one.found,
        blog=f"{base_url}/blogs/{one.listed}" if one.listed else "",
        page=f"{page}{token}",
        chosen=tuple(
            ChosenOut(number=c.number, token=c.token, state=c.state.value, page=f"{page}{c.token}")
            for c in chosen
        ),
        known=tuple(
            KnownOut(
                number=number,
                state=verdict.state.value,
                reason=verdict.reason,
                detail=verdict.detail,
                blog=f"{base_url}/blogs/{verdict.listed}" if verdict.listed else "",
            )
            for number, verdict in known.items()
        ),
        network=one.network,
        created=one.created,
        changed=one.changed,
    )


async def _object(request: Request) -> dict[str, Any]:
    """Return a JSON object; raises HTTPException for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send JSON, with the content type application/json.")
    try:
        said = json.loads(await read_body(request))
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not JSON.") from error
    return said if isinstance(said, dict) else {}


async def _read(request: Request) -> dict[str, str]:
    """Return the members of a JSON body; raises HTTPException for anything else."""
    said = await _object(request)
    members = {k: v for k, v in said.items() if k in FIELDS and v}
    if not members or not all(isinstance(value, str) for value in members.values()):
        raise HTTPException(400, 'Send an object of strings, such as {"address": "…"}.')
    return members


def _submit(site: Site, submissions: Submissions, said: Mapping[str, str]) -> str:
    settings = site.settings
    rest = {name: said[name] for name in FIELDS[1:] if name in said}
    try:
        address = read_address(
            said.get("address", ""), own=settings.base_url, private_ok=settings.allow_addresses
        )
        token, _ = submissions.submit(address, read_proposal(**rest))
    except SubmissionError as error:
        status = 503 if error.code == "full" else 422
        raise HTTPException(status, str(error)) from error
    except (StoreBusy, StoreFull) as error:
        raise HTTPException(503, "We are busy, and nothing was kept. Try again soon.") from error
    return token
