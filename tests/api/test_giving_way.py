"""The crawler gives way to whoever reads, on a machine that is busy."""

import os
import signal
import subprocess
from time import monotonic, sleep

import psutil

from api.process import YIELDING
from tests.api.running import Installation
from tests.api.test_run import free_port


def test_the_crawler_gives_way_and_the_web_process_does_not(installation: Installation) -> None:
    installation.follow()
    run = installation.start("run", "--port", str(free_port()))
    try:
        kinds = _children(run)
        assert kinds["crawler"] == os.nice(0) + YIELDING
        assert kinds["web"] == os.nice(0)
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate()


def _children(run: "subprocess.Popen[str]") -> dict[str, int]:
    """Return the niceness of both children, once the crawler has begun."""
    limit, found = monotonic() + 60, dict[str, int]()
    while monotonic() < limit:
        assert run.poll() is None
        for child in psutil.Process(run.pid).children():
            words = child.cmdline()
            found |= {kind: child.nice() for kind in ("web", "crawler") if kind in words}
        if len(found) == 2 and found["crawler"]:
            return found
        sleep(0.1)
    return found
