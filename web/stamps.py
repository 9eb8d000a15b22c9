"""Signed times: how long a form was open, told by the form itself, and by nobody else."""

import hmac
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from index.errors import SubmissionError

SOONEST, LATEST = 2, 86_400  # seconds from opening a form to sending it
SECRET = "secret"  # noqa: S105  (the name of the file in PLANET_HOME)


@dataclass(frozen=True, slots=True)
class Stamps:
    """Stamps of an installation, whose secret is made when it is first wanted."""

    home: Path
    clock: Callable[[], datetime]

    def make(self) -> str:
        """Return a stamp of this moment."""
        moment = str(int(self.clock().timestamp()))
        return f"{moment}.{self._sign(moment)}"

    def age(self, stamp: str) -> float | None:
        """Return how many seconds old a stamp is, or None if it is none of ours."""
        moment, _, sign = stamp.partition(".")
        ours = moment.isascii() and moment.isdigit() and len(moment) < 13
        if not ours or not hmac.compare_digest(sign.encode(), self._sign(moment).encode()):
            return None
        return self.clock().timestamp() - int(moment)

    def kept(self, stamp: str) -> str:
        """Return the stamp of a form that is shown again: its first, if that is not too old."""
        age = self.age(stamp)
        return self.make() if age is None or age > LATEST else stamp

    def _sign(self, text: str) -> str:
        return hmac.new(_secret(self.home), text.encode(), sha256).hexdigest()


def check_sender(stamps: Stamps, fields: Mapping[str, str]) -> None:
    """Raise SubmissionError for a form that a program filled in, or that is too old."""
    age = stamps.age(fields.get("opened", ""))
    if fields.get("website"):
        raise SubmissionError("filled", "Leave the last field empty. It is there for robots.")
    if age is None or age > LATEST:
        raise SubmissionError("late", "This form was open for too long. Send it once more.")
    if age < SOONEST:
        raise SubmissionError("early", "That was quick. Check what you wrote and send it again.")


@cache
def _secret(home: Path) -> bytes:
    """Return the installation's secret. Whoever links it to its name first has made it."""
    path = home / SECRET
    with suppress(FileNotFoundError):
        return path.read_bytes()
    home.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=home, prefix=".secret.")  # readable by nobody else
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(name, path)
    Path(name).unlink()
    return path.read_bytes()
