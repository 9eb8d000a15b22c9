"""What the owners of blogs wish, wherever their posts leave us; and what they may not do."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.alarms import Alarms
from index.bulk import copies
from index.catalogue import Catalogue
from index.claim import EMAIL_KEPT, KEPT, WAIT, Claim, ClaimState, Proof, Seen, feed_key
from index.claims import LEASE, OF_A_BLOG, Claims
from index.database import Database
from index.decisions import Decisions
from index.errors import NotFound, OpmlError, SubmissionError
from index.model import Excerpt, Kind, Outcome, Poll, Visit
from index.opml import parse, unparse
from index.outbox import Outbox
from index.owners import DESCRIPTION, Labels, Owners, read_labels
from index.pages import Pages, PageText, page_texts, want
from index.query import parse_query
from index.refresh import refresh
from index.search import open_search
from index.settings import read_settings
from index.shown import SHORT, shown
from index.slices import Slice
from index.store import Store
from index.submission import Proposal
from index.submissions import Submissions
from tests.conftest import ENTRY, FEED, NOW, Clock

OTHER = replace(
    FEED, url="https://ducks.example/feed", site="https://ducks.example/", title="Ducks"
)
LONG = "On Saturday the bandstand reopens, and there will be music, tea and cake. " * 4
POST = replace(
    ENTRY,
    text=f"{LONG} A quagga came too.",
    excerpt=LONG[:280],
    licence="https://creativecommons.org/licenses/by/4.0/",
)
WALK = (
    "At the pond beside the bandstand ducks were counted, and the warden wrote them all down. " * 4
)
WALKED = replace(POST, text=f"{WALK} A quagga watched.", excerpt=WALK[:280])
MAIL = "ann@parks.example"
SLUG = "parks-and-paths"
DUCKS = "https://ducks.example/1"


@dataclass
class Office:
    """A planet of two blogs, of which one has an owner."""

    database: Database
    clock: Clock
    opml: Path
    search_url: str
    token: str = ""

    @property
    def claims(self) -> Claims:
        """What owners say."""
        return Claims(self.database, self.clock)

    @property
    def owners(self) -> Owners:
        """What they may do."""
        return Owners(self.database, self.opml, self.clock)

    @property
    def catalogue(self) -> Catalogue:
        """What others see."""
        return Catalogue(self.database, self.clock)

    def prove(self, email: str = "") -> str:
        """Let the crawler find somebody's code on the blog."""
        token = self.claims.claim(SLUG, email)
        self.claims.look(token)
        [sought] = self.claims.take(9)
        self.claims.came_of(sought, Seen(how=Proof.META))
        return token

    def finds(self, text: str) -> int:
        """Return how many posts hold these words, once the index has been told of everything."""
        refresh(Outbox(self.database), self.search_url)
        return open_search(self.search_url).find(parse_query(text), limit=9).counted

    def follow(self) -> None:
        """Follow the list as it is written now."""
        Store(self.database).follow(parse(self.opml.read_bytes()).feeds, self.clock.now)

    def fail(self, since_days: float = 2) -> None:
        """Let the feed fail, since some days."""
        with self.database.write() as db:
            since = self.clock.now - timedelta(days=since_days)
            stamp = since.isoformat(timespec="microseconds").replace("+00:00", "Z")
            said = {"since": stamp}
            db.exec_driver_sql(
                "UPDATE polls SET problem = 'dns', detail = 'The name cannot be found.',"
                " failing_since = :since",
                said,
            )


@pytest.fixture
def office(database: Database, clock: Clock, tmp_path: Path) -> Office:
    opml = tmp_path / "feeds.opml"
    opml.write_bytes(unparse([FEED, OTHER], title="Blogs"))
    made = Office(database, clock, opml, f"tantivy://{tmp_path / 'index'}")
    made.follow()
    store = Store(database)
    for lease in store.lease(NOW, 2):
        poll = Poll(due=NOW + timedelta(days=1), visited=NOW, succeeded=NOW)
        own, url = (POST, POST.url) if lease.feed.slug == SLUG else (WALKED, DUCKS)
        found = (replace(own, key=url, url=url),)
        store.record(
            lease, Visit(at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=found)
        )
    made.token = made.prove(MAIL)
    return made


def test_an_excerpt_is_shown_as_its_owner_wishes_wherever_it_leaves_us(office: Office) -> None:
    [parks, ducks] = sorted(office.catalogue.latest(9), key=lambda post: post.feed.title)[::-1]
    assert len(parks.excerpt) > SHORT
    office.owners.show(office.token, Excerpt.SHORT, full_text=True)
    post = office.catalogue.post(parks.id)
    assert len(post.excerpt) <= SHORT
    assert parks.excerpt.startswith(post.excerpt[:-1])
    office.owners.show(office.token, Excerpt.TITLE, full_text=True)
    [line] = [one for one in office.catalogue.blogs() if one.feed.slug == SLUG]
    assert line.newest is not None
    assert (line.newest.excerpt, office.catalogue.post(parks.id).excerpt) == ("", "")
    assert office.catalogue.texts([parks.id]) == {}
    assert office.finds("quagga blog:parks-and-paths") == 1  # found, and not shown
    assert office.catalogue.post(ducks.id).excerpt == ducks.excerpt


