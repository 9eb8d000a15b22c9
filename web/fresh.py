"""Conditional answers: ETag, Cache-Control and 304 (RFC 9110, section 13; RFC 9111)."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock

from fastapi import Request, Response

PAGE_AGE = 60  # seconds that a page may be used again without asking
FEED_AGE = 900


def tag(*parts: str) -> str:
    """Return a weak validator of whatever these parts decide."""
    return _weak("\n".join(parts).encode("utf-8", "replace"))


def conditional(
    request: Request, validator: str, age: int, make: Callable[[], Response]
) -> Response:
    """Answer 304 if the reader has this already, else make the answer and mark it."""
    response = Response(status_code=304) if _knows(request, validator) else make()
    response.headers["ETag"] = validator
    response.headers["Cache-Control"] = f"public, max-age={age}"
    return response


class Kept:
    """The answers asked for last, each under its validator (rule 49).

    A validator is made of all that decides an answer, so what is kept is never stale: it
    is merely not asked for again. Threads may share it: of those that want the same at
    once, one makes it and the others wait, or a busy page would be made eight times over.
    """

    def __init__(self, most: int = 200) -> None:
        self._most = most  # a page of answers has about 25 KB
        self._answers: OrderedDict[str, Response] = OrderedDict()
        self._making: dict[str, Lock] = {}
        self._lock = Lock()

    def conditional(
        self, request: Request, validator: str, age: int, make: Callable[[], Response]
    ) -> Response:
        """Answer as `conditional` does, and make only what is not kept."""
        if _knows(request, validator):
            return conditional(request, validator, age, make)
        answer = self._kept(validator)
        if answer is not None:
            return answer
        with self._lock:
            turn = self._making.setdefault(validator, Lock())
        with turn:
            answer = self._kept(validator)
            if answer is None:
                answer = self._keep(validator, lambda: conditional(request, validator, age, make))
        return answer

    def _kept(self, validator: str) -> Response | None:
        with self._lock:
            answer = self._answers.get(validator)
            if answer is not None:
                self._answers.move_to_end(validator)
        return answer

    def _keep(self, validator: str, make: Callable[[], Response]) -> Response:
        try:
            answer = make()
            with self._lock:
                self._answers[validator] = answer
                if len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            return answer
        finally:
            with self._lock:
                self._making.pop(validator, None)


def by_content(request: Request, response: Response, age: int) -> Response:
    """Answer 304 if the reader has these very bytes already.

    For what depends on more than the catalogue's version: the search index, the time.
    """
    return conditional(request, _weak(bytes(response.body)), age, lambda: response)


def _weak(content: bytes) -> str:
    return f'W/"{blake2b(content, digest_size=10).hexdigest()}"'


def _knows(request: Request, validator: str) -> bool:
    """Compare weakly: GET and HEAD ask whether the content means the same.

    "*" is nobody's: to answer it we would have to look first whether there is such a page.
    """
    offered = request.headers.get("if-none-match", "")
    opaque = validator.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == opaque for part in offered.split(","))
