"""The routes of pages. They read the catalogue and the search index, and write nothing.

What is not found or cannot be used is raised, for whoever mounts the router to answer
with `web.problems`.
"""

from fastapi import APIRouter, Request, Response

from index.reasons import DECIDED, LOOKED
from web.alike import alike
from web.alike import edition as alike_edition
from web.citing import cite
from web.councils import Councils
from web.files import Files
from web.following import Following
from web.fresh import PAGE_AGE, by_content
from web.importing import Importing
from web.listed import Listed
from web.moderate import Moderate
from web.owning import Owning
from web.planet import Planet
from web.removing import Removing
from web.render import page, page_tag
from web.reporting import Reporting
from web.searches import Searches
from web.signing import Signing
from web.site import Site
from web.sitemap import Sitemap
from web.streams import Streams
from web.submit import Submit
from web.tags import Tags
from web.topics import Topics
from web.troubles import Troubles


def create_pages(site: Site) -> APIRouter:
    """Return the routes of every page, feed and file that `web` serves."""
    router = APIRouter(include_in_schema=False)
    Streams(site).add_to(router)
    for subjects in (Topics(site), Tags(site), Councils(site)):
        subjects.add_to(router)
    Following(site).add_to(router)
    Files(site).add_to(router)
    Sitemap(site).add_to(router)
    Searches(site).add_to(router)
    Planet(site).add_to(router)
    Listed(site).add_to(router)
    Submit(site).add_to(router)
    Pages(site).add_to(router)
    signing = Signing(site)
    signing.add_to(router)
    Moderate(site, signing).add_to(router)
    Troubles(site, signing).add_to(router)
    Removing(site, signing).add_to(router)
    Importing(site, signing).add_to(router)
    Reporting(site).add_to(router)
    Owning(site).add_to(router)
    return router


class Pages:
    """What people see in a browser."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        for path, answer in (
            ("/posts/{id}", self.post),
            ("/about", self.about),
            ("/accessibility", self.accessibility),
            ("/privacy", self.privacy),
        ):
            router.add_api_route(path, answer, methods=["GET", "HEAD"])

    def post(self, request: Request, id: str) -> Response:
        """Show what we know of one post, and lead to it."""

        def make() -> Response:
            post = self.site.catalogue.post(id)
            talk = self.site.catalogue.discussion(id)
            shown = {post.id, *(one.id for one in (*talk.by, *talk.answers))}
            found = [one for one in alike(self.site, post) if one.id not in shown]
            return page(
                self.site, "post.html", post=post, talk=talk, alike=found, cited=cite(post)
            )

        parts = (self.site.catalogue.version(), alike_edition(self.site), request.url.path)
        validator = page_tag(self.site, *parts)
        return self.site.kept.conditional(request, validator, PAGE_AGE, make)

    def about(self, request: Request) -> Response:
        """Say who we are, and how a blog joins or leaves."""
        agent = self.site.agent
        made = page(self.site, "about.html", agent=agent, looked=LOOKED, decided=DECIDED)
        return by_content(request, made, PAGE_AGE)

    def accessibility(self, request: Request) -> Response:
        """Say what was tested, what does not work, and whom to tell."""
        return by_content(request, page(self.site, "accessibility.html"), PAGE_AGE)

    def privacy(self, request: Request) -> Response:
        """Say what is kept about people, and for how long."""
        return by_content(request, page(self.site, "privacy.html"), PAGE_AGE)
