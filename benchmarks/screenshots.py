"""Make the README's screenshots: the demo, in the system's own Chromium.

python -m benchmarks.screenshots
"""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SHOTS = (
    ("planet.png", "/", 1280, 800, "light"),
    ("planet-phone.png", "/search?q=damp+sensors", 390, 844, "dark"),
)


def main() -> int:
    """Start the demo, wait until it is full, and take the pictures."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("There is no Chromium: install it, then run this again.", file=sys.stderr)
        return 1
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "demo", "--port", str(port)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not _full(port):
            time.sleep(0.5)
        _shoot(browser, f"http://127.0.0.1:{port}")
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()
    return 0


def _full(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/feeds") as answer:
            feeds = json.load(answer)
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            index = json.load(answer)["index"]
    except (URLError, ConnectionError):
        return False
    visited = bool(feeds) and all(feed["posts"] for feed in feeds)
    return visited and bool(index["posts"] == index["expected"])


def _shoot(browser: str, base: str) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
        for name, path, width, height, scheme in SHOTS:
            page = chromium.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto(base + path)
            page.screenshot(path=DOCS / name)
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
