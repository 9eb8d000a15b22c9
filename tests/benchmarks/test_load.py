"""The load that pages are measured with: it counts answers, and minds what they say."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from benchmarks.load import rate, request

BODY = b"hello"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
SAME = b"HTTP/1.1 304 Not Modified\r\n\r\n"


@pytest.fixture
def base() -> Iterator[str]:
    """A server that says hello, or 304 to whoever has that already."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_listen, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def _listen(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            line, _ = listener.accept()
            threading.Thread(target=_talk, args=(line,), daemon=True).start()


def _talk(line: socket.socket) -> None:
    with line, suppress(OSError):
        while asked := line.recv(9999):
            line.sendall(SAME if b"If-None-Match" in asked else ANSWER)


@pytest.mark.parametrize("asked", [request("/", body=BODY), request("/", etag='W/"a"')])
def test_answers_are_counted(base: str, asked: object) -> None:
    assert rate(base, asked, 0.1) > 100  # type: ignore[arg-type]


def test_another_answer_than_was_expected_is_no_answer(base: str) -> None:
    wrong = request("/", etag='"a"')
    with pytest.raises(RuntimeError, match="unexpected"):
        rate(base, type(wrong)(wrong.sent, b"HTTP/1.1 200"), 0.1)
