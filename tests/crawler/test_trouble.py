"""A failure is weighed and explained."""

import pytest

from crawler.fetched import Response
from crawler.trouble import challenges, explain, weight


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(url="https://blog.example/feed", status=status, headers=named, body=body)


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    ("weighs", "codes"),
    [
        (1.0, "dns gone html opml not-a-feed empty broken private port address fault"),
        (
            0.5,
            "http-401 http-403 http-404 http-429 http-451 tls robots redirects challenge "
            "too-large",
        ),
        (0.25, "http-500 http-503 timeout refused failed cut-short truncated garbled"),
        (0.25, "robots-unavailable too-slow too-costly"),
    ],
)
def test_failures_weigh_as_much_as_they_say_of_the_feed(weighs: float, codes: str) -> None:
    assert {weight(code) for code in codes.split()} == {weighs}


@pytest.mark.rule(15)
def test_an_ordinary_page_behind_cloudflare_is_no_challenge() -> None:
    page = b'<html><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    assert not challenges(answer(200, page, server="cloudflare"))
    assert not challenges(answer(403, b"<html>Forbidden", server="cloudflare"))
    assert challenges(answer(202, x_amzn_waf_action="challenge"))


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 999])
def test_every_status_is_explained_in_a_sentence(status: int) -> None:
    trouble = explain(answer(status))
    assert trouble.code == ("gone" if status == 410 else f"http-{status}")
    assert trouble.reason.startswith("blog.example")
    assert trouble.reason.endswith(".")
