"""Telling the moderators that something is wrong with a blog, from its page."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from index.errors import StoreBusy, StoreFull, SubmissionError
from index.model import Feed
from index.reports import WHAT, Reports
from index.suggested import read_proposal
from web.posted import read_form
from web.problems import problem_page
from web.quota import Quota, network
from web.signing import Fields, private
from web.site import Site
from web.stamps import Stamps, check_sender

RULES = ("10 per hour", "200 per day")  # of one network, of everybody
FIELDS = ("what", "note", "email")


class Reporting:
    """The form, for each listed blog."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.reports = Reports(site.catalogue.database, site.clock)
        self.stamps = Stamps(site.settings.home, site.clock)
        self._near, self._all = map(Quota, RULES)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        router.add_api_route("/blogs/{slug}/report", self.form, methods=["GET", "HEAD"])
        router.add_api_route("/blogs/{slug}/report", self.send, methods=["POST"])

    def form(self, slug: str) -> Response:
        """Show the form; raises NotFound."""
        return self._form(self.site.catalogue.blog(slug).feed, {})

    async def send(self, request: Request, slug: str) -> Response:
        """Take a report."""
        fields = await read_form(request, self.site.settings.base_url)
        client = request.client.host if request.client else ""
        return await run_in_threadpool(self._send, slug, fields, network(client) or client)

    def _send(self, slug: str, fields: Fields, where: str) -> Response:
        feed = self.site.catalogue.blog(slug).feed
        try:
            check_sender(self.stamps, fields)
            said = read_proposal(note=fields.get("note", ""), email=fields.get("email", ""))
            if wait := self._near.take(where) or self._all.take("all"):
                detail = "Many reports came from your network. Try again later."
                return problem_page(self.site, 429, detail, retry_after=wait)
            self.reports.add(slug, fields.get("what", ""), said.note, said.email)
        except SubmissionError as error:
            return self._form(feed, fields, error)
        except (StoreBusy, StoreFull):
            return problem_page(self.site, 503, "Nothing was kept. Send it again in a minute.")
        return private(self.site, "reported.html", feed=feed)

    def _form(self, feed: Feed, fields: Fields, error: SubmissionError | None = None) -> Response:
        return private(
            self.site,
            "report.html",
            status=422 if error else 200,
            feed=feed,
            what=WHAT,
            held={name: fields.get(name, "") for name in FIELDS},
            opened=self.stamps.kept(fields.get("opened", "")),
            error=error,
        )
