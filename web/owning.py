"""Whose a blog is: saying so, showing it, and what its owner may then do.

    /blogs/…/own ─► /owners/TOKEN ─► the crawler looks ─► the same page, with the owner's buttons

The page is its token's, as that of a suggestion is: nothing links to it, nobody may keep it, and
search engines are asked to leave it out. Its feed has a secret of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from index.claim import Claim, ClaimState, feed_key, link_of
from index.claims import EACH, Claims
from index.councils import NATIONS
from index.errors import OpmlError, StoreBusy, StoreFull, SubmissionError
from index.model import Excerpt, Feed
from index.owners import Owners, read_labels
from index.suggested import read_proposal
from web.alarmed import alarm_feed
from web.posted import read_fields, read_form
from web.problems import problem_page
from web.quota import Quota, network
from web.signing import PRIVATE, leads, private
from web.site import Site
from web.stamps import Stamps, check_sender
from web.submit import BUSY, WATCHED, councils_of_today
from web.words import KINDS

RULES = ("10 per hour", "200 per day")  # claims of one network, of everybody
ACTS = "60 per hour"  # of one owner: each may change the list, and have all posts indexed anew
COUNCILS = 4  # that a form offers to choose; a blog that has more keeps the others
EXCERPTS = {
    Excerpt.USUAL: "The usual: about 300 characters",
    Excerpt.SHORT: "Short: at most 100 characters",
    Excerpt.TITLE: "The title alone",
}

UNWRITTEN = "The list of blogs cannot be written now, so nothing was changed. Try again later."

Fields = Mapping[str, str]


class Owning:
    """The form on each blog's page, and the page of each owner."""

    def __init__(self, site: Site) -> None:
        self.site = site
        database, opml = site.catalogue.database, site.settings.opml
        self.claims = Claims(database, site.clock)
        self.owners = Owners(database, opml, site.clock)
        self.stamps = Stamps(site.settings.home, site.clock)
        self._near, self._all, self._acts = map(Quota, (*RULES, ACTS))

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        router.add_api_route("/owners/{key}.atom", self.feed, methods=["GET", "HEAD"])
        for path, shown, sent in (
            ("/blogs/{slug}/own", self.form, self.claim),
            ("/owners/{token}", self.owner, self.act),
        ):
            router.add_api_route(path, shown, methods=["GET", "HEAD"])
            router.add_api_route(path, sent, methods=["POST"])

    def form(self, slug: str) -> Response:
        """Show what an owner may do, and the form; raises NotFound."""
        return self._form(self.site.catalogue.blog(slug).feed, {})

    async def claim(self, request: Request, slug: str) -> Response:
        """Take a claim, and lead to its page."""
        fields = await read_form(request, self.site.settings.base_url)
        client = request.client.host if request.client else ""
        return await run_in_threadpool(self._claim, slug, fields, network(client) or client)

    def owner(self, token: str) -> Response:
        """Show how far a claim has come, or what its owner may do; raises NotFound."""
        return self._shown(token)

    async def act(self, request: Request, token: str) -> Response:
        """Do what a button of that page says."""
        fields = await read_fields(request, self.site.settings.base_url)
        return await run_in_threadpool(self._act, token, fields)

    def feed(self, key: str) -> Response:
        """Tell as an Atom feed what is wrong with a blog; raises NotFound."""
        claim = self.claims.by_feed_key(key)
        blog, now = self.site.catalogue.blog(claim.feed.slug), self.site.clock()
        body = alarm_feed(self.site.settings, key, blog, now)
        return Response(body, media_type="application/atom+xml", headers=PRIVATE)

    def _claim(self, slug: str, fields: Fields, where: str) -> Response:
        feed = self.site.catalogue.blog(slug).feed
        try:
            check_sender(self.stamps, fields)
            email = read_proposal(email=fields.get("email", "")).email
            if wait := self._near.take(where) or self._all.take("all"):
                detail = "Many claims came from your network. Try again later."
                return problem_page(self.site, 429, detail, retry_after=wait)
            token = self.claims.claim(slug, email)
        except SubmissionError as error:
            return self._form(feed, fields, error)
        except (StoreBusy, StoreFull):
            return problem_page(self.site, 503, BUSY)
        return leads(f"/owners/{token}")

    def _act(self, token: str, sent: Sequence[tuple[str, str]]) -> Response:
        fields = dict(reversed(sent))  # the first of a name counts
        verb = fields.get("do", "")
        self.claims.by_token(token)
        if wait := self._acts.take(token):
            detail = "That is a lot of changes for one blog. Try again later."
            return problem_page(self.site, 429, detail, retry_after=wait)
        if verb == "leave":
            return self._leave(token, sure=bool(fields.get("sure")))
        acts: dict[str, Callable[[], object]] = {
            "look": partial(self.claims.look, token),
            "correct": partial(self._correct, token, fields, sent),
            "show": partial(self._show, token, fields),
            "tell": partial(self._tell, token, fields),
        }
        try:
            if act := acts.get(verb):
                act()
        except (SubmissionError, OpmlError) as error:
            said = str(error) if isinstance(error, SubmissionError) else UNWRITTEN
            return self._shown(token, said)
        except (StoreBusy, StoreFull):
            return problem_page(self.site, 503, BUSY)
        return leads(f"/owners/{token}")

    def _correct(self, token: str, fields: Fields, sent: Sequence[tuple[str, str]]) -> None:
        councils = tuple(value for name, value in sent if name == "council" and value)
        kind, nation = fields.get("kind", ""), fields.get("nation", "")
        said = read_labels(kind, councils, nation, fields.get("description", ""))
        self.owners.correct(token, said)

    def _show(self, token: str, fields: Fields) -> None:
        excerpt = fields.get("excerpt", "")
        if excerpt not in set(Excerpt):
            raise SubmissionError("excerpt", "Choose how much of each post is shown.")
        self.owners.show(token, Excerpt(excerpt), full_text=fields.get("full_text") == "yes")

    def _tell(self, token: str, fields: Fields) -> None:
        self.owners.tell(token, read_proposal(email=fields.get("email", "")).email)

    def _leave(self, token: str, *, sure: bool) -> Response:
        """Take the blog away, after a second thought."""
        if not sure:
            feed = self.claims.by_token(token).feed
            return private(self.site, "leaving.html", feed=feed, gone=False)
        try:
            feed = self.owners.leave(token)
        except SubmissionError as error:
            return self._shown(token, str(error))
        except (StoreBusy, StoreFull):
            return problem_page(self.site, 503, BUSY)
        return private(self.site, "leaving.html", feed=feed, gone=True)

    def _form(self, feed: Feed, fields: Fields, error: SubmissionError | None = None) -> Response:
        return private(
            self.site,
            "own.html",
            status=422 if error else 200,
            feed=feed,
            email=fields.get("email", ""),
            opened=self.stamps.kept(fields.get("opened", "")),
            error=error,
        )

    def _shown(self, token: str, error: str = "") -> Response:
        claim = self.claims.by_token(token)
        base = self.site.settings.base_url
        return private(
            self.site,
            "owner.html" if claim.proved else "claim.html",
            status=409 if error else 200,
            one=claim,
            state=claim.state.value,
            link=link_of(base, claim),
            most=EACH,
            refresh=self._refresh(claim),
            error=error,
            **(self._owned(token, claim) if claim.proved else {}),
        )

    def _owned(self, token: str, claim: Claim) -> dict[str, object]:
        """Return what an owner's page shows besides."""
        catalogue, feed = self.site.catalogue, claim.feed
        return {
            "blog": catalogue.blog(feed.slug),
            "visits": catalogue.visits(feed.slug),
            "chosen": (*feed.councils[:COUNCILS], "", "")[:COUNCILS],
            "rest": feed.councils[COUNCILS:],
            "kinds": KINDS,
            "councils": councils_of_today(),
            "nations": NATIONS,
            "excerpts": EXCERPTS,
            "feed_address": f"{self.site.settings.base_url}/owners/{feed_key(token)}.atom",
        }

    def _refresh(self, claim: Claim) -> int:
        """Return after how many seconds there may be something new, or 0."""
        since = self.site.clock() - claim.changed
        looking = claim.state is ClaimState.LOOKING and since < WATCHED
        return (3 if since < timedelta(minutes=1) else 15) if looking else 0
