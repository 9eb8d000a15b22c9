"""`planet run` as a parent and two children: the web process and the crawler.

    parent   binds the port, migrates the database, starts both, waits
    web      answers readers; a feed that takes long to parse delays nobody. It is started
             first and imports what it needs while the database is migrated, and opens
             the database when it is told to go
    crawler  visits, records, writes the index; started again when it dies

The children are told to end with SIGTERM, or see the parent's end of a pipe close if it
was killed, so that nothing is left behind. What they need to know travels in the
environment, as the settings do.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from index.errors import PortTaken
from index.settings import Settings

# glibc gives threads heaps of their own, and keeps what each of them once held.
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
QUICK = 10.0  # seconds: a child that dies sooner is started again more slowly each time
SLOWEST = 60.0  # seconds
GRACE = 15.0  # seconds for the children to end by themselves


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise PortTaken(
            f"The site cannot be served at {host}:{port} ({reason}). "
            f"Stop the program that uses it, or choose another: --port {(port % 65535) + 1}."
        ) from error
    listener.listen(512)
    return listener


def run(settings: Settings, host: str, port: int, *, say: Callable[[str], None] = print) -> None:
    """Serve and crawl until SIGINT or SIGTERM. Raises PortTaken and StoreError."""
    listener = listen(host, port)
    say(f"{settings.title} is at http://{host}:{listener.getsockname()[1]} (Ctrl-C stops it).")
    if not settings.contact:
        say(
            "Set PLANET_CONTACT to your e-mail or web address: the owners of the blogs "
            "you visit will know whom to ask."
        )
    with listener:
        _Family(settings=settings, listener=listener, say=say).live()


class _Pipe:
    """A pipe from us to our children."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()

    def say(self) -> None:
        """Write a byte for one child to read."""
        os.write(self._writing, b".")

    def close(self) -> None:
        """Close both ends."""
        os.close(self._writing)
        os.close(self.reading)


@dataclass(slots=True, kw_only=True)
class _Child:
    role: str
    process: "subprocess.Popen[bytes]"
    born: float = field(default_factory=time.monotonic)


@dataclass(slots=True, kw_only=True)
class _Family:
    """The parent's view of its children."""

    settings: Settings
    listener: socket.socket
    say: Callable[[str], None]
    _lifeline: _Pipe = field(default_factory=_Pipe)  # never written: closed when we are gone
    _go: _Pipe = field(default_factory=_Pipe)  # a byte for each web process that may open up
    _ending: threading.Event = field(default_factory=threading.Event)
    _falls: dict[str, int] = field(default_factory=dict)  # quick deaths in a row

    def live(self) -> None:
        """Start both children, and keep them alive until a signal comes. Raises StoreError."""
        previous = {
            number: signal.signal(number, self._signal)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        children = [self._start("web")]
        try:
            from index.database import migrate  # while the web process imports as much again

            migrate(self.settings.database)
            self._go.say()
            children.append(self._start("crawler"))
            while not self._ending.wait(0.2):
                children = [self._look_after(child) for child in children]
        finally:
            self._end(children)
            self._lifeline.close()
            self._go.close()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _signal(self, _number: int, _frame: FrameType | None) -> None:
        self._ending.set()

    def _start(self, role: str) -> _Child:
        fds: tuple[int, ...] = (self._lifeline.reading,)
        if role == "web":
            fds += (self.listener.fileno(), self._go.reading)
        command = [sys.executable, "-m", "api.process", role, *(str(fd) for fd in fds)]
        environment = {**FEW_ARENAS, **os.environ, **environment_of(self.settings)}
        process = subprocess.Popen(command, pass_fds=fds, env=environment)  # noqa: S603
        return _Child(role=role, process=process)

    def _look_after(self, child: _Child) -> _Child:
        code = child.process.poll()
        if code is None or self._ending.is_set():
            return child
        quick = time.monotonic() - child.born < QUICK
        falls = self._falls[child.role] = self._falls.get(child.role, 0) + 1 if quick else 0
        wait = min(2.0**falls, SLOWEST)
        what = "page server" if child.role == "web" else child.role
        self.say(f"The {what} ended by itself (status {code}). Starting it again in {wait:g} s.")
        self._ending.wait(wait)
        if child.role == "web":
            self._go.say()
        return self._start(child.role)

    def _end(self, children: list[_Child]) -> None:
        for child in children:
            if child.process.poll() is None:
                child.process.terminate()
        limit = time.monotonic() + GRACE
        for child in children:
            try:
                child.process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.say("Stopped.")


def environment_of(settings: Settings) -> Mapping[str, str]:
    """Return the environment variables that give a child these very settings."""
    values = settings.model_dump(mode="json")
    ours = {
        f"PLANET_{name.upper()}": ",".join(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
    }
    # glibc gives each thread a heap of its own: two are plenty, and the small machine that
    # this runs on has a use for the rest.
    return {"MALLOC_ARENA_MAX": "2"} | ours
