import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.clean import (
    MAX_GROWTH,
    MAX_TEXT,
    SOME_GROWTH,
    as_html,
    fold,
    plain_text,
    safe_html,
)

POST = "https://blog.example.org/2024/damp"
UNSAFE = re.compile(
    r"<(?:script|style|form|input|iframe|object|embed|svg|base|meta|link)\b"
    r"|<[^>]*\s(?:on\w+|style|src|srcset|action|id|class)="
    r'|href="(?!https?://|mailto:|tel:)',
    re.I,
)


@pytest.mark.rule(43)
@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>A</p><script>x()</script>", "<p>A</p>"),
        ('<p onclick="x()" style="a" class="b" id="c">A</p>', "<p>A</p>"),
        ("<form><p>A</p><input><button>B</button></form>", "<p>A</p>"),
        ("<iframe src='//x'>A</iframe><p>B</p>", "<p>B</p>"),
        ("<p>A<img src='https://b.example/1.gif'></p>", "<p>A</p>"),
        ("<p>A<img src='https://b.example/1.gif' alt=' '></p>", "<p>A</p>"),
        ("<p><img src='/a.png' onerror='x()' alt='A chart'></p>", '<p><img alt="A chart"></p>'),
        ("<noscript><img src='/a.png' alt='twice'></noscript><p>A</p>", "<p>A</p>"),
        ("<p>Never <b>closed", "<p>Never <b>closed</b></p>"),
        ("<!-- [if IE] --><p>A</p>", "<p>A</p>"),
    ],
)
def test_nothing_runs_frames_or_fetches(html: str, safe: str) -> None:
    assert safe_html(html, POST) == safe


@pytest.mark.rule(43)
@pytest.mark.parametrize(
    "href", ["javascript:x", " JaVa\tScript:x", "data:text/html,x", "vbscript:x", "//[", "blob:x"]
)
def test_links_that_are_no_addresses_lose_them(href: str) -> None:
    assert safe_html(f'<a href="{href}">A</a>', POST) == '<a rel="nofollow ugc noopener">A</a>'


