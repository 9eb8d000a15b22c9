"""How an answer of the JSON API is described to programs, and how it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from pydantic import TypeAdapter

from api.examples import PROBLEM
from index import __version__
from web.fresh import tag

KNOWN = {"description": "You have it already: your If-None-Match names its ETag"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What programs and people are told of a route, besides its parameters."""

    told: Any  # the type of the answer
    summary: str
    text: str
    example: object
    tag: str


def register(
    router: APIRouter, path: str, answer: Callable[..., Response], said: Description
) -> None:
    """Add a route for GET, which is described, and for HEAD, which is the same."""
    shown = {"content": {"application/json": {"example": said.example}}}
    router.add_api_route(
        path,
        answer,
        methods=["GET"],
        response_model=said.told,
        summary=said.summary,
        description=said.text,
        tags=[said.tag],
        responses={200: shown, 304: KNOWN, "4XX": PROBLEM, 503: PROBLEM},
    )
    router.add_api_route(
        path, answer, methods=["HEAD"], response_model=None, include_in_schema=False
    )


def validator(*parts: str) -> str:
    """Return a validator of what these parts and this version of the API decide."""
    return tag(__version__, *parts)


def written(adapter: TypeAdapter[Any], value: object) -> Response:
    """Write an answer down."""
    return Response(adapter.dump_json(value), media_type="application/json")
