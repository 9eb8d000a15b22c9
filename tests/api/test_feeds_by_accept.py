"""The shortcut to a 304 knows a browser from a feed reader, who are sent feeds by two names."""

import pytest
from fastapi.testclient import TestClient

from tests.api.test_app import settings
from tests.api.test_shortcut import client, planet, routed, time

__all__ = ["client", "planet", "routed", "settings", "time"]

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
READER = {"Accept": "*/*"}


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.rss", "/topics/parking.atom"])
def test_each_is_told_at_once_that_nothing_is_new(
    path: str, client: TestClient, routed: list[str]
) -> None:
    both = (BROWSER, READER)
    tags = [client.get(path, headers=one).headers["etag"] for one in both]
    routed.clear()
    for headers, etag in zip(both, tags, strict=True):
        answer = client.get(path, headers=headers | {"If-None-Match": etag})
        assert answer.status_code == 304
        assert "Accept" in answer.headers["vary"].split(", ")
    assert routed == []


@pytest.mark.parametrize("path", ["/feed.atom", "/topics/parking.atom"])
def test_what_the_other_has_is_no_answer(path: str, client: TestClient) -> None:
    both = (BROWSER, READER)
    tags = [client.get(path, headers=one).headers["etag"] for one in both]
    for headers, etag in zip(both, reversed(tags), strict=True):
        answer = client.get(path, headers=headers | {"If-None-Match": etag})
        assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
