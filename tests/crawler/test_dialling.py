"""What the reactor dials, on every hop, whatever the name, the notation or the environment.

Every test runs the real spider on the real reactor, against servers on loopback. Of these
only ALLOWED may be visited, so that the others of loopback are private as anywhere.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from random import randrange
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.address import IPv4Address

from crawler.fetched import Fetched, NoResponse, Response
from crawler.guard import guard
from tests.crawler.certificates import self_signed
from tests.reacting import GUARDED, LOOPBACK
from tests.server import Server, page, redirect, rss, serve, status

Fetch = Callable[..., list[Fetched]]

ALLOWED = f"127.{randrange(1, 128)}.{randrange(256)}.2"  # at random, as its ports are fixed
PRIVATE = f"127.{randrange(128, 255)}.{randrange(256)}.9"
NETWORKS = (ip_network(ALLOWED),)
PORT = 8080  # names may be visited at the usual ports only
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def code(fetched: list[Fetched]) -> str:
    [found] = fetched
    return found.code if isinstance(found, NoResponse) else ""


@pytest.fixture
def narrow(spider: Fetch) -> Fetch:
    """The spider, let into ALLOWED alone."""
    GUARDED.allowed[:] = NETWORKS
    return lambda *urls, **manners: spider(*urls, **({"allowed": NETWORKS} | manners))


@pytest.fixture
def private() -> Iterator[Server]:
    """A server that nobody may visit, with everything on it."""
    with serve(PRIVATE, PORT) as server:
        server.pages.update({"/feed": page(rss("Secret")), "/robots.txt": status(404)})
        yield server


@pytest.fixture
def allowed() -> Iterator[Server]:
    """A server that may be visited; it keeps no connection open for a second request."""
    with serve(ALLOWED, PORT) as server:
        server.pages["/feed"] = page(rss("Hello"))
        server.pages["/robots.txt"] = status(404, connection="close")
        yield server


class Names:
    """A resolver that answers each look-up with the next of its answers, and the last for ever.

    Numbers are themselves, as with any resolver.
    """

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def resolveHostName(
        self, receiver: Any, name: str, portNumber: int = 0, *_: Any, **__: Any
    ) -> Any:
        """Answer at once."""
        found = [name] if name.startswith("127.") else self._next(name)
        receiver.resolutionBegan(self)
        for address in found:
            receiver.addressResolved(IPv4Address("TCP", address, portNumber))
        receiver.resolutionComplete()
        return receiver

    def _next(self, name: str) -> list[str]:
        self.asked.append(name)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def resolve(reactor: asyncio.AbstractEventLoop) -> Iterator[Callable[..., Names]]:
    """Make the reactor look names up with ours until the test ends."""
    from twisted.internet import reactor as running

    dialler: Any = running
    before = dialler.nameResolver

    def install(*answers: list[str]) -> Names:
        names = Names(*answers)
        dialler.installNameResolver(names)
        return names

    yield install
    dialler.installNameResolver(before)


@pytest.fixture
def guarded(reactor: asyncio.AbstractEventLoop) -> Iterator[Callable[..., None]]:
    """Put a second guard before the first until the test ends."""
    from twisted.internet import reactor as running

    dialler: Any = running
    before = dialler.connectTCP
    yield lambda *args, **kwargs: guard(dialler, *args, **kwargs)
    dialler.connectTCP = before


@pytest.mark.rule(46)
@pytest.mark.parametrize("host", [PRIVATE, "blog.example"], ids=["number", "name"])
def test_a_private_https_server_is_not_even_dialled(
    narrow: Fetch, resolve: Callable[..., Names], tmp_path: Path, host: str
) -> None:
    resolve([PRIVATE])
    with serve(PRIVATE, 8443, self_signed(PRIVATE, tmp_path / "a.pem")) as server:
        assert code(narrow(f"https://{host}:8443/feed")) == "private"
        assert server.connections == 0


def test_a_certificate_that_nobody_signed_is_refused_plainly(
    narrow: Fetch, tmp_path: Path
) -> None:
    with serve(ALLOWED, tls=self_signed(ALLOWED, tmp_path / "a.pem")) as server:
        server.pages["/feed"] = page(rss("Hello"))
        [lost] = narrow(server.url("/feed"))
        assert isinstance(lost, NoResponse)
        assert (lost.code, lost.reason) == (
            "tls",
            f"{ALLOWED} has no valid certificate, so nothing was fetched. "
            "Its owner has to mend that.",
        )
        assert (server.connections > 0, server.requests) == (True, [])


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An https server that may be visited, whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "a.pem"))
    with serve(ALLOWED, 8443, self_signed(ALLOWED, tmp_path / "a.pem")) as server:
        server.pages["/feed"] = page(rss("Hello"))
        yield server


@pytest.mark.rule(46)
@pytest.mark.parametrize(
    "target",
    [f"http://{PRIVATE}:8080/feed", f"https://{PRIVATE}:8080/feed"],
    ids=["http", "https"],
)
@pytest.mark.parametrize("from_", ["allowed", "secure"])
@pytest.mark.parametrize("path", ["/feed", "/robots.txt"])
def test_no_redirect_leads_to_a_private_server(
    narrow: Fetch,
    private: Server,
    request: pytest.FixtureRequest,
    from_: str,
    path: str,
    target: str,
) -> None:
    server: Server = request.getfixturevalue(from_)
    assert code(narrow(server.url("/feed"))) == ""
    server.pages[path] = redirect(target)
    assert code(narrow(server.url("/feed"), recall=_nothing)) == "private"
    assert (len(server.asked("/robots.txt")), private.connections) == (2, 0)


@pytest.mark.rule(46)
@pytest.mark.parametrize("path", ["/feed", "/robots.txt"])
def test_no_redirect_leads_to_a_name_of_a_private_server(
    narrow: Fetch, allowed: Server, private: Server, resolve: Callable[..., Names], path: str
) -> None:
    names = resolve([PRIVATE])
    allowed.pages[path] = redirect(f"http://blog.example:{PORT}/feed")
    assert code(narrow(allowed.url("/feed"))) == "private"
    assert (names.asked, private.connections) == (["blog.example"], 0)


@pytest.mark.rule(46)
@pytest.mark.parametrize("answer", [[ALLOWED, PRIVATE], [PRIVATE, ALLOWED]], ids=["last", "first"])
def test_of_a_names_many_addresses_the_private_are_never_dialled(
    narrow: Fetch, private: Server, resolve: Callable[..., Names], answer: list[str]
) -> None:
    names = resolve(answer)  # nobody listens at ALLOWED, so that the other is tried as well
    assert code(narrow(f"http://blog.example:{PORT}/feed")) in ("private", "refused")
    assert (names.asked, private.connections) == (["blog.example"], 0)


@pytest.mark.rule(46)
def test_a_name_with_a_private_address_among_others_is_visited_at_the_others(
    narrow: Fetch, allowed: Server, private: Server, resolve: Callable[..., Names]
) -> None:
    resolve([PRIVATE, ALLOWED])
    assert code(narrow(f"http://blog.example:{PORT}/feed")) == ""
    assert (len(allowed.asked("/feed")), private.connections) == (1, 0)


@pytest.mark.rule(46)
def test_a_name_that_turns_private_between_two_look_ups_is_not_dialled(
    narrow: Fetch, allowed: Server, private: Server, resolve: Callable[..., Names]
) -> None:
    names = resolve([ALLOWED], [PRIVATE])
    assert code(narrow(f"http://blog.example:{PORT}/feed")) == "private"
    assert names.asked == ["blog.example"] * 2
    assert [seen.path for seen in allowed.requests] == ["/robots.txt"]
    assert private.connections == 0


@pytest.mark.rule(46)
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("variable", VARIABLES[:3])
def test_no_proxy_of_the_environments_is_used(
    narrow: Fetch,
    allowed: Server,
    secure: Server,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    upper: bool,
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serve(ALLOWED) as proxy:
        monkeypatch.setenv(variable.upper() if upper else variable, proxy.base)
        fetched = narrow(allowed.url("/feed"), secure.url("/feed"))
        assert all(isinstance(answer, Response) for answer in fetched)
        assert proxy.connections == 0


@pytest.fixture
def proxy(guarded: Callable[..., None]) -> Iterator[Server]:
    """The operator's own proxy, the one thing that may be dialled."""
    with serve() as server:
        port = int(server.base.rpartition(":")[2])
        guarded((), ("127.0.0.1", port))
        yield server


