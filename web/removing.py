"""Taking down one post, for moderators: found by its address, and removed after a second look.

GET  /moderate/posts?url=…   the post at an address, or what was taken down there
POST /moderate/posts         remove it (the first time it is shown once more), or restore it
"""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from index.decisions import Decisions
from index.errors import PlanetError, StoreError
from index.moderators import Session
from index.removed import Removed
from web.problems import problem_page
from web.signing import HOME, Fields, Signing, leads, private
from web.site import Site

PATH = f"{HOME}/posts"
LONGEST = 2_000  # characters of an address


class Removing:
    """The page, and what its buttons do."""

    def __init__(self, site: Site, signing: Signing) -> None:
        self.site = site
        self.signing = signing
        self.removed = Removed(site.catalogue.database)
        self.decisions = Decisions(site.catalogue.database, site.settings.opml, site.clock)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        router.add_api_route(PATH, self.shown, methods=["GET", "HEAD"])
        router.add_api_route(PATH, self.decide, methods=["POST"])

    def shown(self, request: Request, url: str = "") -> Response:
        """Show what there is at an address."""
        return self._shown(self.signing.required(request), url)

    async def decide(self, request: Request) -> Response:
        """Do what a button says."""
        session, fields = await self.signing.form(request)
        return await run_in_threadpool(self._decide, session, fields)

    def _shown(self, session: Session, url: str, error: str = "", removing: str = "") -> Response:
        url = url.strip()[:LONGEST]
        posts = self.removed.posts(url) if url else []
        return private(
            self.site,
            "removing.html",
            status=409 if error else 200,
            session=session,
            url=url,
            posts=posts,
            removals=self.removed.removals(url) if url else [],
            removing=next((post for post in posts if post.id == removing), None),
            error=error,
        )

    def _decide(self, session: Session, fields: Fields) -> Response:
        who, url, id = session.name, fields.get("url", ""), fields.get("post", "")
        page = f"/posts/{id}"
        try:
            match fields.get("do", ""), bool(fields.get("sure")):
                case "remove", False:
                    return self._shown(session, url, removing=id)
                case "remove", True:
                    self.decisions.remove_post(page, who, fields.get("note", ""))
                case "restore", _:
                    self.decisions.restore_post(page, who)
                case _:
                    raise PlanetError("Choose one of the buttons.")
        except StoreError:
            return problem_page(self.site, 503, "Nothing was decided. Send it again in a minute.")
        except PlanetError as error:
            return self._shown(session, url, str(error))
        return leads(f"{PATH}?{urlencode({'url': page})}")
