"""Suggested blogs, from an address to a decision, and what a killed process leaves."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from index.catalogue import Catalogue
from index.database import Database
from index.decisions import Decisions
from index.edits import Add
from index.errors import NotFound, OpmlError, SubmissionError
from index.members import EVERYBODY
from index.model import Kind, Outcome, Poll, Status, Visit
from index.opml import parse, unparse
from index.outbox import Outbox
from index.rewriting import rewrite
from index.store import Store
from index.submission import Found, Proposal, Sample, State, Submission, member_token
from index.submissions import LOOKS_AN_HOUR, MEMBERS_AN_HOUR, QUEUE, Submissions
from index.suggested import read_address, read_proposal
from tests.conftest import ENTRY, FEED, NOW, Clock

ADDRESS = "https://bins.example/"
BINS = Found(
    url="https://bins.example/feed",
    title="Bins in Hackney Council",
    site="https://bins.example/",
    kind="RSS",
    posts=2,
    newest=NOW,
    latest=(Sample(title="Bin days", url="https://bins.example/1", published=NOW),),
)
NEWS = replace(BINS, url="https://bins.example/news", title="News", latest=())


@pytest.fixture
def kept(database: Database, clock: Clock) -> Submissions:
    return Submissions(database, clock)


@pytest.fixture
def opml(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_bytes(unparse([FEED], title="Blogs"))
    return path


@pytest.fixture
def decisions(database: Database, opml: Path, clock: Clock) -> Decisions:
    return Decisions(database, opml, clock)


def suggest(kept: Submissions, *found: Found, address: str = ADDRESS) -> tuple[str, Submission]:
    """Suggest an address, look at it, and find these feeds."""
    token, id = kept.submit(address, Proposal())
    for taken in kept.take(9):
        kept.found(taken, found, "" if found else "no-feed-found", "" if found else "None.")
    return token, kept.by_id(id)


def urls(opml: Path) -> list[str]:
    return [feed.url for feed in parse(opml.read_bytes()).feeds]


def test_one_feed_is_chosen_and_guessed_at(kept: Submissions) -> None:
    _, one = suggest(kept, BINS)
    assert (one.state, one.title) == (State.WAITING, "Bins in Hackney Council")
    assert (one.kind, one.councils) == ("council", ("hackney",))


def test_several_feeds_are_for_the_person_to_choose_from(kept: Submissions) -> None:
    token, one = suggest(kept, BINS, NEWS)
    assert (one.state, [found.title for found in one.found]) == (
        State.CHOOSING,
        [BINS.title, "News"],
    )
    assert one.found[0] == BINS
    assert kept.choose(token, 1).title == "News"
    with pytest.raises(SubmissionError):
        kept.choose(token, 0)


def test_a_feed_of_a_part_does_not_make_a_choice(kept: Submissions) -> None:
    _, one = suggest(kept, BINS, replace(NEWS, part=True))
    assert one.state is State.WAITING


def test_what_was_said_beforehand_beats_our_guess(kept: Submissions) -> None:
    _, id = kept.submit(ADDRESS, Proposal(kind=Kind.COMMUNITY, councils=("leeds",)))
    kept.found(kept.take(1)[0], [BINS])
    assert (kept.by_id(id).kind, kept.by_id(id).councils) == ("community", ("leeds",))


def test_no_feed_is_a_reason_with_a_sentence(kept: Submissions) -> None:
    _, one = suggest(kept)
    assert (one.state, one.reason, one.detail) == (State.FAILED, "nothing-found", "None.")


def test_a_silent_blog_is_taken_as_an_archive(kept: Submissions) -> None:
    _, one = suggest(kept, replace(BINS, newest=NOW - timedelta(days=6 * 365)))
    assert (one.state, one.reason) == (State.WAITING, "archive")


@pytest.mark.parametrize(
    "address", [FEED.url, FEED.site, "parks.example", "http://PARKS.example/"]
)
def test_a_listed_blog_is_said_to_be_listed_at_once(
    kept: Submissions, store: Store, address: str
) -> None:
    store.follow([FEED], NOW)
    _, id = kept.submit(address, Proposal())
    one = kept.by_id(id)
    assert (one.state, one.reason) == (State.LISTED, "already-listed")
    assert one.listed == "parks-and-paths"


def test_a_listed_blog_is_known_by_its_posts(kept: Submissions, store: Store) -> None:
    store.follow([FEED], NOW)
    [lease] = store.lease(NOW, 1)
    poll = Poll(due=NOW + timedelta(hours=1), visited=NOW, succeeded=NOW)
    visit = Visit(at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(ENTRY,))
    store.record(lease, visit)
    mirror = replace(BINS, latest=(Sample(title=ENTRY.title, url=ENTRY.url),))
    assert suggest(kept, mirror)[1].reason == "already-listed"


def test_a_blog_that_left_is_not_added_again(kept: Submissions, store: Store) -> None:
    store.follow([FEED], NOW)
    store.withdraw("parks-and-paths")
    assert suggest(kept, address=FEED.url)[1].reason == "left"
    at_home = replace(BINS, url="https://parks.example/atom", site=FEED.site)
    assert suggest(kept, at_home)[1].reason == "left"


def test_a_second_suggestion_waits_for_nobody(kept: Submissions) -> None:
    suggest(kept, BINS)
    assert suggest(kept, BINS)[1].reason == "already-suggested"


def test_a_refused_blog_stays_refused_and_says_why(
    kept: Submissions, decisions: Decisions, catalogue: Catalogue
) -> None:
    _, one = suggest(kept, BINS)
    decisions.reject(one.id, "ann", "off-topic", "It is about trains.")
    assert kept.by_id(one.id).state is State.REFUSED
    for address in (ADDRESS, BINS.url):
        _, again = suggest(kept, BINS, address=address)
        assert (again.reason, again.state) == ("already-refused", State.REFUSED)
        assert "public services" in again.detail


def test_an_approved_blog_has_a_line_and_is_live(
    kept: Submissions, decisions: Decisions, opml: Path, store: Store, catalogue: Catalogue
) -> None:
    store.follow([FEED], NOW)
    _, one = suggest(kept, BINS)
    decisions.approve(one.id, "ann", Proposal(title="Bins & <b>", kind=Kind.COMMUNITY))
    assert urls(opml) == [FEED.url, BINS.url]
    assert {blog.feed.title for blog in catalogue.blogs()} == {FEED.title, "Bins & <b>"}
    done = kept.by_id(one.id)
    assert (done.state, done.listed) == (State.LISTED, "bins-in-hackney-council")
    store.follow(parse(opml.read_bytes()).feeds, NOW)
    assert all(blog.feed.status is Status.LIVE for blog in catalogue.blogs())
    with pytest.raises(SubmissionError):
        decisions.reject(one.id, "ann", "spam")


def test_an_approved_blog_changes_no_other_line(
    kept: Submissions, decisions: Decisions, opml: Path
) -> None:
    before = b'<!-- ours -->\r\n<opml version="2.0"><body x="1">\r\n' + (
        b"  <outline text='Councils' mine='1'>\r\n"
        b'    <outline text="A" xmlUrl="https://a.example/f" mine="1"/>\r\n'
        b"  </outline>\r\n</body></opml>\r\n"
    )
    opml.write_bytes(before)
    _, one = suggest(kept, BINS)
    decisions.approve(one.id, "ann", Proposal(title="Ŵy & <ŵy>"))
    after = opml.read_bytes()
    more = [line for line in after.splitlines(True) if line not in before.splitlines(True)]
    assert len(more) == 1
    assert after.replace(more[0], b"") == before
    assert parse(after).feeds[1].title == "Ŵy & <ŵy>"
    assert after.index(more[0]) < after.index(b"</outline>")  # in its kind's group


def test_a_blog_that_moved_while_it_was_approved_has_one_line(
    kept: Submissions, decisions: Decisions, opml: Path, store: Store
) -> None:
    _, one = suggest(kept, BINS)
    with store.database.write() as db:
        db.execute(text("UPDATE submissions SET approved = 1"))
        db.execute(text("UPDATE feeds SET url = 'https://bins.example/moved'"))
    rewrite(opml, [Add(replace(FEED, url=BINS.url, title="Bins"))])
    assert decisions.settle() == ()
    assert urls(opml) == [FEED.url, BINS.url]
    assert kept.by_id(one.id).state is State.LISTED


def test_a_blog_that_left_while_it_was_approved_stays_away(
    kept: Submissions, decisions: Decisions, opml: Path, store: Store
) -> None:
    _, one = suggest(kept, BINS)
    with store.database.write() as db:
        db.execute(text("UPDATE submissions SET approved = 1"))
    store.withdraw("bins-in-hackney-council")
    assert decisions.settle() == ("The blog left before it was listed.",)
    assert decisions.settle() == ()
    assert urls(opml) == [FEED.url]
    assert (kept.by_id(one.id).state, kept.by_id(one.id).reason) == (State.REFUSED, "left")


def test_a_list_that_cannot_be_written_does_not_keep_other_approvals_back(
    kept: Submissions, decisions: Decisions, opml: Path, store: Store
) -> None:
    whole = opml.read_bytes()
    _, one = suggest(kept, BINS)
    with store.database.write() as db:
        db.execute(text("UPDATE submissions SET approved = 1"))
    opml.write_bytes(whole[:-20])
    [said] = decisions.settle()
    assert str(opml) in said
    opml.write_bytes(whole)
    assert decisions.settle() == ()
    assert kept.by_id(one.id).state is State.LISTED


def test_a_broken_list_lists_nothing_and_can_be_mended(
    kept: Submissions, decisions: Decisions, opml: Path, catalogue: Catalogue
) -> None:
    whole = opml.read_bytes()
    _, one = suggest(kept, BINS)
    opml.write_bytes(whole[:-20])
    with pytest.raises(OpmlError):
        decisions.approve(one.id, "ann")
    assert catalogue.blogs() == []
    opml.write_bytes(whole)
    decisions.approve(one.id, "ann")
    assert [said.what for said in decisions.log()] == ["approve", "not listed", "approve"]


@pytest.mark.parametrize("written", [False, True], ids=["before the line", "after the line"])
def test_what_a_killed_process_began_is_ended_at_the_next_start(
    kept: Submissions,
    decisions: Decisions,
    opml: Path,
    store: Store,
    catalogue: Catalogue,
    written: bool,
) -> None:
    store.follow([FEED], NOW)
    _, one = suggest(kept, BINS)
    with store.database.write() as db:
        db.execute(text("UPDATE submissions SET approved = 1"))
    if written:
        rewrite(opml, [Add(replace(FEED, url=BINS.url, title="Bins"))])
        store.follow(parse(opml.read_bytes()).feeds, NOW)  # the crawler was quicker
    assert decisions.settle() == ()
    assert urls(opml) == [FEED.url, BINS.url]
    assert kept.by_id(one.id).state is State.LISTED
    assert len(catalogue.blogs()) == 2


def test_a_line_that_somebody_wrote_by_hand_is_an_approval(
    kept: Submissions, decisions: Decisions, store: Store
) -> None:
    _, one = suggest(kept, BINS)
    store.follow([FEED, replace(FEED, url=BINS.url, site="", title="By hand")], NOW)
    decisions.settle()
    assert kept.by_id(one.id).state is State.LISTED


def test_a_pending_blog_is_visited_first_and_published_nowhere(
    kept: Submissions, store: Store, catalogue: Catalogue, outbox: Outbox
) -> None:
    store.follow([FEED], NOW)
    _, one = suggest(kept, BINS)
    lease = store.lease(NOW, 9)[0]
    assert lease.feed.url == BINS.url
    poll = Poll(due=NOW + timedelta(hours=1), visited=NOW, succeeded=NOW)
    store.record(
        lease, Visit(at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(ENTRY,))
    )
    assert catalogue.latest(9) == []
    assert [blog.feed.url for blog in catalogue.blogs()] == [FEED.url]
    preview = kept.preview(one)
    assert preview is not None
    assert ([post.title for post in preview.posts], preview.total) == ([ENTRY.title], 1)


def test_corrections_are_taken_until_the_decision(kept: Submissions, decisions: Decisions) -> None:
    token, one = suggest(kept, BINS)
    kept.correct(token, read_proposal(title="Bins", kind="supplier", council=""))
    after = kept.by_id(one.id)
    assert (after.title, after.kind, after.councils) == ("Bins", "supplier", ())
    decisions.reject(one.id, "ann", "spam")
    with pytest.raises(SubmissionError):
        kept.correct(token, Proposal(title="Mine"))


def test_a_question_and_its_answer(kept: Submissions, decisions: Decisions) -> None:
    token, one = suggest(kept, BINS)
    decisions.ask(one.id, "ann", "Is it\nyours?")
    kept.answer(token, "Yes")
    assert (kept.by_token(token).question, kept.by_token(token).answer) == ("Is it yours?", "Yes")


def test_what_is_taken_back_is_forgotten(kept: Submissions, store: Store) -> None:
    token, id = kept.submit(ADDRESS, Proposal(email="a@b.example", note="Mine"))
    kept.found(kept.take(1)[0], [BINS])
    kept.withdraw(token)
    one = kept.by_id(id)
    assert (one.reason, one.email, one.note, one.found) == ("withdrawn", "", "", ())
    assert store.feeds() == []
    assert suggest(kept, BINS)[1].state is State.WAITING


def test_email_addresses_are_deleted_when_their_day_has_come(
    kept: Submissions, clock: Clock
) -> None:
    _, id = kept.submit(ADDRESS, Proposal(email="a@b.example"))
    kept.tidy()
    assert kept.by_id(id).email
    clock.now += timedelta(days=91)
    kept.tidy()
    assert not kept.by_id(id).email


def test_a_token_is_kept_nowhere_and_opens_one_submission(
    kept: Submissions, database: Database
) -> None:
    token, id = kept.submit(ADDRESS, Proposal())
    assert kept.by_token(token).id == id
    with database.read() as db:
        assert token not in str(db.execute(text("SELECT * FROM submissions")).all())
    for wrong in ("", token[:-1], token + "x", str(id), "\udc80"):
        with pytest.raises(NotFound):
            kept.by_token(wrong)


def test_looks_are_shared_out_fairly(kept: Submissions, clock: Clock) -> None:
    for n in range(20):
        kept.submit(f"https://bins.example/{n}", Proposal())
    kept.submit("https://other.example", Proposal())
    assert [taken.address for taken in kept.take(4)] == [
        "https://bins.example/0",
        "https://other.example",
    ]
    assert kept.take(4) == []
    kept.release()
    looks = 0
    for _ in range(30):
        for taken in kept.take(1):
            looks += "bins" in taken.address
            kept.found(taken, [], "no-feed-found")
        clock.now += timedelta(minutes=1)
    assert looks == LOOKS_AN_HOUR


def test_a_look_that_breaks_off_is_not_repeated_for_ever(kept: Submissions, clock: Clock) -> None:
    _, id = kept.submit(ADDRESS, Proposal())
    for _ in range(4):
        kept.take(1)
        clock.now += timedelta(minutes=6)
    assert kept.by_id(id).reason == "fault"


def test_a_late_look_changes_nothing(kept: Submissions) -> None:
    token, id = kept.submit(ADDRESS, Proposal())
    [taken] = kept.take(1)
    kept.withdraw(token)
    kept.found(taken, [BINS])
    assert kept.by_id(id).reason == "withdrawn"


def test_a_full_queue_says_so(kept: Submissions) -> None:
    for n in range(QUEUE):
        kept.submit(f"https://b{n}.example", Proposal())
    with pytest.raises(SubmissionError, match="Try again in an hour"):
        kept.submit(ADDRESS, Proposal())


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address"),
        ("   ", "address"),
        ("javascript:alert(1)", "address"),
        ("file:///etc/passwd", "address"),
        ("data:text/html,hello", "address"),
        ("mailto:a@b.example", "address"),
        ("ftp://a.example", "address"),
        ("https://user:secret@a.example/", "address"),
        ("user:secret@a.example", "address"),
        ("https://a.example/" + "a" * 3000, "address"),
        ("https://a.example/\r\nSet-Cookie: x", "address"),
        ("https://a.example:22/", "address"),
        ("http://[", "address"),
        ('https://a"><script>/', "address"),
        ("http://127.0.0.1/", "private"),
        ("http://2130706433/", "private"),
        ("http://0x7f.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("10.0.0.1", "private"),
        ("https://planet.example/blogs", "own"),
        ("planet.example", "own"),
    ],
)
def test_addresses_that_cannot_be_a_blog_get_one_sentence(address: str, code: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        read_address(address, own="https://planet.example")
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["a.example", "a.example:8080/feed", " <https://a.example/> ", "https://bücher.example/ŵy"],
)
def test_addresses_as_people_paste_them_are_taken(address: str) -> None:
    assert read_address(address, own="https://planet.example")


@pytest.mark.parametrize(
    "said",
    [{"kind": "king"}, {"council": "atlantis"}, {"email": "a@b"}, {"email": "a@b.c\nBcc: d@e.f"}],
)
def test_what_cannot_be_said_of_a_blog_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(SubmissionError):
        read_proposal(**said)


def test_letters_that_nobody_sees_are_no_part_of_an_address() -> None:
    assert read_address("\u200bhttps://x.example/\u202e\ufeff") == "https://x.example/"
    assert read_address("//x.example/blog") == "x.example/blog"


def test_a_blog_in_the_list_whose_feed_is_not_found_yet_is_listed_already(
    kept: Submissions, store: Store
) -> None:
    store.follow([replace(FEED, url="", site=BINS.site, title="Bins")], NOW)
    _, one = suggest(kept, BINS, address="https://bins.example/feed")
    assert (one.state, one.reason, one.listed) == (State.LISTED, "already-listed", "bins")


@pytest.mark.parametrize(
    "text",
    [
        "planet.example",
        "https://planet.example:443/x",
        "HTTP://www.planet.example?q",
        "feed:planet.example",
    ],
)
def test_our_own_address_is_known_however_it_is_written(text: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        read_address(text, own="https://planet.example")
    assert caught.value.code == "own"


def test_whoever_suggests_a_blog_after_another_is_told_of_the_decision_too(
    kept: Submissions, decisions: Decisions, store: Store
) -> None:
    _, first = suggest(kept, BINS)
    _, second = suggest(kept, BINS, address="https://bins.example/about")
    assert (second.state, second.reason) == (State.REFUSED, "already-suggested")
    decisions.approve(first.id, "ann")
    told = kept.by_id(second.id)
    assert (told.state, told.listed) == (State.LISTED, kept.by_id(first.id).listed)


def test_a_refusal_is_told_to_all_who_suggested_the_blog(
    kept: Submissions, decisions: Decisions
) -> None:
    _, first = suggest(kept, BINS)
    _, second = suggest(kept, BINS, address="https://bins.example/about")
    decisions.reject(first.id, "ann", "spam", "No.")
    assert kept.by_id(second.id).reason == "spam"


def test_a_suggestion_taken_back_leaves_that_of_another(kept: Submissions) -> None:
    token, first = suggest(kept, BINS)
    _, second = suggest(kept, BINS, address="https://bins.example/about")
    kept.withdraw(token)
    [taken] = kept.take(9)
    kept.found(taken, [BINS])
    assert (kept.by_id(first.id).reason, kept.by_id(second.id).state) == (
        "withdrawn",
        State.WAITING,
    )


MEMBERS = [
    Found(
        url=f"https://m{n}.marsh.blog/",
        title=f"Member {n}",
        site="https://www.marsh.blog/",
        member=True,
    )
    for n in range(30)
]


def test_members_of_a_network_are_suggested_by_themselves_and_only_once(kept: Submissions) -> None:
    token, one = suggest(kept, *MEMBERS)
    assert one.state is State.CHOOSING
    first = kept.choose_members(token, [2, 0, 2])
    assert [c.number for c in first] == [0, 2]
    again = kept.choose_members(token, [0, 1])
    assert [(c.number, c.state) for c in again] == [(n, State.LOOKING) for n in (0, 1, 2)]
    assert [kept.by_token(c.token).address for c in again] == [m.url for m in MEMBERS[:3]]


def test_a_member_that_is_listed_already_is_said_so_at_once(
    kept: Submissions, store: Store
) -> None:
    store.follow([FEED], NOW)
    here = replace(MEMBERS[0], url=FEED.site)
    token, _ = suggest(kept, here, *MEMBERS[1:])
    [chosen] = kept.choose_members(token, [0])
    assert (chosen.state, chosen.reason) == (State.LISTED, "already-listed")


@pytest.mark.parametrize("numbers", [[], [-1], [30], [31], range(21)])
def test_what_cannot_be_chosen_of_a_network_is_said_and_nothing_is_suggested(
    kept: Submissions, numbers: list[int]
) -> None:
    token, _ = suggest(kept, *MEMBERS, BINS)
    with pytest.raises(SubmissionError):
        kept.choose_members(token, numbers)
    assert kept.chosen(token) == []


def test_twenty_members_an_hour_can_be_chosen(kept: Submissions, clock: Clock) -> None:
    token, _ = suggest(kept, *MEMBERS)
    kept.choose_members(token, range(20))
    with pytest.raises(SubmissionError):
        kept.choose_members(token, [20])
    clock.now += timedelta(hours=1, seconds=1)
    assert len(kept.choose_members(token, range(20, 30))) == 30


def test_a_member_cannot_be_taken_for_the_networks_own_feed(kept: Submissions) -> None:
    token, _ = suggest(kept, BINS, *MEMBERS)
    with pytest.raises(SubmissionError):
        kept.choose(token, 1)
    assert kept.choose(token, 0).state is State.WAITING


def test_a_member_is_opened_by_the_networks_token_alone() -> None:
    assert member_token("a", 1) != member_token("a", 2) != member_token("b", 2)
    assert len(member_token("a", 1)) == 32


def looked_at(kept: Submissions, clock: Clock, minutes: int) -> list[str]:
    """Look at one suggestion a minute; return which there were."""
    found = []
    for _ in range(minutes):
        for taken in kept.take(9):
            found.append(taken.address)
            kept.found(taken, [], "no-feed-found")
        clock.now += timedelta(minutes=1)
    return found


def test_members_of_a_network_are_looked_at_one_after_another_whatever_their_hosts(
    kept: Submissions,
) -> None:
    token, _ = suggest(kept, *MEMBERS, address="https://marsh.blog")
    kept.choose_members(token, range(5))
    [taken] = kept.take(9)
    kept.submit("https://marsh.blog/another", Proposal())
    assert kept.take(9) == []
    kept.found(taken, [BINS])
    assert [one.address for one in kept.take(9)] == [MEMBERS[1].url]


def test_twenty_members_of_a_network_are_looked_at_in_an_hour_whoever_chooses_them(
    kept: Submissions, clock: Clock
) -> None:
    tokens = [suggest(kept, *MEMBERS, address=f"https://marsh.blog/?{n}")[0] for n in range(2)]
    clock.now += timedelta(hours=2)
    for token in tokens:
        kept.choose_members(token, range(20))
    assert len(looked_at(kept, clock, 59)) == MEMBERS_AN_HOUR
    assert looked_at(kept, clock, 3) == [MEMBERS[0].url, MEMBERS[1].url]


def test_members_of_a_network_use_up_what_its_host_is_looked_at_in_an_hour(
    kept: Submissions, clock: Clock
) -> None:
    folders = [replace(BINS, url=f"{ADDRESS}{n}/", site=ADDRESS, member=True) for n in range(9)]
    token, _ = suggest(kept, *folders)
    kept.choose_members(token, range(8))
    for n in range(9):
        kept.submit(f"{ADDRESS}by-itself/{n}", Proposal())
    assert looked_at(kept, clock, 30) == [one.url for one in folders[:8]]


def test_no_more_members_are_taken_in_an_hour_than_can_be_looked_at(
    kept: Submissions, clock: Clock
) -> None:
    tokens = [suggest(kept, *MEMBERS, address=f"https://m{n}.example")[0] for n in range(6)]
    for token in tokens[:5]:
        kept.choose_members(token, range(20))
    assert EVERYBODY == 5 * 20
    with pytest.raises(SubmissionError) as refused:
        kept.choose_members(tokens[5], [0])
    assert refused.value.code == "full"
    clock.now += timedelta(hours=1, seconds=1)
    assert len(kept.choose_members(tokens[5], [0])) == 1


def test_what_is_known_of_members_is_said_before_they_are_chosen(
    kept: Submissions, store: Store, decisions: Decisions
) -> None:
    by_folder = replace(FEED, url="https://m1.marsh.blog/feed/", site="https://elsewhere.example/")
    store.follow([FEED, by_folder], NOW)
    _, bad = suggest(kept, replace(BINS, site=""), address=MEMBERS[2].url)
    decisions.reject(bad.id, "ann", "spam")
    found = [replace(MEMBERS[0], url=FEED.site), *MEMBERS[1:4], replace(BINS, url=FEED.url)]
    known = kept.known(found)
    assert {n: (one.state, one.reason) for n, one in known.items()} == {
        0: (State.LISTED, "already-listed"),
        1: (State.LISTED, "already-listed"),
        2: (State.REFUSED, "already-refused"),
    }
    assert known[0].listed
    assert known[2].detail


def test_what_is_said_of_a_network_is_said_of_its_members(kept: Submissions) -> None:
    said = Proposal(
        title="All", kind=Kind.COUNCIL, councils=("leeds",), note="Mine", email="a@b.example"
    )
    token, _ = kept.submit("https://marsh.blog", said)
    kept.found(kept.take(1)[0], MEMBERS)
    [chosen] = kept.choose_members(token, [3])
    one = kept.by_token(chosen.token)
    assert (one.title, one.kind, one.councils) == ("", "council", ("leeds",))
    assert (one.note, one.email) == ("Mine", "a@b.example")
    assert one.network == MEMBERS[3].site


def test_a_network_is_kept_so_long_as_somebody_chooses_from_it(
    kept: Submissions, clock: Clock
) -> None:
    token, _ = suggest(kept, *MEMBERS)
    clock.now += timedelta(days=29)
    kept.choose_members(token, [0])
    clock.now += timedelta(days=29)
    kept.tidy()
    assert len(kept.chosen(token)) == 1