def test_whole_texts_are_neither_found_nor_passed_on_against_the_owners_wish(
    office: Office,
) -> None:
    texts = {
        one.post.feed.slug: one.text
        for batch in copies(office.catalogue, Slice())
        for one in batch
    }
    assert all("quagga" in text for text in texts.values())
    assert office.finds("quagga") == 2
    office.owners.show(office.token, Excerpt.USUAL, full_text=False)
    assert office.finds("quagga") == 1
    assert office.finds("bandstand music blog:parks-and-paths") == 1  # of title and excerpt
    texts = {
        one.post.feed.slug: one.text
        for batch in copies(office.catalogue, Slice())
        for one in batch
    }
    assert (texts[SLUG], "quagga" in texts["ducks"]) == ("", True)
    office.owners.show(office.token, Excerpt.USUAL, full_text=True)
    assert office.finds("quagga") == 2


def test_a_wish_outlives_visits_and_edits_of_the_list(office: Office) -> None:
    office.owners.show(office.token, Excerpt.TITLE, full_text=False)
    body = office.opml.read_text().replace("Parks and paths", "Parks, paths")
    office.opml.write_text(body)
    office.follow()
    [feed] = [one for one in office.catalogue.listed() if one.slug == SLUG]
    assert (feed.title, feed.excerpt, feed.full_text) == ("Parks, paths", Excerpt.TITLE, False)


def test_a_correction_is_written_into_the_list_and_logged(office: Office) -> None:
    before = parse(office.opml.read_bytes()).feeds
    said = Labels(kind=Kind.PRACTITIONER, councils=("camden", "hackney"), description="Of parks.")
    office.owners.correct(office.token, said)
    after = {one.url: one for one in parse(office.opml.read_bytes()).feeds}
    assert after[OTHER.url] in before
    line = after[FEED.url]
    assert (line.kind, line.councils, line.nation) == (
        Kind.PRACTITIONER,
        ("camden", "hackney"),
        "england",
    )
    shown_now = office.catalogue.blog(SLUG).feed
    assert (shown_now.kind, shown_now.description) == (Kind.PRACTITIONER, "Of parks.")
    office.follow()
    assert office.catalogue.blog(SLUG).feed == shown_now
    assert office.finds("kind:practitioner") == 1
    log = Decisions(office.database, office.opml).log()[0]
    assert (log.who, log.what, log.about) == ("the owner", "correct", "Parks and paths")
    assert "kind: council → practitioner" in log.note


def test_a_list_that_cannot_be_written_changes_nothing(office: Office) -> None:
    before = office.catalogue.blog(SLUG).feed
    office.opml.write_text("<opml>")
    with pytest.raises(OpmlError):
        office.owners.correct(office.token, Labels(kind=Kind.SUPPLIER))
    assert office.catalogue.blog(SLUG).feed == before


def test_what_cannot_be_said_of_a_blog_is_refused() -> None:
    with pytest.raises(SubmissionError):
        read_labels("shop", ())
    with pytest.raises(SubmissionError):
        read_labels("council", (), "france")
    said = read_labels("council", ("hackney",), "", "a\0 b\n" + "c" * 999)
    assert len(said.description) == DESCRIPTION
    assert said.description.startswith("a b c")


@pytest.mark.parametrize("verb", ["correct", "show", "tell", "leave"])
def test_who_has_not_proved_a_blog_theirs_may_change_nothing(office: Office, verb: str) -> None:
    token, before = office.claims.claim(SLUG), office.catalogue.blog(SLUG).feed
    verbs = {
        "correct": lambda who: office.owners.correct(who, Labels(kind=Kind.SUPPLIER)),
        "show": lambda who: office.owners.show(who, Excerpt.TITLE, full_text=False),
        "tell": lambda who: office.owners.tell(who, MAIL),
        "leave": office.owners.leave,
    }
    with pytest.raises(SubmissionError):
        verbs[verb](token)
    with pytest.raises(NotFound):
        verbs[verb]("nobody's")
    assert office.catalogue.blog(SLUG).feed == before
    verbs[verb](office.token)


def test_whoever_leaves_is_gone_and_nobody_brings_the_blog_back(office: Office) -> None:
    assert office.finds("bandstand") == 2
    office.owners.correct(office.token, Labels(kind=Kind.COUNCIL, description="Of parks."))
    office.owners.leave(office.token)
    with pytest.raises(NotFound):
        office.catalogue.blog(SLUG)
    assert office.finds("bandstand") == 1
    assert [one.url for one in parse(office.opml.read_bytes()).feeds] == [OTHER.url]
    with pytest.raises(NotFound):
        office.claims.by_token(office.token)
    with office.database.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM claims").scalar() == 0
        assert (
            db.exec_driver_sql("SELECT count(*) FROM feeds WHERE description != ''").scalar() == 0
        )
    office.opml.write_bytes(unparse([FEED, OTHER], title="Blogs"))
    office.follow()
    assert {one.slug for one in office.catalogue.listed()} == {"ducks"}
    _, id = Submissions(office.database, office.clock).submit("https://parks.example/", Proposal())
    assert Submissions(office.database).by_id(id).reason == "left"


