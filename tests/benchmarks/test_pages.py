"""What pages are measured with: a load that waits for nobody, plans of lists, a busy crawler."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks import corpus
from benchmarks.busy import another
from benchmarks.load import request
from benchmarks.planet import Planet
from benchmarks.plans import Reading, lists, readings
from benchmarks.recombined import recombined
from benchmarks.steady import steady
from benchmarks.stocked import stocked

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
WAIT = 0.2  # seconds that the first answer takes


@pytest.fixture
def base() -> Iterator[str]:
    """A server that is slow once, and sends its answers in two parts."""
    slow = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_listen, args=(listener, slow), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def _listen(listener: socket.socket, slow: threading.Event) -> None:
    with suppress(OSError):
        while True:
            line, _ = listener.accept()
            threading.Thread(target=_talk, args=(line, slow), daemon=True).start()


def _talk(line: socket.socket, slow: threading.Event) -> None:
    with line, suppress(OSError):
        while line.recv(9999):
            if not slow.is_set():
                slow.set()
                threading.Event().wait(WAIT)
            line.sendall(HEAD + b"he")
            line.sendall(b"llo")


def test_a_slow_answer_holds_no_other_request_up(base: str) -> None:
    times = steady(base, request("/"), 50, 0.4)
    assert len(times) == 20
    assert sum(seconds >= WAIT for seconds in times) == 1


def test_another_answer_than_was_expected_ends_the_load(base: str) -> None:
    with pytest.raises(RuntimeError, match="unexpected"):
        steady(base, request("/", etag='"a"'), 50, 0.1)


@pytest.fixture(scope="module")
def planet() -> Iterator[Planet]:
    """A planet with a few posts."""
    with stocked(recombined(60)) as made:
        yield made


def test_no_list_reads_every_post_to_show_a_few(planet: Planet) -> None:
    for path in lists(planet).values():
        found = readings(planet, path)
        assert sum(one.instructions for one in found) > 0
        assert all(one.steps for one in found)
        assert [step for one in found for step in one.growing()] == [], path


@pytest.mark.parametrize(
    ("statement", "steps", "grows"),
    [
        ("SELECT id FROM entries", ("SCAN entries",), True),
        ("SELECT id FROM entries LIMIT 9", ("SCAN entries USING INDEX by_time",), False),
        (
            "SELECT id FROM entries ORDER BY title LIMIT 9",
            ("SCAN entries USING INDEX by_time", "USE TEMP B-TREE FOR ORDER BY"),
            True,
        ),
        ("SELECT id FROM feeds", ("SCAN feeds",), False),
    ],
)
def test_a_scan_of_posts_grows_unless_a_limit_ends_it(
    statement: str, steps: tuple[str, ...], grows: bool
) -> None:
    assert bool(Reading(statement, steps, 1).growing()) is grows


def test_a_feed_has_one_new_post_after_the_other(tmp_path: Path) -> None:
    [blog] = corpus.blogs(corpus.posts(3), 3)
    served = corpus.feed(blog)
    first, second = another(served, 1), another(served, 2)
    assert len({served.body, first.body, second.body}) == 3
    slugs = [post.slug.encode() for post in blog.posts]
    assert [slug + b"-1" in first.body for slug in slugs] == [True, False, False]
    assert all(slug in second.body for slug in slugs[1:])
