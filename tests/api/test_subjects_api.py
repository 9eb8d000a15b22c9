"""The API's posts, topics and councils, and what its answers say to browsers and programs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.allowance import Passage, told
from api.app import create_app
from index.database import Database
from index.model import Kind
from index.settings import Settings, read_settings
from tests.conftest import NOW
from tests.web.conftest import Planet, entry, feed

TENANTS = "Tenants report housing repairs, damp and mould; our housing repairs team books visits."
COUNCIL = feed("parks")
SUPPLIER = feed("makers", kind=Kind.SUPPLIER, councils=(), nation="wales")
PAST = feed("old", councils=("allerdale",))
STRANGER = "81.2.69.142"
NEW = [
    *("/api/entries", "/api/topics", "/api/topics/housing-repairs"),
    *("/api/councils", "/api/councils/hackney"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings for a planet in a folder of its own."""
    return read_settings(home=tmp_path, contact="test@planet.example", search_rate=2)


@pytest.fixture
def planet(database: Database, settings: Settings) -> Planet:
    """Three blogs: a council's with four posts, a supplier's with one, an abolished council's."""
    made = Planet(database, settings.search)
    written = [
        entry(
            f"repairs-{n}",
            title=f"Housing repairs {n}",
            text=TENANTS,
            tags=("housing repairs",),
            published=NOW - timedelta(days=n + 1),
        )
        for n in range(4)
    ]
    made.publish(COUNCIL, *written, at=NOW - timedelta(days=2))
    made.publish(SUPPLIER, entry("forms", title="Forms", published=NOW - timedelta(days=9)))
    made.publish(PAST, entry("lakes", title="Lakes", published=NOW - timedelta(days=99)))
    made.index()
    return made


@pytest.fixture
def client(planet: Planet, settings: Settings) -> Iterator[TestClient]:
    """A program on our own machine."""
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        yield client


@pytest.fixture
def titles(client: TestClient) -> Callable[..., list[str]]:
    """Return the titles of the posts that are answered with."""

    def ask(**asked: Any) -> list[str]:
        answer = client.get("/api/entries", params=asked)
        assert answer.status_code == 200, answer.text
        return [one["title"] for one in answer.json()["entries"]]

    return ask


def test_a_post_is_told_with_its_topics_and_those_like_it(client: TestClient) -> None:
    first, *others = client.get("/api/entries", params={"blog": "parks"}).json()["entries"]
    told = client.get(f"/api/entries/{first['id']}").json()
    assert told["entry"] == first
    assert "housing-repairs" in first["topics"]
    assert first["tags"] == ["housing repairs"]
    assert first["blog"]["slug"] == "parks"
    assert set(told["alike"]) <= {one["id"] for one in others}
    assert told["alike"]


def test_a_post_is_told_without_an_index_too(database: Database, settings: Settings) -> None:
    Planet(database, settings.search).publish(COUNCIL, entry("alone"))
    with TestClient(create_app(settings, clock=lambda: NOW)) as client:
        [post] = client.get("/api/entries").json()["entries"]
        assert client.get(f"/api/entries/{post['id']}").json()["alike"] == []
        assert client.get("/api/councils").status_code == 200
        answer = client.get("/api/topics")
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert answer.headers["retry-after"] == "30"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"blog": "makers"}, ["Forms"]),
        ({"kind": "supplier"}, ["Forms"]),
        ({"nation": "wales"}, ["Forms"]),
        ({"council": "allerdale"}, ["Lakes"]),
        ({"nation": "england", "council": "allerdale"}, ["Lakes"]),
        ({"nation": "wales", "council": "hackney"}, []),
        pytest.param({"council": "hack"}, [], id="not a part of a council's name"),
        pytest.param({"council": "HACKNEY"}, [], id="not in capitals"),
        pytest.param({"council": "%"}, [], id="no pattern"),
        pytest.param({"council": '","'}, [], id="not what is between two"),
        pytest.param({"blog": "nobody"}, [], id="a blog that nobody knows"),
        pytest.param({"blog": "", "kind": "", "nation": "", "limit": 1}, ["Housing repairs 0"]),
    ],
)
def test_posts_are_narrowed_exactly(
    titles: Callable[..., list[str]], asked: dict[str, Any], found: list[str]
) -> None:
    assert titles(**asked) == found


@pytest.mark.parametrize(
    ("since", "count"),
    [
        ("2026-04-30", 2),
        ("2026-05-01T10:00+02:00", 2),
        ("2026-05-01T08:59:59Z", 2),
        pytest.param("2026-05-01T09:00", 0, id="after it, not at it; in UTC"),
        ("2026-04-29T08:00Z", 6),
    ],
)
def test_since_is_when_we_first_saw_a_post_and_not_its_date(
    titles: Callable[..., list[str]], since: str, count: int
) -> None:
    assert len(titles(since=since)) == count


