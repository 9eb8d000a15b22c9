"""What comes over the wire, bounded before anybody reads it: headers, and how a body is packed.

Scrapy bounds a body's size, packed and unpacked. It does not bound how many headers a
server sends, nor how often a body is packed, and some faults of networks and packers it
passes on as they are. Knows Scrapy and Twisted; decides nothing about feeds.
"""

import asyncio
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Request, Response
from twisted.internet import error as faults

from index.errors import FetchError

MAX_HEADERS = 256 * 1024  # bytes before a body, as in browsers; each costs ten times as much
MAX_CODINGS = 3  # times that a body is packed: 1,000 took a minute to unpack

# No route to the host, a connection lost before it stood, a proxy that opens no tunnel.
FAULTS = (faults.ConnectError, faults.ConnectionClosed, faults.VerifyError, http11.TunnelError)


class _Parser(http11._LenientHTTPClientParser):
    """Reads an answer's headers, as many as fit."""

    spent = 0

    def lineReceived(self, line: bytes) -> None:
        self.spent += len(line) + 2
        if self.spent > MAX_HEADERS:
            raise FetchError(
                "too-large",
                f"The server sent more than {MAX_HEADERS // 1024} kB of headers, "
                "the most that we read. Its owner has to mend that.",
            )
        super().lineReceived(line)


class _Protocol(http11._LenientHTTP11ClientProtocol):
    """Speaks HTTP/1.1, with our own parser in the place of Scrapy's."""

    def request(self, request: Any) -> Any:
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser  # as Scrapy itself does; it adds no state but `spent`
        return answer


class _Factory(http11._LenientHTTP11ClientFactory):
    """Makes a `_Protocol` for each connection."""

    def buildProtocol(self, addr: Any) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted's


class Handler(http11.HTTP11DownloadHandler):
    """Downloads by http and https; every fault of a network or a server is Scrapy's or ours."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        """Fetch, once the host has rested; raises Scrapy's exceptions, and FetchError.

        Whoever waits here has the host's slot, so that nobody else asks it meanwhile.
        """
        rests, slot = request.meta["rests"], request.meta["download_slot"]
        gap = request.meta.get("gap", 0.0)
        await asyncio.sleep(rests.wait(slot, gap, monotonic()))
        try:
            return await self._fetched(request)
        finally:
            rests.note(slot, gap, monotonic())

    async def _fetched(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadTimeoutError as error:
            if not isinstance(error.__cause__, faults.TimeoutError):
                raise
            where = urlsplit(request.url).hostname
            raise FetchError("timeout", f"{where} could not be reached in time.") from error
        except DownloadFailedError as error:
            raise _refusal(error) or error from error.__cause__
        except FAULTS as error:
            raise DownloadFailedError(str(error)) from error


class Codings(HttpCompressionMiddleware):
    """Unpacks what was packed once or twice, and says so when it cannot be."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Any:
        """Return the response with its body unpacked; raises FetchError and IgnoreRequest."""
        codings = b",".join(response.headers.getlist("Content-Encoding")).count(b",") + 1
        try:
            if codings > MAX_CODINGS:
                raise ValueError(f"packed {codings} times")
            return super().process_response(request, response)
        except IgnoreRequest:
            raise  # larger than we read
        except Exception as error:  # each of four packers has its own
            raise FetchError(
                "garbled",
                f"{urlsplit(request.url).hostname} sent an answer that cannot be unpacked. "
                "Its owner has to mend that.",
            ) from error


def _refusal(error: DownloadFailedError) -> FetchError | None:
    """Return the refusal of ours that made the download fail, if one did."""
    reasons = (failure.value for failure in getattr(error.__cause__, "reasons", ()))
    return next((reason for reason in reasons if isinstance(reason, FetchError)), None)
