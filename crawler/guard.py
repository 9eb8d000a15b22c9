"""The one function that sees every address we dial, and refuses the private ones.

Names are resolved by the network library; what reaches `connectTCP` is the numeric
address that the connection would go to, on every hop, for http and https, robots.txt
and pages alike. A check any earlier could be fooled: by a name that resolves
differently the second time, by an address written in octal, or by a redirect (rule 46).
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Protocol

from index.errors import FetchError
from index.settings import Network

PORTS = frozenset({80, 443, 8080, 8443})

# Addresses that carry an IPv4 address to be dialled by a gateway, so that a public
# prefix may lead to a private machine: NAT64 (RFC 6052, RFC 8215), 6to4 and Teredo.
TUNNELS = tuple(
    IPv6Network(prefix)
    for prefix in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class Reactor(Protocol):
    """The part of a Twisted reactor that dials."""

    connectTCP: Callable[..., Any]  # Twisted's own name


def check_dial(
    host: str, port: int, allowed: Sequence[Network], proxy: tuple[str, int] | None = None
) -> None:
    """Raise FetchError unless a connection to `host` (a numeric address) may be made.

    `allowed` are the networks that the operator lets us visit although they are
    private, on any port; `proxy` is the operator's own, dialled by name.
    """
    if proxy is not None and (host, port) == proxy:
        return
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError as error:
        raise FetchError("private", f"{host} is not a numeric address.") from error
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return
    if not is_public(address):
        raise FetchError(
            "private",
            f"The address leads to {address}, a private network, which is never visited.",
        )
    if port not in PORTS:
        raise FetchError(
            "port", f"Port {port} is not one that blogs use: only 80, 443, 8080 and 8443 are."
        )


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet could dial this address."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv6Address):
        return not address.is_site_local and not any(address in tunnel for tunnel in TUNNELS)
    return True


def guard(
    reactor: Reactor, allowed: Sequence[Network], proxy: tuple[str, int] | None = None
) -> None:
    """Make `reactor` ask `check_dial` before it dials, from now on."""
    dial = reactor.connectTCP

    def checked(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        check_dial(host, port, allowed, proxy)
        return dial(host, port, *args, **kwargs)

    reactor.connectTCP = checked
