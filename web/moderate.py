"""What moderators see and decide: suggestions, blogs in trouble, and the log of it all.

    GET  /moderate                    what waits, the oldest first
    GET  /moderate/suggestions/{id}   one of them: as it would appear, and what speaks for it
    POST /moderate/suggestions/{id}   approve, correct, refuse or ask; leads to the next
    POST /moderate/approve            several at once, after they were shown once more
    GET  /moderate/blogs              moves that the crawler proposes, and blogs that fail
    GET  /moderate/log[.json]         every decision

Whoever is not signed in is led to the form, whatever they ask for here: that a suggestion is
there is told to nobody else.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from index.decisions import Decisions
from index.errors import NotFound, OpmlError, PlanetError, StoreError, SubmissionError
from index.moderators import Session
from index.reasons import CHOICES, REASONS
from index.submission import DECIDED, State, Submission
from index.submissions import Submissions
from index.suggested import read_proposal
from web.posted import number
from web.problems import problem_page
from web.queued import queue_feed
from web.rhythm import rhythm
from web.signing import HOME, PRIVATE, Fields, Signing, leads, private
from web.site import Site
from web.submit import councils_of_today
from web.words import KINDS

SHOWN = 200  # suggestions in the queue, and decisions of the log on the page
LOGGED = 10_000  # decisions in the JSON
AT_ONCE = 50  # blogs approved together


@dataclass(frozen=True, slots=True)
class Failed:
    """A blog that was to be approved with others, and why that could not be done."""

    one: Submission
    why: str


class Moderate:
    """The moderators' pages."""

    def __init__(self, site: Site, signing: Signing) -> None:
        self.site = site
        self.signing = signing
        self.submissions = Submissions(site.catalogue.database, site.clock)
        self.decisions = Decisions(site.catalogue.database, site.settings.opml, site.clock)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        one = f"{HOME}/suggestions/{{id}}"
        for path, answer in (
            (HOME, self.queue),
            (one, self.suggestion),
            (f"{HOME}/log", self.log),
            (f"{HOME}/log.json", self.log_json),
            (f"{HOME}/queue/{{key}}.atom", self.feed),
        ):
            router.add_api_route(path, answer, methods=["GET", "HEAD"])
        router.add_api_route(one, self.decide, methods=["POST"])
        router.add_api_route(f"{HOME}/approve", self.approve, methods=["POST"])

    def queue(self, request: Request) -> Response:
        """Show what waits, or the form to sign in with."""
        session = self.signing.session(request)
        if session is None:
            return self.signing.shown()
        return self._queue(session)

    def suggestion(self, request: Request, id: int) -> Response:
        """Show one suggestion, and what can be done with it."""
        return self._one(self.signing.required(request), self.submissions.by_id(id))

    async def decide(self, request: Request, id: int) -> Response:
        """Do what a button says, and lead to what waits next."""
        session, fields = await self.signing.form(request)
        return await run_in_threadpool(self._decide, session, id, fields)

    async def approve(self, request: Request) -> Response:
        """Approve several at once, when they have been shown once more."""
        session, fields = await self.signing.form(request)
        return await run_in_threadpool(self._approve, session, fields)

    def log(self, request: Request) -> Response:
        """Show the latest decisions."""
        session = self.signing.required(request)
        made = self.decisions.log(SHOWN)
        return private(self.site, "log.html", session=session, made=made, reasons=REASONS)

    def log_json(self, request: Request) -> Response:
        """Tell programs of the decisions."""
        self.signing.required(request)
        made = [asdict(one) | {"at": one.at.isoformat()} for one in self.decisions.log(LOGGED)]
        return JSONResponse(made, headers=PRIVATE)

    def feed(self, key: str) -> Response:
        """Tell a moderator's feed reader what waits; raises NotFound for any other key."""
        if not self.signing.moderators.opens_queue(key):
            raise NotFound("There is no page at this address.")
        waiting = self.submissions.all(State.WAITING)
        body = queue_feed(self.site.settings, key, waiting)
        return Response(body, media_type="application/atom+xml", headers=PRIVATE)

    def _queue(self, session: Session, failed: tuple[Failed, ...] = ()) -> Response:
        unready = (State.LOOKING, State.CHOOSING)
        return private(
            self.site,
            "queue.html",
            status=409 if failed else 200,
            session=session,
            waiting=self.submissions.all(State.WAITING, SHOWN),
            others=[one for state in unready for one in self.submissions.all(state, SHOWN)],
            reasons=REASONS,
            failed=failed,
            feed=f"{HOME}/queue/{self.signing.moderators.queue_key(session.name)}.atom",
        )

    def _one(self, session: Session, one: Submission, error: str = "") -> Response:
        preview = self.submissions.preview(one)
        return private(
            self.site,
            "suggestion.html",
            status=409 if error else 200,
            session=session,
            one=one,
            open=one.state not in DECIDED and not one.approved,
            preview=preview,
            rhythm=rhythm([post.sort_at for post in preview.posts]) if preview else "",
            reason=REASONS.get(one.reason),
            choices=[REASONS[code] for code in CHOICES],
            kinds=KINDS,
            councils=councils_of_today(),
            next=self._next(one.id),
            error=error,
        )

    def _next(self, id: int) -> int | None:
        """Return the suggestion to look at after this one."""
        waiting = [one.id for one in self.submissions.all(State.WAITING) if one.id != id]
        return min((one for one in waiting if one > id), default=min(waiting, default=None))

    def _decide(self, session: Session, id: int, fields: Fields) -> Response:
        who, decisions = session.name, self.decisions
        verbs: dict[str, Callable[[], object]] = {
            "approve": partial(self._list, id, who, fields),
            "refuse": partial(
                decisions.reject, id, who, fields.get("reason", ""), fields.get("note", "")
            ),
            "ask": partial(decisions.ask, id, who, fields.get("question", "")),
        }
        following = self._next(id)
        try:
            verbs.get(fields.get("do", ""), _nothing)()
        except (SubmissionError, OpmlError) as error:
            return self._one(session, self.submissions.by_id(id), str(error))
        except StoreError:
            return problem_page(self.site, 503, "Nothing was decided. Send it again in a minute.")
        return leads(f"{HOME}/suggestions/{following}" if following else HOME)

    def _list(self, id: int, who: str, fields: Fields) -> None:
        said = read_proposal(
            title=fields.get("title", ""),
            kind=fields.get("kind", ""),
            council=fields.get("council"),
        )
        chosen = number(fields.get("feed", ""))
        self.decisions.approve(id, who, said, chosen if chosen >= 0 else None)

    def _approve(self, session: Session, fields: Fields) -> Response:
        """Show those that are ticked once more, or approve them."""
        ids = [number(name.removeprefix("id-")) for name in fields if name.startswith("id-")]
        ticked = [one for id in ids[:AT_ONCE] if (one := self._waiting(id))]
        if not ticked:
            return leads(HOME)
        if fields.get("do") != "confirm":
            shown = [(one, self.submissions.preview(one)) for one in ticked]
            return private(self.site, "together.html", session=session, shown=shown)
        failed = tuple(filter(None, (self._together(session, one) for one in ticked)))
        return self._queue(session, failed) if failed else leads(HOME)

    def _waiting(self, id: int) -> Submission | None:
        try:
            one = self.submissions.by_id(id)
        except NotFound:
            return None
        return one if one.state is State.WAITING and not one.approved else None

    def _together(self, session: Session, one: Submission) -> Failed | None:
        try:
            self.decisions.approve(one.id, session.name)
        except PlanetError as error:
            return Failed(one, str(error))
        return None


def _nothing() -> None:
    raise SubmissionError("verb", "Choose one of the buttons.")
