"""The routes of pages. They read the catalogue and the search index, and write nothing.

What is not found or cannot be used is raised, for whoever mounts the router to answer
with `web.problems`.
"""

from fastapi import APIRouter, Request, Response

from web.alike import alike
from web.alike import edition as alike_edition
from web.citing import cite
from web.councils import Councils
from web.files import Files
from web.fresh import PAGE_AGE, by_content
from web.listed import Listed
from web.planet import Planet
from web.render import page, page_tag
from web.searches import Searches
from web.site import Site
from web.sitemap import Sitemap
from web.streams import Streams
from web.tags import Tags
from web.topics import Topics


def create_pages(site: Site) -> APIRouter:
    """Return the routes of every page, feed and file that `web` serves."""
    router = APIRouter(include_in_schema=False)
    Streams(site).add_to(router)
    for subjects in (Topics(site), Tags(site), Councils(site)):
        subjects.add_to(router)
    Files(site).add_to(router)
    Sitemap(site).add_to(router)
    Searches(site).add_to(router)
    Planet(site).add_to(router)
    Listed(site).add_to(router)
    Pages(site).add_to(router)
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
        ):
            router.add_api_route(path, answer, methods=["GET", "HEAD"])

    def post(self, request: Request, id: str) -> Response:
        """Show what we know of one post, and lead to it."""

        def make() -> Response:
            post = self.site.catalogue.post(id)
            found, cited = alike(self.site, post), cite(post)
            return page(self.site, "post.html", post=post, alike=found, cited=cited)

        parts = (self.site.catalogue.version(), alike_edition(self.site), request.url.path)
        validator = page_tag(self.site, *parts)
        return self.site.kept.conditional(request, validator, PAGE_AGE, make)

    def about(self, request: Request) -> Response:
        """Say who we are, and how a blog joins or leaves."""
        return by_content(request, page(self.site, "about.html", agent=self.site.agent), PAGE_AGE)

    def accessibility(self, request: Request) -> Response:
        """Say what was tested, what does not work, and whom to tell."""
        return by_content(request, page(self.site, "accessibility.html"), PAGE_AGE)
