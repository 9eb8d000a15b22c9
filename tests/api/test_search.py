"""The search for programs: filters, facets, and what was made of the words."""

from fastapi.testclient import TestClient

from tests.api.test_app import client, settings

__all__ = ["client", "settings"]


def test_programs_are_told_facets_and_what_was_made_of_the_words(client: TestClient) -> None:
    found = client.get("/api/search?q=bandstnad+xyzzy&council=hackney&tag=").json()
    assert (found["instead"], found["unknown"]) == ({"bandstnad": "bandstand"}, ["xyzzy"])
    assert found["counted"] == 45
    assert found["facets"]["kind"] == [{"value": "council", "posts": 45}]
    assert client.get("/api/search?q=bandstand&council=leeds").json()["total"] == 0
    assert client.get("/api/search?q=bandstand&year=abc&after=nonsense").json()["total"] == 45
