from ipaddress import ip_network

import pytest

from index.address import check_address, host, normal, slot, without_trackers
from index.errors import FetchError


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    "other",
    [
        "http://blog.example.org/2024/damp",
        "https://www.blog.example.org/2024/damp",
        "https://blog.example.org/2024/damp/",
        "https://BLOG.example.org:443/2024/damp",
        "http://blog.example.org:80/2024/damp",
        "https://blog.example.org/2024/damp?utm_source=rss&utm_medium=feed",
        "https://blog.example.org/2024/damp?fbclid=x#comments",
        " https://blog.example.org./2024/damp ",
    ],
)
def test_two_addresses_of_one_page_are_equal(other: str) -> None:
    assert normal(other) == normal("https://blog.example.org/2024/damp")


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    "other",
    [
        "https://blog.example.org/2024/Damp",
        "https://blog.example.org/2024/damp?p=2",
        "https://blog.example.org:8443/2024/damp",
        "https://example.org/2024/damp",
    ],
)
def test_addresses_of_different_pages_differ(other: str) -> None:
    assert normal(other) != normal("https://blog.example.org/2024/damp")


@pytest.mark.rule(28)
def test_the_fragment_is_kept_where_it_tells_posts_apart() -> None:
    assert normal("https://a.example/day#one") == "a.example/day"
    assert normal("https://a.example/day#one", fragment=True) == "a.example/day#one"


@pytest.mark.parametrize(
    "text",
    [
        "tag:a.example,2005:1",
        "urn:uuid:1",
        "17",
        "",
        "http://[",
        "http://",
        "http://a.example:port/",
    ],
)
def test_what_is_no_web_address_is_compared_as_it_is(text: str) -> None:
    assert normal(text) == text


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://Blog.Example.org/x", "blog.example.org"),
        ("https://bücher.example/x", "xn--bcher-kva.example"),
        ("https://a.example.:8080", "a.example"),
        ("http://[::1]:8080/", "::1"),
        ("http://[", ""),
        ("not an address", ""),
        (f"https://{'ü' * 70}.example/", f"{'ü' * 70}.example"),
    ],
)
def test_the_host_is_in_lower_case_and_ascii_where_it_can_be(url: str, name: str) -> None:
    assert host(url) == name


@pytest.mark.rule(21)
@pytest.mark.parametrize(
    ("url", "whose"),
    [
        ("https://hackney.localgov.blog/feed/", "localgov.blog"),
        ("https://someone.wordpress.com/feed/", "wordpress.com"),
        ("https://medium.com/feed/@someone", "medium.com"),
        ("https://someone.medium.com/feed", "medium.com"),
        ("https://gds.blog.gov.uk/feed/", "blog.gov.uk"),
        ("https://someone.github.io/blog/feed.xml", "github.io"),
        ("https://feeds.feedburner.com/x", "feedburner.com"),
        ("https://www.example.org/feed", "example.org"),
        ("https://notmedium.com/feed", "notmedium.com"),
        ("https://digital.barchester.gov.uk/feed", "digital.barchester.gov.uk"),
        ("http://127.0.0.9:8000/feed", "127.0.0.9"),
    ],
)
def test_blogs_on_one_platform_share_a_slot(url: str, whose: str) -> None:
    assert slot(url) == whose


@pytest.mark.rule(42)
def test_trackers_are_taken_off_an_address_and_nothing_else() -> None:
    url = "https://a.example/x?b=2&utm_source=feed&a=%20&UTM_medium=rss&source=rss----1#top"
    assert without_trackers(url) == "https://a.example/x?b=2&a=%20#top"
    assert without_trackers("https://a.example/?source=rs&q=") == "https://a.example/?source=rs&q="
    assert without_trackers("http://[") == "http://["


@pytest.mark.rule(46)
@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/feed",
        "http://a.example:8080/feed",
        "https://a.example:8443/",
        "http://bücher.example/",
    ],
)
def test_web_addresses_may_be_visited(url: str) -> None:
    check_address(url)


@pytest.mark.rule(46)
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.example/feed", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("", "only http and https"),
        ("https:///feed", "names no host"),
        ("https://me:secret@a.example/feed", "user name or password"),
        ("https://a.example:22/feed", "port 22"),
        ("https://a.example:0/feed", "port 0"),
        ("https://a.example:port/feed", "not a web address"),
        ("https://a.example:99999/feed", "not a web address"),
        ("https://a.example/a b", "not a web address"),
        ("https://a.example/\r\nHost: b", "not a web address"),
        ("https://a.example/" + "x" * 2_000, "not a web address"),
        ("http://[::1", "not a web address"),
    ],
)
def test_other_addresses_may_not(url: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason) as caught:
        check_address(url)
    assert caught.value.code == "address"
    assert "secret" not in str(caught.value)


@pytest.mark.rule(46)
def test_ports_are_free_in_the_networks_that_an_operator_allows() -> None:
    allowed = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    check_address("http://127.0.0.5:8765/feed", private_ok=allowed)
    check_address("http://[::1]:8765/feed", private_ok=allowed)
    for url in ("http://10.0.0.1:8765/", "http://localhost:8765/", "http://127.1:8765/"):
        with pytest.raises(FetchError, match="port 8765"):
            check_address(url, private_ok=allowed)
