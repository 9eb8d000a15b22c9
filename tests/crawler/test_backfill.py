"""The back catalogue of a blog, by each of the ways to it, from a real server."""

import pytest

from benchmarks.archives import WAYS, posts
from index.backfill import State
from tests.crawler.older import GAP, Older

COUNT = 63


@pytest.mark.rule(45)
@pytest.mark.parametrize("way", WAYS)
def test_every_post_is_found_once_and_the_host_is_left_its_peace(older: Older, way: str) -> None:
    made = posts(COUNT)
    older.serve(WAYS[way](older.server.base, made))
    older.follow("/feeds/posts/default" if way == "blogger" else "/feed")
    asked = len(older.server.requests)
    came = older.fetch()
    assert (came.state, came.code) == (State.DONE, "")
    assert older.titles() == [post.title for post in made]
    assert set(older.server.peak.values()) == {1}
    assert older.least_gap(asked) > GAP * 0.9
    paths = [seen.path for seen in older.server.requests[asked:]]
    assert len(paths) == len(set(paths))
