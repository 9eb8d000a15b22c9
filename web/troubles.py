"""Blogs in trouble, for moderators: what readers report, what is held, moves, failures."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from index.decisions import Decisions
from index.errors import PlanetError, StoreError
from index.held import Holding
from index.model import Health
from index.moderators import Session
from index.reports import WHAT, Reports
from web.posted import number
from web.problems import problem_page
from web.signing import HOME, Fields, Signing, leads, private
from web.site import Site

PATH = f"{HOME}/blogs"


class Troubles:
    """The page, and what its buttons do."""

    def __init__(self, site: Site, signing: Signing) -> None:
        self.site = site
        self.signing = signing
        self.reports = Reports(site.catalogue.database, site.clock)
        self.holding = Holding(site.catalogue.database)
        self.decisions = Decisions(site.catalogue.database, site.settings.opml, site.clock)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        router.add_api_route(PATH, self.shown, methods=["GET", "HEAD"])
        router.add_api_route(PATH, self.decide, methods=["POST"])

    def shown(self, request: Request) -> Response:
        """Show what there is to decide."""
        return self._shown(self.signing.required(request))

    async def decide(self, request: Request) -> Response:
        """Do what a button says."""
        session, fields = await self.signing.form(request)
        return await run_in_threadpool(self._decide, session, fields)

    def _shown(self, session: Session, error: str = "", removing: str = "") -> Response:
        blogs = self.site.catalogue.blogs()
        return private(
            self.site,
            "troubles.html",
            status=409 if error else 200,
            session=session,
            reports=self.reports.open(),
            what=WHAT,
            held=self.holding.all(),
            moved=[one for one in blogs if one.health is Health.MOVED],
            failing=[one for one in blogs if one.health in (Health.FAILING, Health.GONE)],
            removing=next((one.feed for one in blogs if one.feed.slug == removing), None),
            error=error,
        )

    def _decide(self, session: Session, fields: Fields) -> Response:
        who, blog, note = session.name, fields.get("blog", ""), fields.get("note", "")
        verb = fields.get("do", "")
        if verb == "remove" and not fields.get("sure"):
            return self._shown(session, removing=blog)
        verbs: dict[str, Callable[[], object]] = {
            "accept": partial(self.decisions.move, blog, who, accepted=True),
            "refuse": partial(self.decisions.move, blog, who, accepted=False),
            "release": partial(self.decisions.release, blog, who),
            "remove": partial(self.decisions.remove, blog, who, note),
            "done": partial(self.reports.done, number(fields.get("report", "")), who, note),
        }
        try:
            verbs.get(verb, _nothing)()
        except StoreError:
            return problem_page(self.site, 503, "Nothing was decided. Send it again in a minute.")
        except PlanetError as error:
            return self._shown(session, str(error))
        return leads(PATH)


def _nothing() -> None:
    raise PlanetError("Choose one of the buttons.")