@pytest.mark.rule(46)
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:7f00:1]", "10.0.0.1:22", "1.1.1.1:22"]
)
def test_no_private_number_or_odd_port_is_asked_of_the_proxy(
    spider: Fetch, proxy: Server, host: str
) -> None:
    for scheme in ("http", "https"):
        refused = code(spider(f"{scheme}://{host}/feed", allowed=(), proxy=proxy.base))
        assert refused in ("private", "address")
    assert code(spider("ftp://blog.example/", allowed=(), proxy=proxy.base)) == "address"
    assert proxy.connections == 0


def test_names_are_the_proxys_to_look_up(
    spider: Fetch, proxy: Server, resolve: Callable[..., Names]
) -> None:
    names = resolve([PRIVATE])
    proxy.pages["http://blog.example/feed"] = redirect("http://other.example/feed")
    proxy.pages["http://other.example/feed"] = page(rss("Hello"))
    [found] = spider("http://blog.example/feed", allowed=(), proxy=proxy.base)
    assert isinstance(found, Response), found
    assert (found.url, names.asked) == ("http://other.example/feed", [])


@pytest.mark.rule(46)
def test_a_redirect_that_the_proxy_hands_on_is_checked_again(spider: Fetch, proxy: Server) -> None:
    proxy.pages["http://blog.example/feed"] = redirect("http://0x7f.1/feed")
    assert code(spider("http://blog.example/feed", allowed=(), proxy=proxy.base)) == "private"
    assert {seen.headers["host"] for seen in proxy.requests} == {"blog.example"}


