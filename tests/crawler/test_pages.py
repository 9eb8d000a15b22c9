"""Every page in tests/pages shows what stands beside it."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from crawler.candidate import Candidate
from crawler.discover import look
from crawler.platforms import well_known

PAGES = Path(__file__).parent.parent / "pages"


def finds(page: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what is found on a page, as its neighbour writes it."""
    found = look(page.read_bytes(), url=given["url"], link=given["link"])
    shown = {"refresh": found.refresh, "platform": found.platform, "root": found.root}
    return {
        "feeds": [_plain(candidate) for candidate in found.feeds],
        **{name: value for name, value in shown.items() if value},
        "tries": list(well_known(found.url, found.platform, found.root)),
    }


def _plain(candidate: Candidate) -> dict[str, Any]:
    values = ((f, getattr(candidate, f.name)) for f in fields(candidate))
    told = {f.name: v for f, v in values if f.default is MISSING or v != f.default}
    return told | {"scope": candidate.scope.name.lower()} if "scope" in told else told


def _cases() -> list[Any]:
    cases = []
    for page in sorted(PAGES.glob("*.html")):
        expected = json.loads(page.with_suffix(".finds.json").read_text("utf-8"))
        marks = [pytest.mark.rule(number) for number in expected.pop("rules", [])]
        cases.append(pytest.param(page, expected, id=page.name, marks=marks))
    return cases


@pytest.mark.parametrize(("page", "expected"), _cases())
def test_a_page_shows_what_stands_beside_it(page: Path, expected: dict[str, Any]) -> None:
    given = {name: expected.pop(name, "") for name in ("url", "link")}
    assert finds(page, given) == expected