@pytest.mark.rule(38)
@pytest.mark.parametrize(
    ("href", "absolute"),
    [
        ("/contact", "https://blog.example.org/contact"),
        ("photos.html", "https://blog.example.org/2024/photos.html"),
        ("#notes", "https://blog.example.org/2024/damp#notes"),
        ("?page=2", "https://blog.example.org/2024/damp?page=2"),
        ("//maps.example.org/x", "https://maps.example.org/x"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_links_are_absolute_and_followed_by_no_search_engine(href: str, absolute: str) -> None:
    expected = f'<a href="{absolute}" rel="nofollow ugc noopener">A</a>'
    assert safe_html(f'<a href="{href}" rel="follow">A</a>', POST) == expected


@pytest.mark.parametrize(
    "base", ["", "nowhere", "javascript:x", "http://[", "http://a b/", "ftp://a/"]
)
def test_without_a_base_relative_links_lead_nowhere(base: str) -> None:
    html = '<a href="/x">A</a> <a href="https://b.example/">B</a>'
    safe = safe_html(html, base)
    assert safe.startswith('<a rel="nofollow ugc noopener">A</a>')
    assert '<a href="https://b.example/" rel="nofollow ugc noopener">B</a>' in safe


def test_text_without_a_tag_becomes_paragraphs() -> None:
    text = "One &amp;\r\ntwo\r\n \r\n\n Three"
    assert safe_html(text, POST) == "<p>One &amp;<br>two</p><p>Three</p>"
    assert safe_html("", POST) == ""


def test_html_that_was_escaped_twice_is_decoded_once_more() -> None:
    assert safe_html("&lt;p&gt;A &amp;amp; b&lt;/p&gt;", POST) == "<p>A &amp; b</p>"
    assert safe_html("Write &lt;p&gt; first", POST) == "<p>Write &lt;p&gt; first</p>"


def test_elements_nested_deeper_than_any_post_are_only_text() -> None:
    deep = "<div>" * 5_000 + "Down here" + "</div>" * 5_000
    assert safe_html(deep, POST) == "Down here"
    wide = "<div><p>A<li>B</div>" * 2_000
    assert safe_html(wide, POST).count("<div>") == 2_000


@pytest.mark.rule(40)
@pytest.mark.parametrize("opened", ["<div>" * 2_500 + "<p>A", "<b>" * 2_500 + "<p>A" * 2_500])
def test_what_would_open_millions_of_elements_is_only_text(opened: str) -> None:
    assert "<" not in safe_html(opened, POST)
    assert plain_text(safe_html(opened, POST)).startswith("A")


@pytest.mark.rule(40)
def test_elements_that_end_where_the_next_begins_are_not_nested() -> None:
    assert safe_html("<ul>" + "<li>A" * 5_000, POST).count("<li>") == 5_000


RUN = 900_000


@pytest.mark.rule(40)
@pytest.mark.parametrize("piece", ["&", "£", "é", "[", "]", '"', "'", ";", "& ", "x=", "[vc_row "])
def test_almost_a_megabyte_of_the_same_is_kept_as_it_is(piece: str) -> None:
    run = (piece * (RUN // len(piece))).strip()
    safe = safe_html(f"<p>Before</p>{run}", POST)
    assert plain_text(safe) == f"Before\n{run}"[:MAX_TEXT].strip()


@pytest.mark.rule(40)
@pytest.mark.parametrize(
    ("piece", "meant"), [("&amp;", "&"), ("&hellip;", "…"), ("&#163;", "£"), ("&lt;b&gt;", "<b>")]
)
def test_almost_a_megabyte_of_entities_is_parted_at_none_of_them(piece: str, meant: str) -> None:
    number = RUN // len(piece)
    assert plain_text(safe_html("<br>" + piece * number, POST)) == meant * number


@pytest.mark.rule(40)
@pytest.mark.parametrize(
    "piece",
    [
        *("<", "< ", "</", "<!", "<!--", "<?", "<p", "<p ", "<a href=", "<![CDATA[", "&#", "&#x"),
        *("&lt", "</p>", "<br>", "<table>", "<a>", "<svg>", "<i></p>", "<td><p>", "<a href=x>"),
        *("<p x='>'>", "<b/>", "</b>", "<plaintext>", "<li><ul>"),
    ],
)
def test_almost_a_megabyte_of_beginnings_costs_nothing_before_it(piece: str) -> None:
    safe = safe_html("<p>Before</p>" + piece * (RUN // len(piece)), POST)
    assert plain_text(safe).startswith("Before")
    assert not UNSAFE.search(safe)


@pytest.mark.rule(40)
def test_a_tag_of_too_many_attributes_is_left_out_and_its_words_stay() -> None:
    some, many = (" ".join(f'a{n}="1"' for n in range(count)) for count in (4_000, 50_000))
    assert safe_html(f"<p><b {some}>A</b>", POST) == "<p><b>A</b></p>"
    assert safe_html(f"<p><b {many}>A</b>", POST) == "<p>A</p>"


@pytest.mark.rule(40)
@pytest.mark.parametrize("number", [2_000, 8_000, 32_000])
def test_a_post_does_not_grow_by_its_base_without_end(number: int) -> None:
    html = "<a href=x>A</a> " * number
    safe = safe_html(html, POST + "/" + "x" * 1_900 + "/")
    assert len(safe) <= SOME_GROWTH + MAX_GROWTH * len(html)
    assert plain_text(safe) == " ".join("A" * number)


def test_what_a_blogs_software_signs_with_is_left_out() -> None:
    signed = (
        '<p>A</p>\n<p>The post <a href="/x">What we\nlearned</a> appeared first on '
        '<a href="/">A blog</a>.</p>\n'
    )
    assert safe_html(signed, POST) == "<p>A</p>"


def test_each_block_is_a_line_of_text_and_an_image_its_words() -> None:
    safe = safe_html(
        "<h2>Bins &amp; boats</h2><p>One\n  line,<br>two&nbsp; lines</p>"
        "<ul><li>a<li><b>b</b>c</ul><img alt='A &quot;chart&quot;' src=x> after"
        "<table><tr><td>1<td>2</table><p> </p>so\u00adft zero\u200bwidth",
        POST,
    )
    lines = ["Bins & boats", "One line,", "two lines", "a", "bc", 'A "chart" after', "1", "2"]
    assert plain_text(safe) == "\n".join([*lines, "soft zerowidth"])


def test_what_a_page_builder_leaves_behind_is_no_text() -> None:
    text = '[vc_row a="b"][et_pb_text]Words [sic] [1][/et_pb_text][/vc_row]'
    assert plain_text(safe_html(f"<p>{text}</p>", POST)) == "Words [sic] [1]"


@pytest.mark.rule(40)
def test_text_ends_where_search_stops_reading() -> None:
    assert len(plain_text("<p>" + "word " * 300_000 + "</p>")) == MAX_TEXT


def test_plain_text_as_html_shows_what_it_says() -> None:
    assert as_html("3 < 4 & 5 > 4&nbsp;&amp; &lt;") == "3 &lt; 4 &amp; 5 &gt; 4&nbsp;&amp; &lt;"


@pytest.mark.rule(37)
def test_folded_text_holds_nothing_that_cannot_be_seen() -> None:
    assert fold(" a\0\x1b\n\tb\ud800\u200b\ufeff c\x85 ") == "a b c"


PIECES = (
    "<p>|</p>|<a href='javascript:x'>|<a href=/x>|<img src=x alt='a>b'>|<svg>|<math>|<table>|<td>"
    "|<style>|</style>|<!--|-->|<![CDATA[|]]>|<script>|</script>|<noscript>|<title>|<textarea>"
    "|</textarea>|&lt;script&gt;|&#0;|'|\"| onload=x |<form action=x>|text|\0|\ud800|<"
)
markup = st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map("".join)


@pytest.mark.rule(43)
@given(markup)
def test_no_mixture_of_tags_gets_through(html: str) -> None:
    safe = safe_html(html, POST)
    assert not UNSAFE.search(safe)
    text = plain_text(safe)
    assert "\n\n" not in text
    assert text == text.strip()
