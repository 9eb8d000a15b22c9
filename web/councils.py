"""The routes of councils: the directory of them, and what each of them writes."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from index.councils import Council, councils, predecessors
from index.errors import NotFound
from index.finding import By, Filter, Query
from index.model import Followed
from index.named import councils_of
from index.narrowing import narrow
from web.charts import years
from web.fresh import PAGE_AGE, tag
from web.places import called, every_council, family, nations, near, places
from web.render import design
from web.render import page as rendered
from web.site import Site
from web.subjects import Listing, Subject, Subjects, Values, register
from web.tallies import Counted, councils_in, topics_in

VALUES = 100  # of each facet
ALIKE = 8  # councils that write about the same
SHARED = 3  # topics that make them so
TYPED = 100  # characters of a name that was typed


class Councils:
    """Who there is, and what they write about."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.subjects = Subjects(site)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        register(
            router,
            ("/councils/{slug}.{form}", self.follow),
            ("/councils/{slug}", self.council),
            ("/councils", self.directory),
        )

    def directory(self, request: Request, q: str = "") -> Response:
        """Show every council and how much there is from it, or those of a name."""
        q = q.strip()[:TYPED]

        def make() -> Response:
            blogs = self.site.catalogue.blogs()
            known, mentions = every_council(blogs), self.site.catalogue.mentions()
            return rendered(
                self.site,
                "councils.html",
                q=q,
                nations=nations(blogs, mentions),
                found=places(called(q, known), blogs, mentions),
                near=near(q, known) if q else (),
            )

        settings = self.site.settings
        version = self.site.catalogue.version()
        validator = tag(version, "/councils", q, design(), settings.title)
        return self.site.kept.conditional(request, validator, PAGE_AGE, make)

    def council(self, request: Request, slug: str, page: str = "") -> Response:
        """Show one council: its blogs, what it writes about, and its posts."""
        if slug not in councils() and (other := _called(slug)) in councils():
            return Response(status_code=301, headers={"Location": f"/councils/{other}"})
        council = self.known(slug)
        subject = subject_of(council)

        def values(here: Listing) -> Values:
            facets = self.site.search().facets(subject.query, most=VALUES)
            topics = topics_in(facets)
            return {
                "council": council,
                "before": [councils()[one] for one in predecessors(slug)],
                "heirs": [councils()[one] for one in council.replaced_by],
                "blogs": self._blogs(slug),
                "topics": topics,
                "chart": years(facets.get(By.YEAR, ())),
                "alike": self._alike(subject, topics),
            }

        return self.subjects.show(request, subject, page, "council.html", values)

    def follow(self, request: Request, slug: str, form: str, page: str = "") -> Response:
        """Return the newest posts of a council as a feed."""
        return self.subjects.follow(request, subject_of(self.known(slug)), form, page)

    def known(self, slug: str) -> Council:
        """Return a council that the list or one of our blogs knows; raises NotFound."""
        if slug in councils():
            return councils()[slug]
        known = every_council(self.site.catalogue.blogs())
        if slug not in known:
            meant = " or ".join(one.short_name for one in near(slug, known))
            hint = f"Did you mean {meant}?" if meant else "Look for it under Councils, above."
            raise NotFound(f"We know no council of this name. {hint}")
        return known[slug]

    def _blogs(self, slug: str) -> list[Followed]:
        every = self.site.catalogue.blogs()
        own = {*family(slug)}
        return [b for b in every if own & {*councils_of(b.feed.kind, b.feed.councils, ())}]

    def _alike(self, subject: Subject, topics: list[Counted]) -> list[Counted]:
        """Return the councils that write most about what this one writes most about."""
        if not topics:
            return []
        about = [Filter(By.TOPIC, one.slug) for one in topics[:SHARED]]
        others = [Filter(By.COUNCIL, one.value, without=True) for one in subject.query.filters]
        facets = self.site.search().facets(Query(filters=(*about, *others)), most=VALUES)
        own = {one.value for one in subject.query.filters}
        return [one for one in councils_in(facets) if one.slug not in own][:ALIKE]


def subject_of(council: Council) -> Subject:
    """Return the posts of a council, and of those that it took over from."""
    return Subject(
        key=f"council {council.slug}",
        path=f"/councils/{quote(council.slug)}",
        title=council.short_name,
        description=f"New posts from {council.name}",
        query=Query(filters=tuple(Filter(By.COUNCIL, one) for one in family(council.slug))),
        pushed=True,
    )


def _called(slug: str) -> str:
    """Return the slug of the council that people call so: hackney, of hackney-council."""
    found = narrow(By.COUNCIL, slug)
    return found.value if found else slug
