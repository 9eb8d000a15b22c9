"""Reading what strangers sent, in processes that can be killed.

A feed with 50,000 attributes keeps the parser busy for 21 seconds, and a bomb fills the
memory; in a process of its own, one feed can delay or stop no other. A process that
takes too long is killed and replaced.

Pebble gives up a whole pool, for good, when a process dies that has nothing to do, or one
that is being given its next feed. So the limit on memory holds only while something is read,
and a pool that broke all the same is replaced.
"""

import asyncio
import os
import pickle
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as PoolTimeout
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, TypeVar, cast

from pebble import ProcessExpired, ProcessPool

from index.errors import ParseError

MEMORY = 1024 * 1024 * 1024  # bytes of address space; 15 MB of feed parse in a quarter of it
TASKS = 1_000  # before a process is replaced, so that no leak grows; a visit has one or two

T = TypeVar("T")


@dataclass(slots=True)
class Pool:
    """A few processes that parse; started when first needed."""

    processes: int
    seconds: float = 20.0  # that one feed may take
    _pool: ProcessPool = field(init=False)
    _closed: bool = False

    def __post_init__(self) -> None:
        """Prepare the processes. They are spawned: a fork would copy the reactor."""
        self._pool = self._made()

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Return `function(*args)`; both, and the result, travel by pickle.

        Raises ParseError if the process ran out of time or memory, what `function` raised,
        and RuntimeError in the place of an exception that does not travel.
        """
        try:
            try:
                return await self._run(function, args)
            except BrokenExecutor:  # whoever's fault that was, it need not be this feed's
                return await self._run(function, args)
        except (PoolTimeout, TimeoutError) as error:
            raise ParseError(
                "too-slow",
                f"It took longer than {self.seconds:.0f} seconds to read and was given up.",
            ) from error
        except (ProcessExpired, BrokenExecutor) as error:
            raise ParseError(
                "too-costly", "It took more memory to read than we spend on one feed."
            ) from error

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._closed = True
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves out `-> None`
        self._pool.join()

    async def _run(self, function: Callable[..., T], args: Sequence[Any]) -> T:
        pool, task = self._pool, [function, *args]
        try:
            future = pool.schedule(_told, task, timeout=self.seconds)
        except RuntimeError:  # it broke while nobody asked anything of it
            await self._replace(pool)
            future = self._pool.schedule(_told, task, timeout=self.seconds)
        try:
            return cast(T, await asyncio.wrap_future(future))
        except BrokenExecutor:
            await self._replace(pool)
            raise

    async def _replace(self, broken: ProcessPool) -> None:
        if self._pool is broken and not self._closed:
            self._pool = self._made()
            broken.stop()  # type: ignore[no-untyped-call]  # pebble leaves out `-> None`
            await asyncio.to_thread(broken.join)

    def _made(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.processes,
            max_tasks=TASKS,
            initializer=_settle,
            context=get_context("spawn"),
        )


def _told(function: Callable[..., T], *args: Any) -> T:
    """Return `function(*args)`, within the memory that one feed may cost.

    One exception that cannot be unpickled breaks pebble's pool.
    """
    usual = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, usual[1]))
    try:
        return function(*args)
    except MemoryError:
        os._exit(1)  # what it still holds may leave too little for the next feed
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
        except Exception:
            raise RuntimeError(f"{type(error).__name__}: {error}") from None
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_AS, usual)


def _settle() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    import crawler.visit  # noqa: F401  (paid for once, not within the first feed's time)
