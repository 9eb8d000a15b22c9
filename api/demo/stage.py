"""`planet demo`: the made-up blogs, served on loopback, and settings that lead the planet there.

The crawler, the store, the index and the site are the very ones of `planet run`; only
what they are told differs. All of it lives in a folder that is gone afterwards.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from api.demo.server import outlines, serve_demo
from index.opml import unparse
from index.settings import Settings

DELAY = 0.3  # seconds: the one host of all these blogs is our own


@contextmanager
def stage(settings: Settings, host: str, port: int) -> Iterator[Settings]:
    """Serve the blogs of Barsetshire; give the settings that follow them and nothing else."""
    with TemporaryDirectory(prefix="planet-demo-") as folder, serve_demo() as base:
        home = Path(folder)
        listing = home / "feeds.opml"
        listing.write_bytes(unparse(outlines(base), title="The blogs of Barsetshire"))
        shown = f"[{host}]" if ":" in host else host
        yield settings.model_copy(
            update={
                "title": f"{settings.title} demo",
                "home": home / "var",
                "opml": listing,
                "database_url": "",
                "search_url": "",
                "base_url": f"http://{shown}:{port}",
                "allow_addresses": (ip_network("127.0.0.0/8"),),
                "proxy": "",
                "delay": DELAY,
                "spread": 0.0,
                "backfill": False,  # they have no older posts than their feeds
                "contact": settings.contact or f"the demo on {os.uname().nodename}",
            }
        )
