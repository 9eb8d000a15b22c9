"""How soon an old phone on a slow line shows the first page: Chromium, slowed down.

The processor is slowed six times, an answer begins 400 ms after it was asked for, and 400
kbit come in a second. Nothing is kept from one visit to the next.
"""

import shutil
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.screenshots import BROWSERS, QUIET
from benchmarks.table import Line, at_most, told

SLOWER = 6  # times
ROUND_TRIP = 400  # milliseconds
BYTES = 400_000 / 8  # a second, both ways
SCREEN = (360, 640)
TIMES = 5
SOON = 2.5  # seconds
PATIENCE = 60_000  # milliseconds
PAINT = """() => new Promise(told => new PerformanceObserver(list => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) told(entry.startTime);
}).observe({type: "paint", buffered: true}))"""


def measure(base: str) -> Iterator[Line]:
    """Open the first page several times, with nothing kept, and tell when it was painted."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    name = f"/ on a phone {SLOWER}× slower, {ROUND_TRIP} ms and 400 kbit/s away"
    if found is None:
        yield told(name, "there is no Chromium: apt-get install chromium")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        times = [_painted(browser, base) for _ in range(TIMES)]
        browser.close()
    said = f"{min(times):.2f} s, {max(times):.2f} s"
    yield told(f"{name}: first contentful paint, soonest and latest of {TIMES}", said)
    yield at_most("... median", median(times), SOON, " s")


def _painted(browser: Browser, base: str) -> float:
    context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    slow_down(page)
    page.goto(f"{base}/")
    seconds = float(page.evaluate(PAINT)) / 1000
    context.close()
    return seconds


def slow_down(page: Page) -> None:
    """Give a page the processor and the line of an old phone."""
    phone = page.context.new_cdp_session(page)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    phone.send("Network.enable")
    phone.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP,
            "downloadThroughput": BYTES,
            "uploadThroughput": BYTES,
        },
    )
