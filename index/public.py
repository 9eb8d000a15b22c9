"""Which numeric addresses anybody on the internet could dial, however they are written.

Pure: nothing is resolved. Python's own idea of "global" grew from release to release, so
what it learned late is named here.
"""

import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from index.errors import FetchError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNICAST = IPv6Network("2000::/3")  # all that is public in IPv6 (RFC 4291, 2.4)

# Addresses that carry an IPv4 address to be dialled by a gateway, so that a public prefix may
# lead to a private machine: Teredo (RFC 4380), 6to4 (RFC 3056) and its relays. NAT64,
# IPv4-mapped, -compatible and -translated ones are outside UNICAST.
TUNNELS = ("2001::/32", "2002::/16", "192.88.99.0/24")
# Public by their numbers, but not on the internet: documentation (RFC 9637), benchmarks and
# identifiers (RFC 6890), and the address under which Azure answers its own machines.
NOWHERE = ("3fff::/20", "2001:2::/48", "2001:10::/28", "2001:20::/28", "168.63.129.16/32")
REFUSED: tuple[Network, ...] = tuple(ip_network(block) for block in (*TUNNELS, *NOWHERE))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could dial this address (rule 46)."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv6Address) and address not in UNICAST:
        return False
    return not any(address in block for block in REFUSED)


def check_public(address: Address, allowed: Sequence[Network]) -> None:
    """Raise FetchError("private", ...) unless the address is public or in an `allowed` network."""
    if not is_public(address) and not any(address in network for network in allowed):
        raise FetchError(
            "private",
            f"The address leads to {address}, a private network, which is never visited.",
        )


def number(text: str) -> Address | None:
    """Return the address that `text` is in the usual notation, or None.

    A zone ("%eth0") is left out, and an IPv4-mapped address is the IPv4 address it maps.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def literal(host: str) -> Address | None:
    """Return the address that a host is in any notation, or None for a name.

    Resolvers take "127.1", "2130706433", "0x7f.1" and "0177.0.0.1" for numbers, as the C
    library's inet_aton does.
    """
    host = host.removesuffix(".")
    if (address := number(host)) is not None:
        return address
    try:
        return IPv4Address(socket.inet_aton(host)) if host[:1].isdecimal() else None
    except (OSError, ValueError):
        return None
