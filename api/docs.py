"""`/api/docs`: the API described for people, from the description that programs read.

FastAPI's own page would load scripts from another site; ours loads nothing.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from web.render import page
from web.site import Site

EXAMPLES = {
    "/api/entries": "/api/entries?limit=5&nation=wales",
    "/api/search": "/api/search?q=damp+sensors",
    "/api/topics/{slug}": "/api/topics/housing-repairs",
    "/api/councils/{slug}": "/api/councils/hackney",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that can be asked of the API."""

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]

    @property
    def example(self) -> str:
        """An address that can be tried; none where that depends on what there is."""
        return EXAMPLES.get(self.path, "" if "{" in self.path else self.path)


def create_docs(site: Site) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/docs")
    def docs(request: Request) -> Response:
        return page(site, "api.html", operations=operations(request.app.openapi()))

    return router


def operations(schema: dict[str, Any]) -> list[Operation]:
    """Read the operations from an OpenAPI document."""
    return [
        Operation(
            id=described["operationId"],
            method=method.upper(),
            path=path,
            summary=described["summary"],
            parameters=tuple(_parameter(one) for one in described.get("parameters", ())),
        )
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
    ]


def _parameter(described: dict[str, Any]) -> Parameter:
    schema = described.get("schema", {})
    limits = [described.get("description", "")]
    if "enum" in schema:
        limits.append("one of " + ", ".join(filter(None, schema["enum"])))
    if "maximum" in schema:
        limits.append(f"{schema['minimum']} to {schema['maximum']}")
    if schema.get("default") not in (None, "", []):
        limits.append(f"usually {schema['default']}")
    return Parameter(described["name"], "; ".join(limit for limit in limits if limit) + ".")