def test_a_plus_that_an_address_turned_into_a_blank_is_read(client: TestClient) -> None:
    answer = client.get("/api/entries?since=2026-05-01T10:00+02:00")
    assert len(answer.json()["entries"]) == 2


def test_a_part_can_be_paged_through_without_skipping_or_repeating(client: TestClient) -> None:
    asked: dict[str, str | int] = {"council": "hackney", "limit": 3}
    first = client.get("/api/entries", params=asked).json()
    rest = client.get("/api/entries", params=asked | {"before": first["older"]}).json()
    seen = [one["title"] for page in (first, rest) for one in page["entries"]]
    assert sorted(set(seen)) == sorted(seen)
    assert len(seen) == 4
    assert rest["older"] is None
    back = client.get("/api/entries", params=asked | {"after": rest["newer"]}).json()
    assert [one["title"] for one in back["entries"]] == seen[:3]


def test_what_has_left_is_not_told(client: TestClient, planet: Planet) -> None:
    [post] = client.get("/api/entries", params={"blog": "makers"}).json()["entries"]
    planet.withdraw(SUPPLIER)
    assert client.get(f"/api/entries/{post['id']}").status_code == 404
    assert client.get("/api/entries", params={"kind": "supplier"}).json()["entries"] == []


def test_topics_are_told_with_their_posts(client: TestClient) -> None:
    told = {one["slug"]: one for one in client.get("/api/topics").json()}
    assert told["housing-repairs"]["posts"] == 4
    assert told["homelessness"]["posts"] == 0
    assert set(told["homelessness"]) == {"slug", "label", "group", "meaning", "posts"}
    one = client.get("/api/topics/housing-repairs").json()
    assert one["topic"] == told["housing-repairs"]
    assert one["councils"] == [{"slug": "hackney", "name": "Hackney", "posts": 4}]
    assert [blog["slug"] for blog in one["blogs"]] == ["parks"]
    assert "housing-repairs" not in [other["slug"] for other in one["related"]]


def test_councils_are_told_with_what_there_is_from_them(client: TestClient) -> None:
    told = {one["slug"]: one for one in client.get("/api/councils").json()}
    assert (told["hackney"]["posts"], told["hackney"]["blogs"]) == (4, 1)
    assert (told["hackney"]["nation"], told["hackney"]["region"]) == ("england", "London")
    assert "allerdale" not in told
    assert told["cumberland"]["posts"] == 1  # which took over from it
    one = client.get("/api/councils/hackney").json()
    assert one["council"] == told["hackney"]
    assert one["gss_code"] == "E09000012"
    assert [blog["slug"] for blog in one["blogs"]] == ["parks"]
    assert ("housing-repairs", 4) in [(of["slug"], of["posts"]) for of in one["topics"]]


def test_an_abolished_council_says_who_took_over(client: TestClient) -> None:
    told = client.get("/api/councils/allerdale").json()
    assert told["ended"] == "2023-04-01"
    assert told["replaced_by"] == ["cumberland"]
    assert "allerdale" in client.get("/api/councils/cumberland").json()["before"]


@pytest.mark.parametrize("path", NEW)
def test_who_has_an_answer_already_is_told_so(
    client: TestClient, planet: Planet, path: str
) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=60"
    known = {"If-None-Match": first.headers["etag"]}
    again = client.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"
    head = client.head(path)
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])
    planet.withdraw(SUPPLIER)
    planet.publish(feed("more"), entry("more"))
    assert client.get(path, headers=known).status_code == 200