def test_https_goes_through_the_proxy_too(spider: Fetch, proxy: Server) -> None:
    """The proxy opens no tunnels, which is a failure like any other."""
    assert code(spider("https://blog.example/feed", allowed=(), proxy=proxy.base)) == "failed"
    assert proxy.connections > 0


@pytest.mark.rule(46)
@pytest.mark.parametrize(
    "host",
    """
    127.0.0.1 127.0.0.1. 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0X7F.1 0177.0.0.1
    017700000001 0177.0x0.0.1 0 0.0.0.0 localhost
    [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:0001] [::127.0.0.1]
    [::ffff:0:7f00:1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::]
    [2001:0:4136:e378:8000:63bf:3fff:fdd2] [fe80::1%25lo] [fe80::1%lo] [::1%25lo]
    １２７.０.０.１ 127。0。0。1 127．0．0．1 １２７。１ ①②⑦.0.0.1 ０ｘ７ｆ.1
    """.split(),
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_notation_of_a_private_address_is_visited(
    spider: Fetch, scheme: str, host: str
) -> None:
    GUARDED.allowed.clear()
    assert code(spider(f"{scheme}://{host}/feed", allowed=())) == "private"


@pytest.mark.rule(46)
@pytest.mark.parametrize("host", ["blog@127.0.0.1", "1.1.1.1@127.0.0.1", "a:b@blog.example", "@a"])
def test_no_address_with_a_user_in_it_is_visited(spider: Fetch, host: str) -> None:
    assert code(spider(f"http://{host}/feed")) == "address"


@pytest.mark.rule(23)
def test_a_connection_that_does_not_stand_in_time_is_given_up(
    spider: Fetch, guarded: Callable[..., None]
) -> None:
    guarded((LOOPBACK,), connect=0.2)
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):  # Linux lets a few wait
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/feed"
        [lost] = spider(url, timeout=600)
    assert isinstance(lost, NoResponse)
    assert (lost.code, lost.reason) == (
        "timeout",
        "127.0.0.1 could not be reached in time.",
    )


@pytest.mark.rule(23)
def test_nobody_has_longer_to_connect_than_the_guard_gives() -> None:
    given: list[float] = []
    reactor = SimpleNamespace(connectTCP=lambda *args: given.append(args[3]))
    guard(reactor, (LOOPBACK,))
    reactor.connectTCP("127.0.0.1", 80, "factory", 30)
    reactor.connectTCP("127.0.0.1", 80, "factory", timeout=5)
    reactor.connectTCP("127.0.0.1", 80, "factory")
    assert given == [10, 5, 10]


async def _nothing(_: str) -> None:
    """Remember no robots.txt."""
