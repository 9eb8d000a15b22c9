"""The one function that sees every address we dial, and refuses the private ones.

Names are resolved by the network library; what reaches `connectTCP` is the numeric
address that the connection would go to, on every hop, for http and https, robots.txt
and pages alike. A check any earlier could be fooled: by a name that resolves
differently the second time, by an address written in octal, or by a redirect (rule 46).

Twisted's `connectSSL` dials through `connectTCP`, and nothing that fetches uses its other
ways out (UNIX sockets, datagrams). Through a proxy only the proxy itself is dialled:
what a name leads to is then the proxy's to look after.
"""

import socket
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from index.address import PORTS
from index.errors import FetchError
from index.public import Network, check_public, number

CONNECT = 10.0  # seconds until a connection stands (rule 23)

Proxy = tuple[str, int]  # host and port


class Reactor(Protocol):
    """The part of a Twisted reactor that dials."""

    connectTCP: Callable[..., Any]  # Twisted's own name


def check_dial(
    host: str, port: int, allowed: Sequence[Network], proxy: Proxy | None = None
) -> None:
    """Raise FetchError unless a connection to `host` (a numeric address) may be made.

    `allowed` are the networks that the operator lets us visit although they are
    private, on any port; `proxy` is the operator's own, dialled by name or number.
    """
    if proxy is not None and _is_proxy(host, port, proxy):
        return
    address = number(host)
    if address is None:
        raise FetchError("private", f"{host} is not a numeric address.")
    if any(address in network for network in allowed):
        return
    check_public(address, ())
    if port not in PORTS:
        raise FetchError(
            "port", f"Port {port} is not one that blogs use: only 80, 443, 8080 and 8443 are."
        )


def guard(
    reactor: Reactor,
    allowed: Sequence[Network],
    proxy: Proxy | None = None,
    connect: float = CONNECT,
) -> None:
    """Make `reactor` ask `check_dial` before it dials, from now on.

    A connection that does not stand after `connect` seconds is given up.
    """
    dial = reactor.connectTCP

    def checked(
        host: str, port: int, factory: Any, timeout: float = connect, bindAddress: Any = None
    ) -> Any:
        check_dial(host, port, allowed, proxy)
        return dial(host, port, factory, min(timeout, connect), bindAddress)

    reactor.connectTCP = checked


def _is_proxy(host: str, port: int, proxy: Proxy) -> bool:
    """Whether this is the operator's proxy: for http its name comes resolved, for https not.

    The look-up blocks, but of a name that is the operator's own and was just looked up.
    """
    if port != proxy[1]:
        return False
    if host == proxy[0]:
        return True
    try:
        found = socket.getaddrinfo(*proxy, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return host in {str(address[0]) for *_, address in found}
