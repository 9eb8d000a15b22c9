"""Back catalogues in the store: who is taken when, what is kept, and where it goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from index.address import slot
from index.backfill import End, Listed, State, Step, Taken, Way, What
from index.backfilling import LEASE, POSTS
from index.backfills import REVISIT, Backfills
from index.catalogue import Catalogue
from index.database import Database
from index.errors import NotFound, PlanetError
from index.following import decide
from index.model import Entry, Feed, Outcome, Poll, Status, Visit
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW, Clock

DAY = timedelta(days=1)
OLD = replace(
    ENTRY,
    key="parks.example/old",
    url="https://parks.example/2019/05/old",
    title="The pond is dug",
    published=NOW - 900 * DAY,
)


@pytest.fixture
def backfills(database: Database, clock: Clock) -> Backfills:
    return Backfills(database, clock)


def read(store: Store, *feeds: Feed, way: Way = Way.PAGED) -> list[Feed]:
    """Follow feeds and read each once; return them as they are."""
    store.follow(feeds, NOW)
    for lease in store.lease(NOW, limit=len(feeds)):
        url = lease.feed.url
        older = f"{url}?paged=2" if way is Way.PAGED else ""
        poll = Poll(due=NOW + DAY, visited=NOW, succeeded=NOW, older_way=way, older=older)
        visit = Visit(at=NOW, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(ENTRY,))
        store.record(lease, visit)
    return store.feeds()


def other(name: str, host: str = "") -> Feed:
    return replace(FEED, title=name, url=f"https://{host or name}.example/{name}", site="")


def brought(taken: Taken, *entries: Entry, **changes: object) -> Step:
    step = Step(at=NOW, way=taken.way, entries=entries, address=f"{taken.address}0")
    return replace(step, **changes)  # type: ignore[arg-type]


def test_a_new_blog_that_was_read_is_taken_once_where_its_feed_says(
    store: Store, backfills: Backfills
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    assert (taken.way, taken.address) == (Way.PAGED, f"{FEED.url}?paged=2")
    assert backfills.take(5) == []


def test_a_blog_that_could_not_be_read_is_not_wanted(store: Store, backfills: Backfills) -> None:
    store.follow([FEED], NOW)
    [lease] = store.lease(NOW, limit=1)
    poll = Poll(due=NOW, visited=NOW, problem="dns")
    store.record(lease, Visit(at=NOW, outcome=Outcome.FAILED, feed=lease.feed, poll=poll))
    assert backfills.of(lease.feed.id) is None


def test_nobody_is_asked_at_one_host_or_platform_but_once(
    store: Store, backfills: Backfills
) -> None:
    shared = [other(name, "same") for name in ("a", "b")]
    blogs = [
        replace(FEED, title=n, url=f"https://{n}.wordpress.com/feed", site="") for n in ("c", "d")
    ]
    store.follow([*shared, *blogs, FEED], NOW)
    for feed in store.feeds():
        backfills.want(feed.slug)
    taken = backfills.take(9)
    assert {slot(one.address) for one in taken} == {
        "same.example",
        "wordpress.com",
        "parks.example",
    }
    assert len(taken) == 3
    assert backfills.take(9) == []


def test_what_somebody_asked_for_comes_first_and_the_others_only_if_they_may(
    store: Store, backfills: Backfills
) -> None:
    read(store, other("a"), other("b"))
    backfills.want("b")
    assert [one.feed.slug for one in backfills.take(1)] == ["b"]
    assert backfills.take(5, automatic=False) == []
    assert [one.feed.slug for one in backfills.take(5)] == ["a"]


def withdraw(store: Store) -> None:
    store.withdraw("parks-and-paths")


def forget(store: Store) -> None:
    store.follow([], NOW)


def hold(store: Store) -> None:
    with store.database.write() as db:
        db.exec_driver_sql(
            "INSERT INTO holds VALUES (1, 'adverts', 'No.', '2026-05-01T09:00:00.000000Z', NULL)"
        )


def ask_to_wait(store: Store) -> None:
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE polls SET not_before = '2026-05-01T10:00:00.000000Z'")


@pytest.mark.parametrize("what", [withdraw, forget, hold, ask_to_wait])
def test_who_left_is_held_or_asks_us_to_wait_is_not_taken(
    store: Store, backfills: Backfills, what: Callable[[Store], None]
) -> None:
    read(store, FEED)
    what(store)
    assert backfills.take(5) == []


@pytest.mark.parametrize("what", [withdraw, forget, hold])
def test_what_comes_back_too_late_changes_nothing(
    store: Store, backfills: Backfills, what: Callable[[Store], None], catalogue: Catalogue
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    what(store)
    assert backfills.keep(taken, brought(taken, OLD)) is None
    assert OLD.title not in {post.title for post in catalogue.latest(9)}


def test_a_suggested_blog_waits_until_it_is_approved(store: Store, backfills: Backfills) -> None:
    [feed] = read(store, FEED)
    with store.database.write() as db:
        decide(db, feed, Status.PENDING)
    assert backfills.take(5) == []
    with store.database.write() as db:
        decide(db, feed, Status.LIVE)
    assert len(backfills.take(5)) == 1


def test_a_feed_that_must_be_read_again_is_not_within_the_hour(
    store: Store, backfills: Backfills, clock: Clock
) -> None:
    [feed] = read(store, FEED, way=Way.UNKNOWN)
    assert backfills.take(5) == []
    known = backfills.of(feed.id)
    assert known is not None
    assert known.due == NOW + REVISIT
    clock.now += REVISIT
    [taken] = backfills.take(5)
    assert (taken.way, taken.address) == (Way.UNKNOWN, FEED.url)


def test_our_own_machines_may_be_hurried(store: Store, backfills: Backfills) -> None:
    read(store, FEED, way=Way.UNKNOWN)
    assert len(backfills.take(5, anyhow=lambda url: url == FEED.url)) == 1


def test_a_page_and_where_to_go_on_are_kept_together(
    store: Store, backfills: Backfills, database: Database, clock: Clock
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    step = brought(taken, OLD, keys=("a",))
    further = backfills.keep(taken, step)
    assert further is not None
    assert (further.address, further.asked) == (step.address, 1)
    backfills.release(timedelta(seconds=5))  # as after a crawler that was killed
    assert Backfills(database, clock).take(5) == []
    clock.now += timedelta(seconds=5)
    [again] = Backfills(database, clock).take(5)
    assert (again.address, again.seen) == (step.address, further.seen)
    assert again.seen.keys == {"a"}
    assert backfills.keep(taken, step) is None  # by its lease, that is somebody else


def test_who_dies_has_its_turn_again_when_the_lease_ends(
    store: Store, backfills: Backfills, clock: Clock
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    clock.now += LEASE + timedelta(seconds=1)
    [again] = backfills.take(5)
    assert again.address == taken.address


def test_after_a_turn_it_is_somebody_elses(
    store: Store, backfills: Backfills, clock: Clock
) -> None:
    read(store, other("a", "x"), other("b", "x"))
    backfills.want("a")
    backfills.want("b")
    [first] = backfills.take(1)
    clock.now += timedelta(minutes=1)
    backfills.leave(first)
    [second] = backfills.take(1)
    assert first.feed.slug != second.feed.slug


def test_an_old_post_is_late_and_stays_where_its_date_puts_it(
    store: Store, backfills: Backfills, catalogue: Catalogue
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    undated = [
        replace(OLD, key=f"u{n}", url=f"{OLD.url}-{n}", title=f"Undated {n}", published=None)
        for n in range(2)
    ]
    ahead = replace(OLD, key="a", url=f"{OLD.url}/a", title="Ahead", published=NOW + DAY)
    backfills.keep(taken, brought(taken, undated[0], ahead, OLD, undated[1]))
    posts = catalogue.latest(9)
    titles = [ENTRY.title, OLD.title, "Undated 0", "Ahead", "Undated 1"]
    assert [post.title for post in posts] == titles
    assert [post.late for post in posts] == [False, True, True, True, True]
    archive = catalogue.archive("parks-and-paths")
    assert archive.oldest is not None
    assert archive.oldest < OLD.published  # type: ignore[operator]


def test_undated_posts_of_a_page_without_dates_are_below_all_that_we_have(
    store: Store, backfills: Backfills, catalogue: Catalogue
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    backfills.keep(taken, brought(taken, replace(OLD, published=None)))
    first, last = catalogue.latest(9)
    assert (first.title, last.title) == (ENTRY.title, OLD.title)
    assert NOW - last.sort_at > 30 * DAY


def test_what_the_feed_gave_is_not_overwritten_by_an_archive(
    store: Store, backfills: Backfills, catalogue: Catalogue
) -> None:
    read(store, FEED)
    [taken] = backfills.take(5)
    stale = replace(ENTRY, title="An older wording")
    renamed = replace(stale, key="another key of the same address")
    backfills.keep(taken, brought(taken, stale, renamed))
    assert [post.title for post in catalogue.latest(9)] == [ENTRY.title]


def test_a_queue_holds_each_address_once_and_the_newest_five_thousand(
    store: Store, backfills: Backfills
) -> None:
    [feed] = read(store, FEED, way=Way.SITEMAP)
    [taken] = backfills.take(5)
    assert (taken.way, taken.address) == (Way.SITEMAP, "")
    asked = replace(taken, address="https://parks.example/sitemap.xml", what=What.SITEMAP)
    named = [
        Listed(f"https://parks.example/{n}", What.POST, NOW - n * DAY) for n in range(POSTS + 50)
    ]
    more = Listed("https://parks.example/two.xml", What.SITEMAP)
    step = Step(at=NOW, way=Way.SITEMAP, queue=(*reversed(named), more, named[0], more))
    second = backfills.keep(asked, step)
    assert second is not None
    assert (second.what, second.address) == (What.SITEMAP, more.address)
    known = backfills.of(feed.id)
    assert known is not None
    assert known.left == POSTS
    third = backfills.keep(second, Step(at=NOW, way=Way.SITEMAP, queue=tuple(named[:9])))
    assert third is not None
    assert third.address == named[0].address
    fourth = backfills.keep(third, Step(at=NOW, way=Way.SITEMAP))
    assert fourth is not None
    assert fourth.address == named[1].address


def test_the_end_is_told_and_forgets_what_was_asked(
    store: Store, backfills: Backfills, database: Database
) -> None:
    [feed] = read(store, FEED)
    [taken] = backfills.take(5)
    version = Catalogue(database).version()
    assert backfills.keep(taken, brought(taken, address="", end=End())) is None
    known = backfills.of(feed.id)
    assert known is not None
    assert (known.state, known.ended, known.asked) == (State.DONE, NOW, 1)
    assert Catalogue(database).version() != version
    with database.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM backfill_pages").scalar() == 0
    assert backfills.want(feed.slug)[1].state is State.DONE


def test_what_is_stuck_for_good_begins_anew_when_somebody_asks(
    store: Store, backfills: Backfills
) -> None:
    [feed] = read(store, FEED)
    [taken] = backfills.take(5)
    stuck = End(State.STUCK, "loops", "In a circle.")
    backfills.keep(taken, brought(taken, address="", end=stuck))
    assert backfills.take(5) == []
    assert backfills.want(feed.slug)[1].state is State.UNDER_WAY
    [again] = backfills.take(5)
    assert (again.address, again.seen) == (taken.address, type(again.seen)())


@pytest.mark.parametrize(
    "name", ["parks-and-paths", FEED.url, FEED.site, "http://www.parks.example"]
)
def test_a_blog_is_known_by_its_name_its_feed_or_its_home_page(
    store: Store, backfills: Backfills, name: str
) -> None:
    store.follow([FEED], NOW)
    assert backfills.want(name)[0].url == FEED.url


def test_whose_back_catalogue_is_not_fetched_is_said_plainly(
    store: Store, backfills: Backfills
) -> None:
    with pytest.raises(NotFound, match="No blog is called nobody"):
        backfills.want("nobody")
    read(store, FEED)
    hold(store)
    with pytest.raises(PlanetError, match="is held"):
        backfills.want("parks-and-paths")
    store.follow([replace(FEED, url="")], NOW)
    forget(store)
    with pytest.raises(PlanetError, match="only live blogs"):
        backfills.want("parks-and-paths")
