import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.charset import decode, without_controls

XML = '<?xml version="1.0" encoding="{}"?><a>{}</a>'


@pytest.mark.rule(35)
@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"\xef\xbb\xbf<a>\xc5\xb7</a>", "text/xml; charset=utf-16", "<a>ŷ</a>"),
        ("\ufeff<a>ŷ</a>".encode("utf-16-le"), "", "<a>ŷ</a>"),
        ("\ufeff<a>ŷ</a>".encode("utf-16-be"), "", "<a>ŷ</a>"),
        ("\ufeff<a>ŷ</a>".encode("utf-32-le"), "", "<a>ŷ</a>"),
        ("<a>ŷ</a>".encode("utf-16-be"), "text/xml; charset=utf-8", "<a>ŷ</a>"),
        ("<a>ż</a>".encode("iso8859-2"), "text/xml; charset='ISO-8859-2'", "<a>ż</a>"),
        ("<a>漢</a>".encode("gb18030"), "text/xml;charset=GB2312", "<a>漢</a>"),
        (b"<a>\x93hi\x94 \x80\x81</a>", "text/xml; charset=us-ascii", "<a>“hi” €\ufffd</a>"),
        (b"<a>\xa3</a>", "text/xml; charset=ISO-8859-1", "<a>£</a>"),
        (b"<a>\xa3</a>", "", "<a>£</a>"),
        (b"<a>\xa3</a>", "text/xml; charset=idna", "<a>£</a>"),
        (b"<a>\xa3</a>", "text/xml; charset=hex", "<a>£</a>"),
        (b"<a>+AKM-</a>", "text/xml; charset=utf-7", "<a>+AKM-</a>"),
        ("<a>ŷŷŷ</a>".encode() + b"\xa3", "", "<a>ŷŷŷ</a>£"),
        ("<a>ŷ</a>".encode() + b"\xa3\xa3\xa3", "", "<a>Å·</a>£££"),
        (
            b'<meta charset="windows-1251"><p>\xc4\xe0',
            "text/html",
            '<meta charset="windows-1251"><p>Да',
        ),
        (b"", "", ""),
    ],
)
def test_bytes_are_read_in_the_charset_they_are_in(
    body: bytes, content_type: str, text: str
) -> None:
    assert decode(body, content_type) == text


@pytest.mark.rule(35)
def test_http_is_believed_before_the_file_unless_it_cannot_be_right() -> None:
    koi8 = XML.format("windows-1251", "Да").encode("koi8-r")
    assert "Да" in decode(koi8, "text/xml; charset=koi8-r")
    cp1251 = XML.format("windows-1251", "Да").encode("cp1251")
    assert "Да" in decode(cp1251, "text/xml; charset=utf-8")
    utf8 = XML.format("iso-8859-1", "tŷ").encode()
    assert "tŷ" in decode(utf8)


@given(st.binary(max_size=100), st.sampled_from(["", "utf-8", "utf-16", "utf-7", "big5"]))
def test_any_bytes_are_some_text_that_can_be_written_again(body: bytes, charset: str) -> None:
    decode(body, f"text/xml; charset={charset}").encode()


@pytest.mark.rule(37)
@given(st.text())
def test_controls_are_dropped_and_nothing_else(text: str) -> None:
    kept = without_controls(text)
    kept.encode()
    assert not set(kept) & {chr(n) for n in [*range(9), 11, 12, *range(14, 32), *range(127, 160)]}
    assert [c for c in kept if c.isprintable()] == [c for c in text if c.isprintable()]
