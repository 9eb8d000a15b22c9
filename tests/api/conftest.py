"""An installation, and blogs for it to follow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.running import Installation
from tests.server import Server, serve


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A new installation that follows nobody yet."""
    return Installation(tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with nothing on it yet."""
    with serve() as served:
        yield served
