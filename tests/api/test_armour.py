"""Every answer of every route protects who reads it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from index.database import Database
from index.settings import Settings
from tests.api.test_app import client, settings
from tests.conftest import NOW
from web.render import asset

__all__ = ["client", "settings"]

VALUES = {
    "{digest}": asset("style.css").split("/")[2],
    "{name}": "style.css",
    "{form}": "atom",
    "{tag}": "parks",
    "/blogs/{slug}": "/blogs/parks-and-paths",
    "/feeds/{slug}": "/feeds/parks-and-paths",
    "/topics/{slug}": "/topics/parks",
    "/councils/{slug}": "/councils/hackney",
}
UNSAFE = re.compile(r"unsafe-|\*|data:|https?:")


def _guarded(headers: dict[str, str]) -> None:
    policy = headers["content-security-policy"]
    assert not UNSAFE.search(policy), policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= {
        part.strip() for part in policy.split(";")
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("strict-origin-when-cross-origin", "same-origin")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


def _paths(app: FastAPI) -> list[str]:
    """Return two addresses for every route, one of them of nothing, and some of no route."""
    filled = []
    for path in _templates(app.router):
        for name, value in VALUES.items():
            path = path.replace(name, value)
        filled += [re.sub(r"\{\w+\}", "nosuch", path), re.sub(r"\{\w+\}", "x" * 9, path)]
    return [*dict.fromkeys(filled), "/nowhere", "/api/nowhere", "/tags/x.y", "/static/0/none"]


def _templates(router: Any) -> Iterator[str]:
    for route in router.routes:
        if included := getattr(route, "original_router", None):
            yield from _templates(included)
        else:
            yield route.path


def test_every_route_answers_with_the_headers_that_protect_readers(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    paths = _paths(client.app)
    assert len(paths) > 30
    assert {"/", "/search", "/feed.atom", "/blogs/parks-and-paths", "/robots.txt"} <= {*paths}
    for path in paths:
        for method in ("GET", "HEAD", "POST"):
            answer = client.request(method, path, follow_redirects=False)
            _guarded(dict(answer.headers))
        if etag := client.get(path, follow_redirects=False).headers.get("etag"):
            same = client.get(path, headers={"If-None-Match": etag}, follow_redirects=False)
            assert same.status_code == 304, path
            _guarded(dict(same.headers))


def test_no_header_is_said_twice(client: TestClient) -> None:
    for path in ("/", "/feed.atom", "/api/entries", "/nowhere", asset("style.css")):
        names = [name for name, _ in client.get(path).headers.multi_items()]
        assert len(names) == len(set(names)), path


@pytest.mark.parametrize("path", ["/broken", "/api/broken"])
def test_a_fault_of_ours_protects_readers_too(
    settings: Settings, database: Database, path: str
) -> None:
    app = create_app(settings, clock=lambda: NOW)

    @app.get(path)
    def broken() -> None:
        raise RuntimeError

    with TestClient(app, raise_server_exceptions=False) as visitor:
        answer = visitor.get(path)
    assert answer.status_code == 500
    _guarded(dict(answer.headers))
