"""Not one of the demo's blogs is taken for bought up, however its posts arrive."""

from datetime import datetime, timedelta

import pytest

from api.demo.blogs import read_blogs
from api.demo.feeds import write_feed
from api.demo.server import outlines
from crawler.normalise import normalise
from crawler.parse import parse_feed
from index.catalogue import Catalogue
from index.model import Entry, Feed, Outcome, Poll, Visit
from index.store import Store
from tests.conftest import NOW

BASE = "http://127.0.0.1:8765"
BLOGS = {blog.slug: blog for blog in read_blogs()}


@pytest.mark.parametrize("step", [1, 3, 10])
@pytest.mark.parametrize("slug", BLOGS)
def test_nothing_is_held(store: Store, catalogue: Catalogue, slug: str, step: int) -> None:
    [feed] = [one for one in outlines(BASE) if one.site == f"{BASE}/{slug}/"]
    body = write_feed(BLOGS[slug], BASE)
    parsed = parse_feed(body, content_type="application/xml", url=f"{BASE}/{slug}")
    entries = normalise(parsed, feed, f"{BASE}/{slug}", NOW + timedelta(days=999))[::-1]
    at = NOW - timedelta(days=9_000)
    store.follow([feed], at)
    for start in range(0, len(entries), step):
        some = entries[start : start + step]
        at = max([at, *(one.published for one in some if one.published)])
        _visit(store, feed, some, at, parsed.title)
    [blog] = catalogue.blogs()
    assert (blog.held, blog.posts) == (None, len(entries))


def _visit(
    store: Store, feed: Feed, entries: tuple[Entry, ...], at: datetime, called: str
) -> None:
    [lease] = store.lease(at, limit=1)
    poll = Poll(visited=at, succeeded=at, due=at, called=called)
    feed = lease.feed
    visit = Visit(at=at, outcome=Outcome.READ, feed=feed, poll=poll, entries=entries)
    store.record(lease, visit)
