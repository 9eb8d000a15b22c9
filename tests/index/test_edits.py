"""The list of blogs is changed line by line, and what people wrote around it stays."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.edits import Add, Alter, Change, Remove, Which, edited, find
from index.errors import OpmlError
from index.markup import read_markup
from index.model import Feed, Kind
from index.opml import Placed, placed, unparse
from tests.index.test_opml import feeds

TOP = Path(__file__).parents[2]
SHARED = os.environ.get("PLANET_TEST_LISTS", "")  # a folder of lists from the wild
LISTS = [
    TOP / "feeds.opml",
    *sorted((TOP / "tests" / "opml").glob("*.opml")),
    *(sorted(path for path in Path(SHARED).rglob("*.*ml")) if SHARED else []),
]
NEW = Feed(
    url="https://new.example/feed?a=1&b='2'",
    site="https://new.example/",
    title='New & "old" ŵ',
    kind=Kind.COUNCIL,
    councils=("hackney",),
)
NAMED = Which.of(NEW.url)

OURS = b"""\
<?xml version="1.0"?>
<!-- <outline text="in a comment" xmlUrl="https://a.example/feed"/> -->
<opml version='2.0'>
\t<body>
\t\t<outline text="Councils">
\t\t\t<!-- first -->
\t\t\t<outline xmlUrl='https://a.example/feed' mine="yes, mine" text='A "quoted" name' \
category='/own/path,/kind/council,/evidence/conventional' />
\t\t</outline>
\t\t<outline text="Friends"/>
\t\t<outline text="to discover">
\t\t\t<outline type="link" text="B" note="by hand" url="https://b.example/"/>
\t\t\t<outline type="link" text="C" url="https://c.example/"/>
\t\t</outline>
\t</body>
</opml>
"""


def is_list(path: Path) -> bool:
    """Whether a file can be read as a list: others have nothing to edit."""
    try:
        placed(path.read_bytes())
    except OpmlError:
        return False
    return True


def readable(path: Path) -> list[Placed]:
    """Return the lines of a list."""
    return placed(path.read_bytes())


def changed(before: bytes, after: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the lines that only one of the two has."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return [one for one in old if one not in new], [one for one in new if one not in old]


every_list = pytest.mark.parametrize("path", [*filter(is_list, LISTS)], ids=lambda path: path.name)


@every_list
def test_changing_nothing_changes_no_byte(path: Path) -> None:
    lines, body = readable(path), path.read_bytes()
    assert edited(body, []) == body
    assert edited(body, [Remove(NAMED), Alter(which=NAMED, url="https://x.example/")]) == body
    assert edited(body, [Add(one.feed) for one in lines]) == body


@every_list
def test_a_blog_added_and_removed_gives_the_file_back(path: Path) -> None:
    readable(path)
    body = path.read_bytes()
    added = edited(body, [Add(NEW)])
    assert find(added, NAMED) == replace(NEW, title='New & "old" ŵ')
    assert edited(added, [Add(NEW)]) == added
    assert edited(added, [Remove(NAMED)]) == body


@every_list
def test_a_blog_changed_is_one_line_changed(path: Path) -> None:
    lines, body = readable(path), path.read_bytes()
    addresses = [one.feed.url for one in lines if one.feed.url]
    markup = read_markup(body)
    spans = {one.feed.url: markup.outlines[one.place] for one in lines}
    for address in [one for one in addresses if addresses.count(one) == 1][:5]:
        which = Which.of(address)
        if len(which.among(lines)) != 1:
            continue
        after = edited(body, [Alter(which=which, url="https://moved.example/feed", title="It")])
        gone, come = changed(body, after)
        lasts = markup.text[(span := spans[address]).start : span.inside].count("\n") + 1
        assert 1 <= len(come) <= len(gone) <= lasts
        assert find(after, Which.of("https://moved.example/feed")) is not None


@given(st.lists(feeds(), max_size=6, unique_by=lambda feed: feed.url or feed.site), feeds())
def test_any_blog_added_and_removed_gives_any_list_back(blogs: list[Feed], feed: Feed) -> None:
    assume(all(feed.site != blog.site for blog in blogs))
    body = unparse(blogs, title="Ours")
    added = edited(body, [Add(feed)])
    which = Which.of(feed.url, site=feed.site)
    assume(find(body, which) is None and added != body)
    assert edited(added, [Remove(which)]) == body


def test_a_move_keeps_quotes_and_what_is_peoples_own() -> None:
    moved = Alter(which=Which.of("http://a.example/feed/"), url="https://z.example/?a&b='1'")
    [gone], [come] = changed(OURS, edited(OURS, [replace(moved, guessed=False)]))
    assert come == gone.replace(
        b"https://a.example/feed", b"https://z.example/?a&amp;b=&apos;1&apos;"
    ).replace(b"/own/path,/kind/council,/evidence/conventional", b"/kind/council,/own/path")


def test_a_blog_that_was_to_be_discovered_goes_to_its_group_with_all_its_line_says() -> None:
    found = Feed(
        url="https://b.example/rss", site="https://b.example/", title="B", kind=Kind.COUNCIL
    )
    after = edited(OURS, [Add(found)])
    gone, come = changed(OURS, after)
    assert gone == [
        b'\t\t\t<outline type="link" text="B" note="by hand" url="https://b.example/"/>\n'
    ]
    assert come == [
        b'\t\t\t<outline type="rss" text="B" xmlUrl="https://b.example/rss" '
        b'htmlUrl="https://b.example/" category="/kind/council" note="by hand"/>\n'
    ]
    assert after.index(come[0]) < after.index(b"Friends")


def test_a_group_that_is_missing_is_made_before_what_is_to_be_discovered() -> None:
    supplier = replace(NEW, kind=Kind.SUPPLIER)
    after = edited(OURS, [Add(supplier)])
    assert b'\t\t<outline text="Suppliers">\n\t\t\t<outline type="rss"' in after
    assert after.index(b"Friends") < after.index(b"Suppliers") < after.index(b"to discover")
    assert edited(after, [Remove(NAMED)]) == OURS


def test_a_group_that_is_silenced_gets_no_new_blogs() -> None:
    silent = OURS.replace(b'text="Councils"', b'text="Councils" isComment="true"')
    assert find(edited(silent, [Add(NEW)]), NAMED) is not None


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="CR"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="BOM"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(
            lambda text: text.replace("\n", "").replace("\t", "").encode(), id="one line"
        ),
        pytest.param(
            lambda text: (
                text.replace('"1.0"?', '"1.0" encoding="latin-1"?')
                .replace("quoted", "cañon")
                .encode("latin-1")
            ),
            id="Latin-1",
        ),
    ],
)
def test_the_way_a_file_is_written_stays(written: Callable[[str], bytes]) -> None:
    body = written(OURS.decode())
    added = edited(body, [Add(NEW)])
    assert find(added, NAMED) == NEW
    assert edited(added, [Remove(NAMED)]) == body
    moved = edited(body, [Alter(which=Which.of("https://a.example/feed"), title="Ŵ")])
    assert [one.feed.title for one in placed(moved)] == ["Ŵ", "B", "C"]


def test_many_blogs_are_added_at_once_in_their_order() -> None:
    many = [replace(NEW, url=f"https://x{n}.example/feed", site="") for n in range(3_000)]
    after = edited(OURS, [Add(feed) for feed in many])
    assert [one.feed.url for one in placed(after)][1:3001] == [feed.url for feed in many]


def test_a_blog_is_found_by_its_home_page_where_its_address_was_edited() -> None:
    body = unparse([NEW], title="Ours")
    assert find(body, Which.of("https://old.example/feed", site=NEW.site)) == NEW
    assert find(body, Which.of("https://old.example/feed")) is None


def test_kind_and_council_are_changed_in_the_category() -> None:
    said = Feed(kind=Kind.SUPPLIER, nation="wales")
    after = edited(OURS, [Alter(which=Which.of("https://a.example/feed"), feed=said)])
    assert b"category='/kind/supplier,/nation/wales,/evidence/conventional,/own/path'" in after


@pytest.mark.parametrize(
    ("body", "change", "said"),
    [
        pytest.param(
            b'<opml><body>\n<outline text="A" xmlUrl="https://a.example/" <\n</body></opml>',
            Add(NEW),
            "Line 2, column",
            id="broken",
        ),
        pytest.param(b"<opml><body/></opml>", Add(NEW), "<body> … </body>", id="no body"),
        pytest.param(
            b'<opml><body>\n<outline text="A" xmlUrl="https://a.example/"><outline text="B"/>'
            b"</outline></body></opml>",
            Remove(Which.of("https://a.example/")),
            "Line 2: there are outlines inside",
            id="a blog with outlines inside",
        ),
    ],
)
def test_what_cannot_be_changed_is_said_plainly(body: bytes, change: Change, said: str) -> None:
    with pytest.raises(OpmlError, match=said):
        edited(body, [change])
