"""The list of blogs: read forgivingly, refused plainly, written so that it reads back the same."""

import json
import re
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.councils import NATIONS
from index.errors import OpmlError
from index.model import Feed, Kind
from index.opml import parse, unparse
from index.outlines import DEEPEST, LARGEST, MOST, plain

DOCS = Path(__file__).parents[2] / "docs" / "opml.md"
ODD = sorted((Path(__file__).parents[1] / "opml").glob("*.opml"))


def shown(feed: Feed) -> dict[str, object]:
    """Return what a feed says beyond the defaults, as JSON would."""
    values = {field.name: getattr(feed, field.name) for field in fields(Feed)}
    return {
        field.name: list(value) if isinstance(value := values[field.name], tuple) else value
        for field in fields(Feed)
        if values[field.name] != field.default
    }


def listing(*outlines: str) -> bytes:
    return "\n".join(['<opml version="2.0"><body>', *outlines, "</body></opml>"]).encode()


@pytest.mark.parametrize("path", ODD, ids=lambda path: path.stem)
def test_an_odd_list_becomes_what_stands_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if "error" in expected:
        with pytest.raises(OpmlError) as caught:
            parse(path.read_bytes())
        assert str(caught.value) == expected["error"]
    else:
        outlines = parse(path.read_bytes())
        assert [shown(feed) for feed in outlines.feeds] == expected["feeds"]
        assert list(outlines.warnings) == expected["warnings"]


def test_every_odd_list_has_its_expectation_and_every_expectation_its_list() -> None:
    assert len(ODD) >= 8
    beside = {path.stem for path in (Path(__file__).parents[1] / "opml").glob("*.json")}
    assert beside == {path.stem for path in ODD}


slugs = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
hosts = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]\.example", fullmatch=True)
paths = st.from_regex(r"(/[A-Za-z0-9@._~-]{1,8}){0,3}(\?a=[a-z&;='\"<>é]{0,8})?", fullmatch=True)
titles = st.text(max_size=40).map(plain).filter(bool)


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    feed = Feed(
        site=draw(st.just("") | st.builds("https://{}{}".format, hosts, paths)),
        title=draw(titles),
        kind=draw(st.sampled_from(Kind)),
        councils=tuple(draw(st.lists(slugs, max_size=3, unique=True))),
        nation=draw(st.sampled_from(["", *NATIONS])),
    )
    if feed.site and draw(st.booleans()):
        return feed
    scheme = draw(st.sampled_from(["http", "https"]))
    url = f"{scheme}://{draw(hosts)}{draw(paths)}"
    return replace(feed, url=url, guessed=draw(st.booleans()))


def host_of(feed: Feed) -> str:
    return (feed.url or feed.site).split("/")[2]


