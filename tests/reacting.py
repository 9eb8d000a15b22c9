"""A reactor and a pool of parsers that run for as long as the tests do: a reactor starts but once.

`tests/conftest.py` takes the fixtures from here, for all who fetch something.
"""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import pytest
from scrapy.utils.reactor import install_reactor

from crawler.guard import guard
from crawler.pool import Pool

LOOPBACK = ip_network("127.0.0.0/8")


@dataclass(slots=True)
class Guarded:
    """What the guard allows at the moment."""

    allowed: list[Any] = field(default_factory=lambda: [LOOPBACK])


GUARDED = Guarded()


@pytest.fixture(scope="session")
def reactor() -> Iterator[asyncio.AbstractEventLoop]:
    """The running event loop of a reactor whose every dial is guarded."""
    started = threading.Event()

    def run() -> None:
        install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
        from twisted.internet import reactor

        dialler: Any = reactor
        guard(dialler, GUARDED.allowed)
        dialler.callWhenRunning(started.set)
        dialler.run(installSignalHandlers=False)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait()
    from twisted.internet import reactor as dialler

    running: Any = dialler
    yield running._asyncioEventloop
    running.callFromThread(running.stop)
    thread.join()
    running._asyncioEventloop.close()


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """The processes that parse."""
    pool = Pool(1)
    yield pool
    pool.close()
