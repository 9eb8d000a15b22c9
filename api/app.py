"""The web application: pages and JSON API over one store and one search index.

`create_app` puts it together. It writes what was looked for in vain and what people suggest:
all else is the crawler process's. What goes
wrong is answered in the form that was asked for: under /api/ as a problem document
(RFC 9457), elsewhere as a page.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from threading import Lock

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.allowance import Gate, Limit, Turnstile, cost_of_search, cost_of_suggestion
from api.armour import Armour
from api.bulk import create_bulk
from api.docs import create_docs
from api.entries import create_entries
from api.health import Health
from api.routes import create_api
from api.search import create_search
from api.sharing import ANYBODY, Sharing, shared
from api.shortcut import Shortcut
from api.squeezing import Squeezing
from api.subjects import create_subjects
from api.suggesting import create_suggesting
from index import __version__
from index.catalogue import Catalogue
from index.database import open_database
from index.errors import Gone, NotFound, SearchError, StoreError
from index.outbox import Outbox
from index.search import Search, open_search
from index.settings import Settings
from index.steady import Steady
from index.wanted import Wanted
from index.watch import Watch
from web.pages import create_pages
from web.problems import problem_page
from web.render import HEADERS
from web.site import Site
from web.words import count_words

THREADS = 8  # that make answers: more would only wait for one another, and hold memory
AGAIN = 30  # seconds after which a busy database or a missing index is worth another try
PAUSE = 10  # seconds at least for whoever searches too often: not to be back with the next drop

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(slots=True)
class LiveSearch:
    """The search index, opened when it is first asked for and kept open."""

    url: str
    _search: Search | None = None
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> Search:
        """Return the index; raises SearchError."""
        with self._lock:
            if self._search is None:
                self._search = open_search(self.url)
            return self._search


def create_app(
    settings: Settings, clock: Callable[[], datetime] | None = None, *, steady: float = 0.0
) -> FastAPI:
    """Return the application for an installation whose database has been migrated.

    For `steady` seconds pages may be as they were, however much the crawler finds meanwhile.
    """
    tell = clock or (lambda: datetime.now(UTC))
    database = open_database(settings.database)
    moment = Steady(steady)
    wanted, watch = Wanted(database, tell), Watch(database, moment)
    health = Health(outbox=Outbox(database), search_url=settings.search, opml=settings.opml)
    site = _site(settings, Catalogue(database, tell, moment), tell, health, wanted)
    app = _described(settings, _until_closed(wanted, watch))
    for router in (
        create_bulk(site),  # before the single posts, whose ids could look so
        create_entries(site),
        create_subjects(site),
        create_api(site, health),
        create_search(site),
        create_suggesting(site),
        create_docs(site),
        create_pages(site),
    ):
        app.include_router(router)
    _answer_errors(app, site)
    _wrap(app, site, watch)
    return app


def _described(settings: Settings, lifespan: Lifespan) -> FastAPI:
    return FastAPI(
        title=f"{settings.title} API",
        version=__version__,
        description="Who else in local government has done this, and what did they learn?",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )


def _wrap(app: FastAPI, site: Site, watch: Watch) -> None:
    """Put what concerns every answer around the routes; what is added last is outermost."""
    _limit_searches(app, site)
    _limit_suggestions(app, site)
    for layer in (Sharing, Armour, Squeezing):
        app.add_middleware(layer)
    app.add_middleware(Shortcut, site=site, watch=watch)


def _site(
    settings: Settings,
    catalogue: Catalogue,
    clock: Callable[[], datetime],
    health: Health,
    wanted: Wanted,
) -> Site:
    return Site(
        settings=settings,
        catalogue=catalogue,
        search=LiveSearch(settings.search),
        clock=clock,
        indexed=health.indexed,
        agent=settings.user_agent,
        missed=wanted.note,
    )


def _until_closed(wanted: Wanted, watch: Watch) -> Lifespan:
    """Return what writes the last notes down when the application ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        yield
        await run_in_threadpool(wanted.close)
        watch.close()

    return lifespan


def _limit_searches(app: FastAPI, site: Site) -> None:
    rate = site.settings.search_rate
    if not rate:
        return

    def refuse(request: Request, wait: float) -> Response:
        seconds = max(ceil(wait), PAUSE)
        detail = (
            f"We answer {count_words(rate, 'search', 'searches')} a minute from one network, and "
            "yours has asked for more. You may share it with others, such as a whole office. "
            f"Try again in {seconds} seconds."
        )
        return _answer(site, request, 429, detail, seconds)

    app.add_middleware(
        Limit, turnstile=Turnstile(rate), costs=cost_of_search, clock=site.clock, refuse=refuse
    )


def _limit_suggestions(app: FastAPI, site: Site) -> None:
    rate = site.settings.submit_rate
    if not rate:
        return

    def refuse(request: Request, wait: float) -> Response:
        minutes = max(1, ceil(wait / 60))
        detail = (
            "Many blogs were suggested in a short time, and each is looked at with care. "
            f"Try again in {count_words(minutes, 'minute')}."
        )
        return _answer(site, request, 429, detail, minutes * 60)

    app.add_middleware(
        Limit, turnstile=Gate(rate), costs=cost_of_suggestion, clock=site.clock, refuse=refuse
    )


def _answer(
    site: Site, request: Request, status: int, detail: str, retry_after: int | None = None
) -> Response:
    if request.url.path.startswith("/api/") or request.url.path == "/healthz":
        answer: Response = problem(status, detail, retry_after)
    else:
        answer = problem_page(site, status, detail, retry_after=retry_after)
    answer.headers.update(HEADERS)  # what answers for our faults is around Armour
    return answer


def _answer_errors(app: FastAPI, site: Site) -> None:
    def answer(request: Request, status: int, detail: str) -> Response:
        return _answer(site, request, status, detail, AGAIN if status == 503 else None)

    @app.exception_handler(NotFound)
    async def not_found(request: Request, error: NotFound) -> Response:
        return answer(request, 404, str(error))

    @app.exception_handler(Gone)
    async def gone(request: Request, error: Gone) -> Response:
        return answer(request, 410, str(error))

    @app.exception_handler(SearchError)
    async def no_search(request: Request, error: SearchError) -> Response:
        # What the error says is for the operator: it names folders.
        return answer(request, 503, "Search is being rebuilt. Everything else works.")

    @app.exception_handler(StoreError)
    async def no_store(request: Request, error: StoreError) -> Response:
        return answer(request, 503, "The database cannot be read at the moment.")

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return answer(request, 400, f"{where}: {first['msg']}.")

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.SEE_OTHER:
            return Response(status_code=error.status_code, headers=error.headers)
        known = HTTPStatus(error.status_code).phrase
        detail = "" if error.detail == known else str(error.detail)
        return answer(request, error.status_code, detail)

    @app.exception_handler(Exception)
    async def our_fault(request: Request, error: Exception) -> Response:
        made = answer(request, 500, "")
        made.headers.update(ANYBODY if shared(request.scope) else {})  # it is around Sharing, too
        return made


def problem(status: int, detail: str, retry_after: int | None = None) -> JSONResponse:
    """Return a problem document (RFC 9457); `retry_after` says in seconds when to come back."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return JSONResponse(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )
