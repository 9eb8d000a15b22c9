"""One post published at several places is one cluster, of which one post is shown."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from index.catalogue import Catalogue
from index.clusters import settle_feed
from index.database import Database, migrate, open_database
from index.finding import By
from index.held import release
from index.likeness import FAR, Likely, bands, of_season, same_post, seasons, words
from index.model import Entry, Feed, Outcome, Poll, Post, Status, Visit
from index.outbox import Outbox
from index.query import parse_query
from index.refresh import refresh
from index.search import open_search
from index.slices import Slice
from index.store import Store
from tests.conftest import ENTRY, FEED, NOW

BODY = (
    "We fitted damp sensors in forty homes in two tower blocks, and asked each household what "
    "they made of them. Most were glad that somebody had looked at last. Some unplugged them in "
    "the first week, because nobody had said what the little light was for. The repairs team now "
    "opens a job when a room has been too wet for three days in a row, and in the first winter "
    "found nine leaks."
)
FOOTER = " This first appeared on our own site. Follow us for more, and tell your colleagues."
OTHER = (
    "Libraries lent pianos, drums and violins to children last winter, and most of them came "
    "back. What we learned is that parents want to hear the instrument before they take it home, "
    "that a van is cheaper than postage, and that nobody had ever asked the librarians whether "
    "they like music."
)
QUOTING = f"{OTHER} {OTHER} {OTHER} They wrote: {BODY}"
SUMMARY = BODY[:140] + " […]"


def feed(name: str, site: str = "") -> Feed:
    home = site or f"https://{name}.example/"
    return replace(FEED, url=f"{home}feed", site=home, title=name.title())


def post(name: str, text: str = BODY, days: int = 5, **values: object) -> Entry:
    said = {
        "key": name,
        "url": f"https://{name}.example/post",
        "title": f"Post of {name}",
        "html": f"<p>{text}</p>",
        "text": text,
        "published": NOW - timedelta(days=days),
    }
    return replace(ENTRY, **(said | values))  # type: ignore[arg-type]


def publish(store: Store, *pairs: tuple[Feed, Entry], now: datetime = NOW) -> None:
    """Follow these blogs, and let each publish its post, one after the other."""
    known = {one.url: one for one in store.feeds()}
    followed = [*known.values(), *(f for f, _ in pairs if f.url not in known)]
    store.follow([one for one in followed if one.status is Status.LIVE], now)
    for blog, entry in pairs:
        now += timedelta(hours=2)
        for lease in store.lease(now, 20):
            if lease.feed.url != blog.url:
                store.release([lease])
                continue
            poll = Poll(due=now + timedelta(hours=1), visited=now, succeeded=now)
            found = Visit(
                at=now, outcome=Outcome.READ, feed=lease.feed, poll=poll, entries=(entry,)
            )
            assert not store.record(lease, found).stale


def shown(catalogue: Catalogue) -> list[tuple[str, list[str]]]:
    """Return what the planet shows, with the other blogs that each post was published at."""
    return [(one.feed.title, [c.blog for c in one.also]) for one in catalogue.latest(20)]


OWN, MEDIUM, CATEGORY = feed("own"), feed("medium", "https://medium.com/own/"), feed("category")


def test_a_copy_on_a_platform_is_shown_with_the_blogs_own_post(
    store: Store, catalogue: Catalogue
) -> None:
    copy = post("copy", BODY + FOOTER, 1, url="https://medium.com/own/x?source=rss", title="Damp!")
    publish(store, (MEDIUM, copy), (OWN, post("own")))
    assert shown(catalogue) == [("Own", ["Medium"])]
    [other] = catalogue.latest(5, of=Slice(blog="medium"))
    assert (other.lead, [c.blog for c in other.also]) == (False, ["Own"])
    assert catalogue.coverage().posts == 1


def test_a_category_feed_that_changes_every_title_is_no_second_post(
    store: Store, catalogue: Catalogue
) -> None:
    same = post("own", title="[Housing] Post of own", url=post("own").url + "/?utm_source=cat")
    publish(store, (OWN, post("own")), (CATEGORY, replace(same, text="Short.", html="Short.")))
    assert shown(catalogue) == [("Own", ["Category"])]


def test_a_summary_under_the_same_title_is_the_same_post(
    store: Store, catalogue: Catalogue
) -> None:
    title = "What we learned about damp"
    short = post("category", SUMMARY, 3, title=title)
    publish(store, (OWN, post("own", title=title)), (CATEGORY, short))
    assert shown(catalogue) == [("Own", ["Category"])]


@pytest.mark.rule(29)
def test_a_blog_that_republishes_others_posts_never_leads(
    store: Store, catalogue: Catalogue
) -> None:
    gathered = post("own", days=9)  # at the author's own address, and of_season before
    publish(store, (feed("gatherer"), replace(gathered, key="g")), (OWN, post("own")))
    assert shown(catalogue) == [("Own", ["Gatherer"])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (post("own"), post("category", OTHER)),
        (post("own", title="Weeknotes"), post("category", OTHER, title="Weeknotes")),
        (post("own", "We did it."), post("category", "We did it.")),
        (
            post("own"),
            post("category", f"{OTHER} {OTHER} {OTHER} They wrote: {BODY}"),
        ),  # quotes it
        (post("own"), post("category", days=400)),  # last year's, of the same pattern
    ],
    ids=["other", "one title", "short", "quoted", "a year before"],
)
def test_other_posts_stay_apart(
    store: Store, catalogue: Catalogue, one: Entry, other: Entry
) -> None:
    publish(store, (OWN, one), (CATEGORY, other))
    assert sorted(shown(catalogue)) == [("Category", []), ("Own", [])]


def test_what_a_blog_repeats_is_its_own_business(store: Store, catalogue: Catalogue) -> None:
    publish(store, (OWN, post("own")))
    publish(store, (OWN, post("again", days=2)), now=NOW + timedelta(days=1))
    assert len(shown(catalogue)) == 2


def test_an_edit_that_makes_another_post_of_it_parts_them(
    store: Store, catalogue: Catalogue
) -> None:
    publish(store, (OWN, post("own")), (CATEGORY, post("category", days=2)))
    assert len(shown(catalogue)) == 1
    publish(store, (CATEGORY, post("category", OTHER, 2)), now=NOW + timedelta(days=1))
    assert sorted(shown(catalogue)) == [("Category", []), ("Own", [])]


def test_another_leads_when_a_blog_leaves_and_nobody_names_it(
    store: Store, catalogue: Catalogue
) -> None:
    publish(store, (OWN, post("own")), (CATEGORY, post("category", days=2)))
    store.withdraw("own")
    assert shown(catalogue) == [("Category", [])]


def test_a_blog_that_is_only_suggested_takes_no_lead(store: Store, catalogue: Catalogue) -> None:
    publish(store, (OWN, post("own")), (CATEGORY, post("category", days=9)))
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE feeds SET status = 'live'")
    assert shown(catalogue) == [("Category", ["Own"])]
    store.follow([OWN], NOW)  # the other leaves the list: it is kept, and leads as before
    assert shown(catalogue) == [("Category", ["Own"])]


def test_what_is_held_leads_nobody_until_it_is_released(
    store: Store, catalogue: Catalogue
) -> None:
    publish(store, (OWN, post("own", days=2)), (CATEGORY, post("category", days=9)))
    with store.database.write() as db:
        db.exec_driver_sql("UPDATE entries SET held = 1 WHERE title = 'Post of category'")
        ids = {f.slug: f.id for f in store.feeds()}
        hold = "INSERT INTO holds VALUES (?, 'x', 'x', '2026-05-01T09:00:00.000000Z', NULL)"
        db.exec_driver_sql(hold, (ids["category"],))
        settle_feed(db, ids["category"])
    assert shown(catalogue) == [("Own", [])]
    with store.database.write() as db:
        release(db, "category", NOW)
    assert shown(catalogue) == [("Category", ["Own"])]


def test_the_search_finds_a_post_once(
    store: Store, catalogue: Catalogue, outbox: Outbox, url: str
) -> None:
    publish(store, (OWN, post("own")))
    refresh(outbox, url)
    publish(store, (CATEGORY, post("category", days=9)), now=NOW + timedelta(days=1))
    refresh(outbox, url)
    query = parse_query("sensors")
    hits = open_search(url).find(query, limit=5).hits
    assert [one.feed.title for one in catalogue.posts([hit.id for hit in hits])] == ["Category"]
    store.withdraw("category")
    refresh(outbox, url)
    hits = open_search(url).find(query, limit=5).hits
    assert [one.feed.title for one in catalogue.posts([hit.id for hit in hits])] == ["Own"]


def test_the_search_finds_it_by_every_blog_that_published_it(
    store: Store, outbox: Outbox, url: str
) -> None:
    def found(slug: str) -> tuple[int, dict[str, int]]:
        refresh(outbox, url)
        search, query = open_search(url), parse_query(f"sensors blog:{slug}")
        tallies = search.facets(parse_query("sensors")).get(By.BLOG, ())
        return search.find(query, limit=5).total, {one.value: one.posts for one in tallies}

    publish(store, (OWN, post("own", days=9)))
    assert found("own") == (1, {"own": 1})
    publish(store, (CATEGORY, post("category")), now=NOW + timedelta(days=1))
    assert found("category") == (1, {"category": 1, "own": 1})
    assert found("own") == (1, {"category": 1, "own": 1})
    store.withdraw("category")  # which did not lead
    assert found("category") == (0, {"own": 1})
    assert found("own") == (1, {"own": 1})


def told(posts: list[Post]) -> list[tuple[str, set[str]]]:
    return sorted((one.feed.title, {c.blog for c in one.also}) for one in posts)


@settings(max_examples=12)
@given(st.permutations(range(6)))
def test_the_order_of_arrival_makes_no_other_clusters_or_leads(order: list[int]) -> None:
    posts = [
        *((feed(f"a{n}"), post(f"a{n}", BODY + FOOTER * n, 5 - n)) for n in range(3)),
        *((feed(f"b{n}"), post(f"b{n}", OTHER, 9 - n, title=f"Pianos {n}")) for n in range(3)),
    ]
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'planet.db'}"
        migrate(url)
        database = open_database(url)
        publish(Store(database), *(posts[n] for n in order))
        found = told(Catalogue(database, clock=lambda: NOW).latest(20))
        database.close()
    assert found == [("A0", {"A1", "A2"}), ("B0", {"B1", "B2"})]


def test_a_text_is_known_by_its_words_alone() -> None:
    assert words("Damp—and MOULD, “again”!") == ("damp", "and", "mould", "again")
    assert bands("Damp again", BODY) == bands("DAMP, again", BODY.upper().replace(".", " …"))
    assert len(set(bands("A title", BODY)) & set(bands("Another one", BODY + FOOTER))) > 3
    assert bands("One", "few words") == ()


@given(st.datetimes(timezones=st.just(UTC)), st.timedeltas(-FAR, FAR))
def test_whole_copies_meet_however_the_seasons_fall(at: datetime, apart: timedelta) -> None:
    assume(datetime.min + FAR < at.replace(tzinfo=None) < datetime.max - FAR)
    (own, beside), (other, beside_it) = seasons(at), seasons(at + apart)
    assert own in (other, beside_it)
    assert other in (own, beside)


def test_bands_of_a_season_lie_side_by_side() -> None:
    every = bands("A title", BODY)
    first, later = (sorted(of_season(band, season) for band in every) for season in (-9, 50))
    assert len({*first}) == len({*later}) == len(every)
    assert -(1 << 63) < first[0] < first[-1] < later[0] < later[-1] < 1 << 63


@pytest.mark.parametrize("ago", range(5, 405, 80))
def test_a_copy_of_last_season_is_found(store: Store, catalogue: Catalogue, ago: int) -> None:
    publish(store, (OWN, post("own", days=ago + 199)), (MEDIUM, post("copy", BODY + FOOTER, ago)))
    assert shown(catalogue) == [("Own", ["Medium"])]


def test_no_copy_costs_a_look_at_every_post(store: Store, database: Database) -> None:
    asked = list[tuple[str, tuple[object, ...]]]()
    with database.read() as db:
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    publish(store, (OWN, post("own")), (MEDIUM, post("copy", BODY + FOOTER, 1)))
    [one] = Catalogue(database, clock=lambda: NOW).latest(20)
    settle_feed_of(database)
    event.remove(engine, "before_cursor_execute", note)
    assert one.also
    with database.read() as db:
        steps = {
            (step[3], sql)
            for sql, values in asked
            if re.match("SELECT|UPDATE|DELETE", sql) and isinstance(values, tuple)
            for step in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        }
    assert any("entries_clustered" in step for step, _ in steps)
    assert [at for at in steps if re.fullmatch("SCAN (entries|contents|bands)", at[0])] == []


def settle_feed_of(database: Database) -> None:
    with database.write() as db:
        settle_feed(db, 1)


def test_a_post_is_like_itself() -> None:
    one = Likely(title="One", text=BODY, at=NOW)
    assert same_post(one, replace(one, title="Other", at=NOW - timedelta(days=30)))


@settings(max_examples=6)
@given(st.permutations(range(3)))
def test_two_that_are_like_a_third_are_one_with_it_whichever_came_first(order: list[int]) -> None:
    said = [f"word{n}" for n in range(200)]
    parts = (said[:130], said, said[70:])
    posts = [(feed(f"p{n}"), post(f"p{n}", " ".join(part), n)) for n, part in enumerate(parts)]
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'planet.db'}"
        migrate(url)
        database = open_database(url)
        publish(Store(database), *(posts[n] for n in order))
        found = told(Catalogue(database, clock=lambda: NOW).latest(20))
        database.close()
    assert found == [("P2", {"P0", "P1"})]