def test_every_question_has_a_validator_of_its_own(client: TestClient) -> None:
    asked = ["", "?limit=1", "?kind=council", "?nation=wales", "?since=2026-04-01", "?blog=parks"]
    tags = {client.get(f"/api/entries{question}").headers["etag"] for question in asked}
    assert len(tags) == len(asked)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/entries?kind=baker", 400),
        ("/api/entries?nation=france", 400),
        ("/api/entries?since=yesterday", 400),
        pytest.param("/api/entries?since=0001-01-01T00:00%2B14:00", 400, id="before all time"),
        ("/api/entries/none", 404),
        ("/api/topics/none", 404),
        ("/api/councils/none", 404),
    ],
)
def test_bad_questions_are_problem_documents(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_topic_by_another_name_is_named(client: TestClient) -> None:
    detail = client.get("/api/topics/damp-and-mould").json()["detail"]
    assert detail.endswith("Did you mean housing-repairs?")
    assert client.get("/api/topics/none").json()["detail"].endswith("All are in /api/topics.")


@pytest.mark.parametrize(
    "path", ["/api/topics", "/api/feeds", "/feed.atom", "/search.json?q=damp", "/feeds.opml"]
)
def test_pages_of_other_sites_may_read_the_api_and_feeds(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://other.example"})
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    before = client.options(path, headers=asked)
    assert (before.status_code, before.content) == (204, b"")
    assert before.headers["access-control-allow-origin"] == "*"
    assert before.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert before.headers["x-content-type-options"] == "nosniff"


def test_a_feed_that_is_known_already_may_be_read_too(client: TestClient) -> None:
    known = {"If-None-Match": client.get("/feed.atom").headers["etag"]}
    for _ in range(2):  # the second is the shortcut's
        again = client.get("/feed.atom", headers=known)
        assert again.status_code == 304
        assert again.headers.get_list("access-control-allow-origin") == ["*"]


def test_pages_are_for_our_readers_and_nothing_can_be_written(client: TestClient) -> None:
    for path in ("/", "/blogs", "/search?q=damp", "/healthz"):
        assert "access-control-allow-origin" not in client.get(path).headers
    answer = client.post("/api/entries", headers={"Origin": "https://other.example"})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.rule(49)
def test_a_program_is_told_how_often_it_may_search(planet: Planet, settings: Settings) -> None:
    with TestClient(create_app(settings, clock=lambda: NOW), client=(STRANGER, 1)) as client:
        answers = [client.get("/api/search?q=damp") for _ in range(3)]
        other = client.get("/api/topics")
    assert [one.headers["ratelimit-policy"] for one in answers] == ['"search";q=2;w=60'] * 3
    assert [one.headers["ratelimit"] for one in answers] == [
        '"search";r=1;t=30',
        '"search";r=0;t=30',
        '"search";r=0;t=30',
    ]
    assert answers[2].status_code == 429
    assert int(answers[2].headers["retry-after"]) >= 30
    assert answers[2].headers["access-control-allow-origin"] == "*"
    assert "ratelimit" not in other.headers


@pytest.mark.rule(49)
def test_whoever_is_not_counted_is_told_of_no_limit(client: TestClient) -> None:
    assert "ratelimit" not in client.get("/api/search?q=damp").headers


@pytest.mark.parametrize(
    ("passage", "rate", "said"),
    [
        (Passage(0, 119), 120, b'"search";r=119;t=1'),
        (Passage(0.2, 0), 120, b'"search";r=0;t=1'),
        (Passage(59.5, 0), 1, b'"search";r=0;t=60'),
    ],
)
def test_seconds_are_whole_and_never_none(passage: Passage, rate: int, said: bytes) -> None:
    assert dict(told(passage, rate))[b"ratelimit"] == said


def test_every_route_is_described_with_an_example(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for path in (*NEW[:2], "/api/topics/{slug}", "/api/councils/{slug}", "/api/entries/{id}"):
        path = path.replace("housing-repairs", "{slug}")
        [(method, of)] = paths[path].items()
        assert method == "get"
        assert of["summary"]
        assert "example" in of["responses"]["200"]["content"]["application/json"]
        assert "application/problem+json" in of["responses"]["4XX"]["content"]


def test_examples_have_the_shape_of_answers(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    [post, *_] = client.get("/api/entries").json()["entries"]
    for path, real in (
        *(("/api/entries", "/api/entries"), ("/api/entries/{id}", f"/api/entries/{post['id']}")),
        *(("/api/topics", "/api/topics"), ("/api/topics/{slug}", "/api/topics/housing-repairs")),
        *(("/api/councils", "/api/councils"), ("/api/councils/{slug}", "/api/councils/hackney")),
    ):
        described = paths[path]["get"]["responses"]["200"]["content"]["application/json"]
        assert _fits(described["example"], client.get(real).json()), path


def test_each_example_of_the_page_can_be_opened(client: TestClient) -> None:
    page = client.get("/api/docs").text
    for path in ("/api/topics/housing-repairs", "/api/councils/hackney"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200
    assert 'href="/api/entries/{' not in page
    assert "<dd>.</dd>" not in page
    assert "one of england, scotland" in page
    assert "central-government" in page


def _fits(example: Any, real: Any) -> bool:
    """Say whether both have the same names; of nothing, nothing can be said."""
    if not example or not real:
        return True
    if isinstance(real, list):
        return _fits(example[0], real[0])
    if isinstance(real, dict):
        said = {name for name, value in real.items() if value is not None}
        same = {*example} <= {*real} and said <= {*example}
        return same and all(_fits(example[name], real[name]) for name in example)
    return type(example) is type(real)