def test_whoever_leaves_is_gone_although_the_list_cannot_be_written(office: Office) -> None:
    office.opml.write_text("<opml>")
    office.owners.leave(office.token)
    with pytest.raises(NotFound):
        office.catalogue.blog(SLUG)
    what = [one.what for one in Decisions(office.database, office.opml).log()]
    assert what[:2] == ["line not removed", "remove"]


def test_claims_are_made_of_listed_blogs_alone_and_not_without_end(office: Office) -> None:
    with pytest.raises(NotFound):
        office.claims.claim("nobody")
    for _ in range(OF_A_BLOG):
        office.claims.claim(SLUG)
    with pytest.raises(SubmissionError):
        office.claims.claim(SLUG)
    assert office.claims.claim("ducks")


def test_a_claim_that_nobody_proves_is_forgotten_and_a_proof_lasts(office: Office) -> None:
    token = office.claims.claim(SLUG, MAIL)
    office.clock.now += KEPT
    office.claims.tidy()
    with pytest.raises(NotFound):
        office.claims.by_token(token)
    assert office.claims.by_token(office.token).email == MAIL
    office.clock.now += EMAIL_KEPT
    office.claims.tidy()
    claim = office.claims.by_token(office.token)
    assert (claim.proved, claim.email) == (True, "")


def test_no_secret_is_kept(office: Office) -> None:
    with office.database.read() as db:
        rows = str(db.exec_driver_sql("SELECT * FROM claims").all())
    assert office.token not in rows
    assert feed_key(office.token) not in rows
    assert office.claims.by_feed_key(feed_key(office.token)).proved
    for other in (office.token, "nobody"):
        with pytest.raises(NotFound):
            office.claims.by_feed_key(other)
    with pytest.raises(NotFound):
        office.claims.by_token(feed_key(office.token))


def test_a_look_that_comes_too_late_changes_nothing(office: Office) -> None:
    token = office.claims.claim(SLUG)
    office.claims.look(token)
    [first] = office.claims.take(9)
    assert office.claims.take(9) == []
    office.clock.now += LEASE
    [second] = office.claims.take(9)
    office.claims.came_of(first, Seen(how=Proof.POST))
    assert office.claims.by_token(token).state is ClaimState.LOOKING
    office.claims.came_of(second, Seen(reason="absent", detail="Not there."))
    assert _said(office.claims.by_token(token)) == (ClaimState.FAILED, "absent")


def test_what_a_dead_crawler_looked_into_is_looked_into_again(office: Office) -> None:
    office.claims.look(office.claims.claim(SLUG))
    [first] = office.claims.take(9)
    office.claims.release()
    [second] = office.claims.take(9)
    assert first.id == second.id


def test_an_owner_is_told_once_of_each_failure_that_lasts(office: Office) -> None:
    alarms = Alarms(
        office.database, read_settings(base_url="https://planet.example"), office.clock
    )
    assert alarms.due(9) == []
    office.fail(since_days=0.5)
    assert alarms.due(9) == []
    office.clock.now += WAIT
    [letter] = alarms.due(9)
    assert letter.to == MAIL
    assert "Parks and paths" in letter.subject
    assert "The name cannot be found." in letter.body
    assert office.token not in letter.body
    alarms.sent(letter)
    assert alarms.due(9) == []
    office.fail()
    assert len(alarms.due(9)) == 1
    office.owners.tell(office.token, "")
    assert alarms.due(9) == []


@given(text=st.text(max_size=400))
def test_a_short_excerpt_is_short_and_the_beginning_of_the_usual(text: str) -> None:
    made = shown(text, Excerpt.SHORT)
    assert len(made) <= SHORT
    assert made == text or text.startswith(made.removesuffix("…"))
    assert shown(text, Excerpt.USUAL) == text
    assert shown(text, Excerpt.TITLE) == ""


def _said(claim: Claim) -> tuple[ClaimState, str]:
    return claim.state, claim.reason


def test_an_owner_who_wants_only_the_excerpt_found_has_the_pages_forgotten(office: Office) -> None:
    pages = Pages(office.database, office.clock)
    with office.database.write() as db:
        [feed] = [one for one in Store(office.database).feeds() if one.slug == SLUG]
        own = f"SELECT id FROM entries WHERE feed_id = {feed.id}"
        [id] = db.exec_driver_sql(own).scalars().all()
        want(db, feed, [(id, replace(POST, complete=False))], office.clock())
    [taken] = pages.take(1)
    pages.keep(taken, PageText("<p>A quokka too.</p>", "A quokka too."))
    office.owners.show(office.token, Excerpt.USUAL, full_text=False)
    with office.database.read() as db:
        assert page_texts(db, [id]) == {}
    assert pages.take(1) == []
