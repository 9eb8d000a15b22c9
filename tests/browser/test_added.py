"""Chromium takes our search up among its own from the first page, without being asked to."""

import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.conftest import QUIET

WAITS = (1_000, 4_000, 12_000)  # milliseconds: it reads the description once it is idle
KEPT = "SELECT short_name, url, suggest_url FROM keywords WHERE url LIKE ?"


def test_chromium_offers_our_search_from_its_address_bar(
    playwright: Playwright, chromium: str, base: str, tmp_path: Path
) -> None:
    # https://www.chromium.org/tab-to-search/
    found: list[tuple[str, str, str]] = []
    for wait in WAITS:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path), executable_path=chromium, args=[*QUIET, "--headless=new"]
        )
        page = context.new_page()
        page.goto(f"{base}/")
        page.wait_for_timeout(wait)
        context.close()
        with closing(sqlite3.connect(tmp_path / "Default" / "Web Data")) as kept:
            found = kept.execute(KEPT, (f"{base}%",)).fetchall()
        if found:
            break
    assert found == [
        ("Council Planet", f"{base}/search?q={{searchTerms}}", f"{base}/suggest?q={{searchTerms}}")
    ]
