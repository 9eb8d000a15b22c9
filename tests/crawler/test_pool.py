"""What takes too much time or memory is killed, and harms nothing after it. Real processes."""

import asyncio
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.pool import MEMORY, Pool
from index.errors import FetchError, ParseError


def hang(told: Path) -> None:
    told.write_text(str(os.getpid()), encoding="utf-8")
    while True:
        pass


def hang_on(told: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    hang(told)


def fill_the_memory() -> int:
    return len(bytearray(2 * MEMORY))


def fill_the_memory_bit_by_bit() -> None:
    kept = []
    while True:
        kept.append(bytearray(1024 * 1024))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(3)


def refuse() -> None:
    raise ParseError("not-a-feed", "No.", "https://blog.example/feed")


class Untold(Exception):
    """Cannot be unpickled, like those of several parsers."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__("A fault.")


def fail_untold() -> None:
    raise Untold(1, 2)


KEPT: list[bytearray] = []


def keep_all_but(left: int) -> None:
    """Take all the memory that there is, and keep it, but for a little."""
    size = MEMORY
    while size > left:
        try:
            KEPT.append(bytearray(size))
        except MemoryError:
            size //= 2


@pytest.fixture(scope="module")
def one() -> Iterator[Pool]:
    """A single process, so that each call has to do with what the one before left."""
    pool = Pool(1, seconds=600.0)
    yield pool
    pool.close()


def run(pool: Pool, function: Callable[..., Any], *args: Any) -> Any:
    return asyncio.run(pool.run(function, *args))


@pytest.mark.rule(48)
@pytest.mark.parametrize(
    ("function", "code"),
    [
        (fill_the_memory, "too-costly"),
        (fill_the_memory_bit_by_bit, "too-costly"),
        (die, "too-costly"),
        (leave, "too-costly"),
        (refuse, "not-a-feed"),
    ],
)
def test_what_goes_wrong_is_said_and_the_pool_goes_on(
    one: Pool, function: Callable[..., Any], code: str
) -> None:
    with pytest.raises(ParseError) as caught:
        run(one, function)
    assert caught.value.code == code
    assert run(one, len, "four") == 4


def test_an_exception_that_does_not_travel_is_told_in_words_and_the_pool_goes_on(
    one: Pool,
) -> None:
    with pytest.raises(RuntimeError, match=r"Untold: A fault\."):
        run(one, fail_untold)
    assert run(one, len, "four") == 4


@pytest.mark.parametrize(
    "error", [ParseError("html", "A page.", "https://a.example"), FetchError("dns", "No.")]
)
def test_our_own_exceptions_travel_whole(error: ParseError | FetchError) -> None:
    told = pickle.loads(pickle.dumps(error))
    assert (type(told), str(told), vars(told)) == (type(error), str(error), vars(error))


@pytest.mark.rule(48)
@pytest.mark.parametrize("processes", [1, 2])
def test_a_process_with_hardly_any_memory_left_still_takes_the_next_feed(processes: int) -> None:
    pool = Pool(processes, seconds=600.0)
    try:
        for _ in range(processes):
            run(pool, keep_all_but, 1_000_000)
            assert run(pool, len, b"x" * 15_000_000) == 15_000_000
    finally:
        pool.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_process_that_is_killed_while_it_has_nothing_to_do_breaks_nothing(
    processes: int,
) -> None:
    pool = Pool(processes, seconds=600.0)
    try:
        for _ in range(2):
            os.kill(run(pool, os.getpid), signal.SIGKILL)
            assert run(pool, len, "four") == 4
    finally:
        pool.close()


def test_a_pool_that_is_closed_stays_closed() -> None:
    pool = Pool(1)
    assert run(pool, len, "four") == 4
    pool.close()
    with pytest.raises(RuntimeError):
        run(pool, len, "four")


@pytest.mark.rule(48)
@pytest.mark.parametrize("function", [hang, hang_on])
def test_what_takes_too_long_is_killed_and_the_pool_goes_on(
    function: Callable[..., Any], tmp_path: Path
) -> None:
    pool = Pool(1, seconds=3.0)
    try:
        with pytest.raises(ParseError, match="longer than 3 seconds") as caught:
            run(pool, function, tmp_path / "pid")
        assert caught.value.code == "too-slow"
        pool.seconds = 600.0
        assert run(pool, len, "four") == 4
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text(encoding="utf-8")), 0)
    finally:
        pool.close()
