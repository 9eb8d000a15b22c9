"""RFC 8288, section 3: the Link header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links import Link, links

FEED = Link(target="/feed", relations=frozenset({"alternate"}), type="application/rss+xml")


@pytest.mark.rule(41)
@pytest.mark.parametrize(
    "header",
    [
        '</feed>; rel="alternate"; type="application/rss+xml"',
        "</feed>;rel=alternate;type=application/rss+xml",
        '< /feed > ; TYPE = "application/rss+xml" ; REL = "ALTERNATE"',
        '</feed>; rel=alternate; rel="next"; type="application/rss+xml"; type=text/html',
        '</feed>;; rel=alternate; crossorigin; type="application/rss+xml";',
    ],
)
def test_a_link_may_be_written_in_many_ways(header: str) -> None:
    assert links(header) == (FEED,)


def test_a_header_may_hold_several_links() -> None:
    header = (
        '</a,b>; rel="alternate feed"; title="One, two; three", junk, '
        '</c>; rel=alternate; title="A \\"quoted\\" title", </d>'
    )
    assert links(header) == (
        Link(target="/a,b", relations=frozenset({"alternate", "feed"}), title="One, two; three"),
        Link(target="/c", relations=frozenset({"alternate"}), title='A "quoted" title'),
        Link(target="/d"),
    )


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("title*=UTF-8''%e2%82%ac%20rates", "€ rates"),  # RFC 8187, 3.2.2
        ("title*=iso-8859-1'en'%A3%20rates", "£ rates"),
        ("title=\"Plain\"; title*=UTF-8'cy'T%C5%B7", "Tŷ"),
        ("title=\"Plain\"; title*=KOI8-R''%F4", "Plain"),
        ("title*=nonsense", ""),
        ('title="T\u00c5\u00b7"', "Tŷ"),  # UTF-8 that was read as ISO-8859-1
        ('title="caf\u00e9"', "café"),
    ],
)
def test_a_title_may_be_in_any_language(title: str, said: str) -> None:
    [link] = links(f"</feed>; rel=alternate; {title}")
    assert link.title == said


def test_a_link_may_be_about_something_else() -> None:
    [link] = links('</feed>; anchor="/other"; rel=alternate')
    assert link.anchor == "/other"


def test_a_link_holds_nothing_that_a_terminal_would_obey() -> None:
    [link] = links("</\x1b[2Jfeed\x9b>; rel=alternate")
    assert link.target == "/[2Jfeed"


@pytest.mark.parametrize("header", ["", "junk", "<", "<a", "; rel=alternate", ","])
def test_what_is_no_link_is_passed_over(header: str) -> None:
    assert links(header) == ()


@given(st.text(alphabet="<>;,=\"\\ ab*'", max_size=200))
def test_any_header_may_be_looked_at(header: str) -> None:
    assert all("<" not in link.target for link in links(header))
