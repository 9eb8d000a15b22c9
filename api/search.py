"""The JSON API's search: what the page shows, for programs, facets and reading included."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter

from api import examples
from api.described import Description, register
from api.routes import EntryOut, entry_out
from index.finding import Facets, Fragment, Sort, Tally
from index.model import Coverage
from web.answers import PAGES, Answers, answers, edition
from web.asked import FILTERS, Asked, read_asked
from web.fresh import PAGE_AGE, tag
from web.narrowing import count
from web.site import Site


class Parameters(BaseModel):
    """What can be asked for. Filters may be repeated, and begin with a minus to leave out."""

    q: str = Field(
        "", max_length=2000, description="Words, “exact phrases”, filters such as topic:housing"
    )
    topic: list[str] = Field([], description="A topic, such as council-tax")
    tag: list[str] = Field([], description="A tag that authors gave")
    council: list[str] = Field([], description="A council, such as tower-hamlets")
    nation: list[str] = Field([], description="england, scotland, wales or northern-ireland")
    region: list[str] = Field([], description="A region, such as north-west")
    kind: list[str] = Field([], description="A kind of blog, such as council or supplier")
    blog: list[str] = Field([], description="A blog, by its slug")
    author: list[str] = Field([], description="Words of an author’s name")
    title: list[str] = Field([], description="Words in the title")
    lang: list[str] = Field([], description="A language, such as cy")
    has: list[str] = Field([], description="author, council, licence, tag, text or topic")
    year: list[str] = Field([], description="A year")
    after: str = Field("", description="On or after this year, month or day")
    before: str = Field("", description="Before this year, month or day")
    only: str = Field("", description="“typed”: nothing is looked for that means the same")
    sort: Sort = Field(Sort.RELEVANCE, description="Best first, or newest first")
    page: int = Field(1, ge=1, le=PAGES, description="Which page of 20 answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOut:
    """An answer to a search, with the passage that matched."""

    entry: EntryOut
    title: tuple[Fragment, ...] = field(default=())
    passage: tuple[Fragment, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOut:
    """One page of the answers to a search, what was searched, and what was made of it.

    `counted` of the `total` answer it; the others, listed when the best match comes first,
    hold only some of the words. `facets` count those that answer.
    """

    query: str
    understood: str
    also: Mapping[str, tuple[str, ...]]
    instead: Mapping[str, str]
    unknown: tuple[str, ...]
    total: int
    counted: int
    page: int
    pages: int
    answers: list[FoundOut]
    facets: dict[str, tuple[Tally, ...]]
    coverage: Coverage


_SEARCH = TypeAdapter(SearchOut)
_SAID = Description(
    told=SearchOut,
    summary="Posts that answer a query",
    text=f"At most {FILTERS} filters count.",
    example=examples.SEARCH,
    tag="entries",
)


def create_search(site: Site) -> APIRouter:
    """Return the route of the search over `site`."""
    router = APIRouter()

    def search(request: Request, asked: Annotated[Parameters, Query()]) -> Response:
        return _found(site, request, read_asked(request.query_params.multi_items()))

    register(router, "/api/search", search, _SAID)
    return router


def _found(site: Site, request: Request, asked: Asked) -> Response:
    version = edition(site, asked.query)  # first, so that nothing below is older
    coverage = site.catalogue.coverage()

    def make() -> Response:
        found = answers(site, asked.query, asked.sort, asked.page)
        tallies = count(site.search(), asked.query) if found.counted else {}
        made = search_out(asked, found, tallies, coverage)
        return Response(_SEARCH.dump_json(made), media_type="application/json")

    validator = tag(version, asked.address("/api/search"), str(coverage.crawled))
    return site.kept.conditional(request, validator, PAGE_AGE, make)


def search_out(asked: Asked, found: Answers, tallies: Facets, coverage: Coverage) -> SearchOut:
    """Return what programs are told of a search."""
    return SearchOut(
        query=asked.text,
        understood=found.understood,
        also=found.reading.also,
        instead=found.reading.instead,
        unknown=found.reading.unknown,
        total=found.total,
        counted=found.counted,
        page=found.page,
        pages=found.pages,
        answers=[
            FoundOut(entry=entry_out(a.post), title=a.title, passage=a.passage)
            for a in found.answers
        ],
        facets={by.value: held for by, held in tallies.items()},
        coverage=coverage,
    )
