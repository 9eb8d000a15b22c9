"""Addresses in feeds are written as the standard wants them, and lead where they led."""

import pytest

from web.uris import uri


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("https://parks.example/a?b=1&c=2#d", "https://parks.example/a?b=1&c=2#d"),
        ("https://parks.example/a%20b%2Fc", "https://parks.example/a%20b%2Fc"),
        ("https://parks.example/100%", "https://parks.example/100%25"),
        ("https://parks.example/a b", "https://parks.example/a%20b"),
        ('https://parks.example/?q="x"', "https://parks.example/?q=%22x%22"),
        ("https://parks.example/[a]?b[]=1", "https://parks.example/%5Ba%5D?b%5B%5D=1"),
        ("https://parks.example/#a#b", "https://parks.example/#a%23b"),
        ("https://parks.example/ŵy?ŷ#â", "https://parks.example/%C5%B5y?%C5%B7#%C3%A2"),
        ("https://cyngor.example:8443/", "https://cyngor.example:8443/"),
        ("https://tŷ.example/", "https://xn--t-foa.example/"),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]:443/a"),
        ("https://me:a b@parks.example/", "https://me:a%20b@parks.example/"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("https://parks.example:port/", ""),
        ("https://parks.example:99999/", ""),
        ('https://parks"><script>.example/', ""),
    ],
)
def test_an_address_is_written_as_the_standard_has_it(written: str, standard: str) -> None:
    assert uri(written) == standard
    assert uri(standard) == standard
