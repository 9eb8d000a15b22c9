"""The environment that every measured program runs in, ours and those beside it.

Nothing of the operator's own gets in: no setting, no database, no proxy, and no switch of
Python's. Byte code is cached, as it is wherever a program has been started before.
"""

import compileall
import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "benchmarks", "crawler", "index", "web")


def environment() -> dict[str, str]:
    """Return the variables that a measured program is given.

    It should run in a folder of its own: a .env file of the operator's is read where it stands.
    """
    kept = {name: value for name, value in os.environ.items() if not _kept_out(name)}
    return {**kept, "PYTHONPATH": str(ROOT)}


def compile_all() -> None:
    """Cache our own byte code: pip has cached everybody else's."""
    for package in PACKAGES:
        compileall.compile_dir(ROOT / package, quiet=2)


def _kept_out(name: str) -> bool:
    return name.startswith(("PYTHON", "PLANET_")) or name.lower().endswith("_proxy")
