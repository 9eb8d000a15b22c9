"""The guard knows a private address in every notation."""

from ipaddress import ip_address, ip_network
from types import SimpleNamespace

import pytest

from crawler.guard import check_dial, guard
from index.errors import FetchError
from index.public import is_public

PRIVATE = """
    0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 192.0.0.1
    192.0.2.1 192.168.1.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::a00:1
    2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 2002:7f00:1:: fc00::1 fd12:3456::1
    fe80::1 fec0::1 ff02::1
""".split()
PUBLIC = "1.1.1.1 93.184.216.34 2606:2800:220:1:248:1893:25c8:1946 2a00:1450:4009::200e".split()


@pytest.mark.rule(46)
@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(FetchError, match="private network"):
        check_dial(address, 443, allowed=())


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_dialled(address: str) -> None:
    check_dial(address, 443, allowed=())
    assert is_public(ip_address(address))


@pytest.mark.rule(46)
def test_a_name_is_never_dialled_unresolved() -> None:
    with pytest.raises(FetchError, match="not a numeric address"):
        check_dial("localhost", 80, allowed=())


@pytest.mark.rule(46)
@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8000])
def test_a_port_that_no_blog_uses_is_refused(port: int) -> None:
    with pytest.raises(FetchError, match=f"Port {port}"):
        check_dial("1.1.1.1", port, allowed=())


def test_the_operators_own_networks_may_be_dialled_on_any_port() -> None:
    allowed = (ip_network("127.0.0.0/8"), ip_network("10.2.0.0/16"))
    check_dial("127.0.0.2", 12345, allowed)
    check_dial("::ffff:10.2.3.4", 22, allowed)
    with pytest.raises(FetchError):
        check_dial("10.3.0.1", 80, allowed)


def test_the_operators_own_proxy_may_be_dialled_by_name() -> None:
    check_dial("proxy.internal", 3128, (), proxy=("proxy.internal", 3128))
    with pytest.raises(FetchError):
        check_dial("proxy.internal", 3129, (), proxy=("proxy.internal", 3128))


def test_a_guarded_reactor_dials_only_what_may_be_dialled() -> None:
    dialled: list[tuple[str, int]] = []
    reactor = SimpleNamespace(connectTCP=lambda host, port, *rest: dialled.append((host, port)))
    guard(reactor, allowed=())
    reactor.connectTCP("1.1.1.1", 443, "factory")
    with pytest.raises(FetchError):
        reactor.connectTCP("10.0.0.1", 443, "factory")
    assert dialled == [("1.1.1.1", 443)]