@given(st.lists(feeds(), max_size=8, unique_by=host_of), st.text(max_size=20))
@example([Feed(site="https://a.example/blogs.opml", title="At an address like a list's")], "")
@example([Feed(url="https://a.example/", title="<Bins> & 'Boxes'", guessed=True)], "\x00\ud800")
def test_a_list_that_was_written_reads_back_the_same(blogs: list[Feed], title: str) -> None:
    body = unparse(blogs, title=title, when=datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    outlines = parse(body)
    assert outlines.warnings == ()
    assert set(outlines.feeds) == set(blogs)
    assert len(outlines.feeds) == len(blogs)
    assert unparse(outlines.feeds, title=title) == unparse(blogs, title=title)


def test_a_written_list_is_opml_2_with_an_outline_a_line_grouped_and_in_the_titles_order() -> None:
    home = "https://b.example/"
    blogs = [
        Feed(url="https://b.example/feed", site=home, title="Beta & co", nation="wales"),
        Feed(site="https://c.example/", title="Gamma", kind=Kind.COUNCIL, guessed=True),
        Feed(url="https://a.example/feed", title="alpha", guessed=True),
        Feed(url="https://d.example/feed", title="Delta", kind=Kind.COUNCIL, councils=("c", "d")),
        Feed(title="Nowhere at all"),
    ]
    when = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert unparse(blogs, title="Ours <all>", when=when).decode() == (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>Ours &lt;all&gt;</title>
    <dateCreated>Mon, 23 Nov 2026 09:30:00 GMT</dateCreated>
    <docs>http://opml.org/spec2.opml</docs>
  </head>
  <body>
    <outline text="Councils">
      <outline type="rss" text="Delta" title="Delta" xmlUrl="https://d.example/feed" \
category="/kind/council,/council/c,/council/d"/>
    </outline>
    <outline text="Community">
      <outline type="rss" text="alpha" title="alpha" xmlUrl="https://a.example/feed" \
category="/kind/community,/evidence/conventional"/>
      <outline type="rss" text="Beta &amp; co" title="Beta &amp; co" \
xmlUrl="https://b.example/feed" htmlUrl="https://b.example/" \
category="/kind/community,/nation/wales"/>
    </outline>
    <outline text="to discover">
      <outline type="link" text="Gamma" title="Gamma" url="https://c.example/" \
category="/kind/council"/>
    </outline>
  </body>
</opml>
"""
    )


def test_a_list_written_without_a_time_says_none() -> None:
    assert b"dateCreated" not in unparse([], title="Empty")


def test_characters_that_xml_cannot_hold_are_dropped() -> None:
    odd = Feed(url="https://a.example/", title="Bins\x00 and\x1b \ud800boxes\uffff\n at last")
    body = unparse([odd], title="\x0bOurs")
    ElementTree.fromstring(body)
    assert parse(body).feeds[0].title == "Bins and boxes at last"


def test_a_blog_without_a_name_is_called_by_its_host() -> None:
    body = unparse([Feed(url="https://www.a.example/feed")], title="")
    assert b'text="a.example"' in body
    assert parse(body).feeds[0].title == "a.example"


def test_an_outline_that_shares_its_line_with_another_is_told_apart() -> None:
    one, two = (f'<outline xmlUrl="https://{name}.example/feed"/>' for name in ("one", "two"))
    outlines = parse(listing(one + two + one))
    assert [feed.title for feed in outlines.feeds] == ["one.example", "two.example"]
    assert len(outlines.warnings) == 1


def test_the_examples_in_the_manual_can_be_copied_as_they_stand() -> None:
    examples = re.findall(r"```xml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    outlines = parse(listing(*examples))
    assert len(outlines.feeds) == len(examples) == 2
    assert outlines.warnings == ()


def test_an_empty_list_is_refused_with_what_to_do() -> None:
    with pytest.raises(OpmlError, match=r"Line 1, column 1: the list is empty\. Begin it with"):
        parse(b" \n")


def test_a_list_of_no_blogs_is_a_list() -> None:
    assert parse(b"<opml/>").feeds == ()


@pytest.mark.rule(47)
def test_a_list_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(OpmlError, match=r"10,000,001 bytes long .* split it"):
        parse(b" " * (LARGEST + 1))


@pytest.mark.rule(47)
def test_a_list_of_too_many_outlines_is_refused() -> None:
    outline = '<outline xmlUrl="https://a.example/"/>'
    assert parse(listing(*[outline] * MOST)).feeds
    with pytest.raises(OpmlError, match=rf"Line {MOST + 2}, column 1: .* 25,000 outlines"):
        parse(listing(*[outline] * (MOST + 1)))


def test_a_list_that_is_nested_too_deep_is_refused() -> None:
    def nested(levels: int) -> bytes:
        blog = '<outline xmlUrl="https://a.example/"/>'
        return listing("<outline text='g'>" * levels + blog + "</outline>" * levels)

    assert parse(nested(DEEPEST - 3)).feeds
    with pytest.raises(OpmlError, match=r"Line 2, column .* deeper than 32 levels"):
        parse(nested(DEEPEST - 2))


@pytest.mark.rule(48)
def test_entities_that_grow_without_end_are_not_read() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE opml [<!ENTITY l0 "lol">{lol}]><opml><head>&l9;</head></opml>'.encode()
    with pytest.raises(OpmlError, match="DOCTYPE"):
        parse(body)


@pytest.mark.rule(48)
def test_a_document_type_elsewhere_is_not_fetched() -> None:
    body = b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/opml.dtd"><opml version="2.0"/>'
    with pytest.raises(OpmlError, match="Remove the lines from <!DOCTYPE"):
        parse(body)


@pytest.mark.parametrize(
    "charset", ["utf-8-sig", "utf-16", "iso-8859-15", pytest.param("koi8-r", id="an old one")]
)
def test_a_list_in_another_character_set_is_read(charset: str) -> None:
    name = "utf-8" if charset == "utf-8-sig" else charset
    text = (
        f'<?xml version="1.0" encoding="{name}"?>'
        + listing('<outline text="Blog" xmlUrl="https://a.example/"/>').decode()
    )
    assert parse(text.encode(charset)).feeds[0].title == "Blog"


@pytest.mark.parametrize("charset", ["klingon", "gb2312", "utf-7", "hex"])
def test_a_character_set_that_nobody_can_read_is_named_as_the_trouble(charset: str) -> None:
    with pytest.raises(OpmlError, match=r"character set .* as UTF-8"):
        parse(f'<?xml version="1.0" encoding="{charset}"?><opml/>'.encode())


def test_a_bare_ampersand_in_two_byte_characters_is_refused_and_not_garbled() -> None:
    text = '<opml version="2.0"><outline text="A & B" xmlUrl="https://a.example/"/></opml>'
    with pytest.raises(OpmlError, match="well-formed"):
        parse(text.encode("utf-16"))


def test_an_address_of_endless_length_is_left_out() -> None:
    whole = f'<outline xmlUrl="https://a.example/{"a" * 1_982}"/>'
    assert len(parse(listing(whole)).feeds[0].url) == 2_000
    outlines = parse(listing(whole.replace("/a", "/aa", 1)))
    assert outlines.feeds == ()
    assert len(outlines.warnings[0]) < 200


def test_a_password_in_an_address_is_not_repeated_in_the_warning() -> None:
    outlines = parse(listing('<outline xmlUrl="https://me:secret@a.example/feed"/>'))
    assert outlines.feeds == ()
    assert "secret" not in outlines.warnings[0]


PIECES = """
<opml> </opml> <outline| /> > </outline> & &amp; <!-- --> ]]> <![CDATA[ <!DOCTYPE|opml> &#0; é ' "
xmlUrl= htmlUrl= url= text= type='link' category= '/kind/council,/council/x,/nation/y' 'feed:' '//'
'https://a.example/' 'http://[::1]:99999/' 'https://é.example/' 'https://xn--0.example' 'http://.'
<?xml|version='1.0'|encoding='utf-16'?>
"""
PIECE = st.sampled_from([piece.replace("|", " ") for piece in PIECES.split()])
pieces = st.lists(PIECE | st.sampled_from(" \x00\ufeff"), max_size=25)


@given(st.binary(max_size=60) | pieces.map("".join).map(str.encode))
def test_nothing_but_an_opml_error_comes_out_of_a_broken_list(body: bytes) -> None:
    for candidate in (body, b"<opml><body><outline " + body + b"/></body></opml>"):
        with suppress(OpmlError):
            outlines = parse(candidate)
            assert all(feed.url or feed.site for feed in outlines.feeds)


@given(st.text(alphabet="htps:/@[]?#%. a1é\\:", max_size=30))
def test_no_address_however_odd_stops_the_reading(address: str) -> None:
    whole = parse(unparse([Feed(url="http://" + address, title="Odd")], title=""))
    assert len(whole.feeds) + len(whole.warnings) == 1


@pytest.mark.parametrize(
    "body",
    [b"hello, these are my feeds", b'\n{"feeds": []}', b"<!doctype html><p>Hi", b"<html lang=cy>"],
)
def test_what_is_no_xml_at_all_is_said_to_be_no_list(body: bytes) -> None:
    with pytest.raises(OpmlError, match="not an OPML list, for it begins with"):
        parse(body)
