"""`planet run` as the benchmarks start it: a family of processes, watched from outside."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from benchmarks.planet import Planet

SLOWEST = 60.0  # seconds: what has not answered by then never will
EVERY = 0.2  # seconds between two looks at how much memory is held
ROLES = ("web", "crawler", "parsers")


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes that a process holds: its own, and all that is resident.

    The difference is files that it has mapped, the search index above all: the system
    keeps their pages as long as nobody has a better use for them.
    """

    own: float = 0.0
    resident: float = 0.0

    @classmethod
    def of(cls, *processes: psutil.Process) -> "Memory":
        """Return what these processes hold together."""
        held = [process.memory_info() for process in processes]
        own = sum(info.rss - info.shared for info in held)
        return cls(own / 1024**2, sum(info.rss for info in held) / 1024**2)


@dataclass(slots=True)
class Running:
    """A running planet: its address, and what each part of it held, look by look."""

    process: "subprocess.Popen[bytes]"
    base: str
    looks: list[dict[str, Memory]] = field(default_factory=list)

    def get(self, path: str) -> bytes:
        """Return what is at a path."""
        with urlopen(self.base + path) as answer:
            body: bytes = answer.read()
            return body

    def held(self) -> dict[str, Memory]:
        """Return what each part of the family holds now."""
        found = dict.fromkeys(ROLES, Memory())
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                role = "web" if "web" in child.cmdline() else "crawler"
                found[role] = Memory.of(child)
                if role == "crawler":
                    found["parsers"] = Memory.of(*child.children(recursive=True))
        return found

    def watch(self, stop: threading.Event) -> None:
        """Look at the memory again and again until told to stop."""
        while not stop.wait(EVERY):
            with suppress(psutil.NoSuchProcess):
                self.looks.append(self.held())

    def most(self, role: str) -> Memory:
        """Return the most that a part of the family has held."""
        held = [look[role] for look in self.looks]
        return Memory(max(m.own for m in held), max(m.resident for m in held))


@contextmanager
def running(planet: Planet) -> Iterator[Running]:
    """Start `planet run` and wait for its first page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "run", "--port", str(port)],
        env=planet.environment,
        cwd=planet.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    run = Running(process, f"http://127.0.0.1:{port}")
    try:
        limit = time.monotonic() + SLOWEST
        while not _answers(run):
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("planet run does not answer")
            time.sleep(0.01)
        yield run
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextmanager
def watched(run: Running) -> Iterator[None]:
    """Note meanwhile the most that each part of the family holds."""
    stop = threading.Event()
    watcher = threading.Thread(target=run.watch, args=(stop,), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def _answers(run: Running) -> bool:
    try:
        run.get("/")
    except (URLError, ConnectionError):
        return False
    return True
