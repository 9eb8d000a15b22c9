"""Writing a change into the file that people edit, so that neither they nor we lose anything.

Whoever reads the file finds the old list or the new one, at whatever point a process is
killed: the new one is written beside it, brought to the disk and renamed. A lock keeps other
processes of ours out. A person's editor knows no lock, so the file is compared with what was
read just before the rename, and once more just after it; if it has changed, what the person saved
is in its place again and the change is made anew to that. What is left open is an editor that
renames its own file over ours within the few microseconds between those two.
"""

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.edits import Change, edited
from index.errors import OpmlError

TRIES = 5
PAUSE = 0.05  # seconds in which an editor ends what it is writing
PATIENCE = 10.0  # seconds that another process of ours is given


def read_list(path: Path) -> bytes:
    """Return the list at `path`; raises OpmlError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise OpmlError(f"The list {path} cannot be read: {error.strerror}.") from error


def rewrite(path: Path, changes: Iterable[Change]) -> bool:
    """Make the changes to the list at `path`; return whether that changed anything.

    Raises OpmlError with nothing changed if the list cannot be read, changed or written, or
    if somebody goes on saving it meanwhile.
    """
    wanted, place = list(changes), path.resolve()
    try:
        with _alone(place):
            return _rewrite(place, wanted)
    except OpmlError as error:
        raise OpmlError(f"{path}: {error}") from error
    except OSError as error:
        raise OpmlError(
            f"The list of blogs {path} cannot be written: {error.strerror}."
        ) from error


def _rewrite(place: Path, changes: list[Change]) -> bool:
    for _ in range(TRIES):
        before = place.read_bytes()
        try:
            after = edited(before, changes)
        except OpmlError:
            time.sleep(PAUSE)
            if place.read_bytes() == before:
                raise
            continue  # it was read while an editor wrote it
        if after == before:
            return False
        if _swap(place, before, after):
            return True
        time.sleep(PAUSE)
    raise OpmlError("somebody is editing the list. Nothing was changed: try again in a moment.")


def _swap(place: Path, before: bytes, after: bytes) -> bool:
    """Put `after` in the place of `before`; return whether nobody saved anything meanwhile."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=_prefix(place), suffix=".new")
    new, old = Path(name), Path(name).with_suffix(".old")
    try:
        _write(handle, after, place.stat())
        with suppress(OSError):  # not every disk has second names for a file
            old.hardlink_to(place)
        if place.read_bytes() != before or (old.exists() and not place.samefile(old)):
            return False
        new.replace(place)
        if saved := old.exists() and old.read_bytes() != before:
            old.replace(place)  # what a person saved in that very moment
        _sync(place.parent)
        return not saved
    finally:
        new.unlink(missing_ok=True)
        old.unlink(missing_ok=True)


def _write(handle: int, body: bytes, like: os.stat_result) -> None:
    """Write a file to the disk, with the mode of another, and its owner if we may."""
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        with suppress(OSError):
            os.fchown(file.fileno(), like.st_uid, like.st_gid)
        os.fchmod(file.fileno(), like.st_mode & 0o7777)
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prefix(place: Path) -> str:
    return f".{place.name}."


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep other processes of ours out, and clear away what a killed one left."""
    try:
        with FileLock(place.with_name(f"{_prefix(place)}lock"), timeout=PATIENCE):
            for left in place.parent.glob(f"{_prefix(place)}*"):
                if left.suffix in (".new", ".old"):
                    left.unlink(missing_ok=True)
            yield
    except Timeout as error:
        raise OpmlError("another process is changing the list. Try again in a moment.") from error
