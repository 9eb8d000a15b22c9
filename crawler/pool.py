"""Reading what strangers sent, in processes that can be killed.

A feed with 50,000 attributes keeps the parser busy for 21 seconds, and a bomb fills the
memory; in a process of its own, one feed can delay or stop no other. A process that
takes too long is killed and replaced.
"""

import asyncio
import pickle
import resource
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as PoolTimeout
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from index.errors import ParseError

MEMORY = 1024 * 1024 * 1024  # bytes of address space; 15 MB of feed parse in a quarter of it
TASKS = 500  # visits before a process is replaced, so that no leak grows

T = TypeVar("T")


@dataclass(slots=True)
class Pool:
    """A few processes that parse; started when first needed."""

    processes: int
    seconds: float = 20.0  # that one feed may take
    _pool: ProcessPool = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the processes. They are spawned: a fork would copy the reactor."""
        self._pool = ProcessPool(
            max_workers=self.processes,
            max_tasks=TASKS,
            initializer=_settle,
            context=get_context("spawn"),
        )

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Return `function(*args)`; both, and the result, travel by pickle.

        Raises ParseError if the process ran out of time or memory, what `function` raised,
        and RuntimeError in the place of an exception that does not travel.
        """
        future = self._pool.schedule(_told, args=[function, *args], timeout=self.seconds)
        try:
            return await asyncio.wrap_future(future)
        except (PoolTimeout, TimeoutError) as error:
            raise ParseError(
                "too-slow",
                f"It took longer than {self.seconds:.0f} seconds to read and was given up.",
            ) from error
        except (ProcessExpired, BrokenExecutor, MemoryError) as error:
            raise ParseError(
                "too-costly", "It took more memory to read than we spend on one feed."
            ) from error

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves out `-> None`
        self._pool.join()


def _told(function: Callable[..., T], *args: Any) -> T:
    """Return `function(*args)`; one exception that cannot be unpickled breaks pebble's pool."""
    try:
        return function(*args)
    except MemoryError:
        raise
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
        except Exception:
            raise RuntimeError(f"{type(error).__name__}: {error}") from None
        raise


def _settle() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import crawler.visit  # noqa: F401  (paid for once, not within the first feed's time)
