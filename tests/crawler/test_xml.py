"""Feeds made to do harm end in entries or in a ParseError, and ask nobody for anything (rule 48).

Time is counted on our own processor, so that a busy machine makes no difference, and
generously: nothing here takes more than two seconds.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.parse import ParsedFeed, parse_feed
from index.errors import ParseError
from tests.server import Server, page

URL = "https://blog.example/feed"
SECONDS = 15.0
SECRET = "the secret of Barchester"

Outcome = ParsedFeed | ParseError


def rss(inside: str, before: str = "", attributes: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0" {attributes}><channel><title>A</title>'
        f"<item><guid>1</guid><title>Before</title></item>{inside}"
        "<item><guid>2</guid><title>After</title></item></channel></rss>"
    )


def item(inside: str, attributes: str = "") -> str:
    return f"<item {attributes}><guid>3</guid><description>{inside}</description></item>"


def outcome(text: str) -> Outcome:
    before = time.process_time()
    try:
        return parse_feed(text.encode(), url=URL)
    except ParseError as error:
        return error
    finally:
        assert time.process_time() - before < SECONDS


def said(found: Outcome) -> str:
    return repr(found) if isinstance(found, ParsedFeed) else str(found)


def declared(start: int, count: int) -> str:
    return " ".join(f'xmlns:n{n}="u:{n}"' for n in range(start, start + count))


def laughs(levels: int) -> str:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(levels))
    return f'<!DOCTYPE rss [<!ENTITY l0 "{SECRET}">{entities}]>'


@pytest.mark.rule(48)
@pytest.mark.parametrize("close", ["", "</b>"])
def test_a_billion_laughs_are_not_heard(close: str) -> None:
    """Well-formed or not: each goes through another reader."""
    found = outcome(rss(item("&l9;") + close, laughs(9)))
    assert SECRET not in said(found)
    assert len(said(found)) < 10_000


@pytest.mark.rule(48)
@pytest.mark.parametrize("close", ["", "</b>"])
def test_one_long_entity_is_not_said_again_and_again(close: str) -> None:
    doctype = f'<!DOCTYPE rss [<!ENTITY a "{"long " * 20_000}">]>'
    found = outcome(rss(item("&a;" * 20_000) + close, doctype))
    assert "long long" not in said(found)
    assert len(said(found)) < 1_000_000


FILES = [
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "{0}">]>',
    '<!DOCTYPE rss [<!ENTITY x PUBLIC "-//A//B" "{0}">]>',
    '<!DOCTYPE rss SYSTEM "{0}">',
    '<!DOCTYPE rss PUBLIC "-//A//B" "{0}" [<!ENTITY x "y">]>',
    '<!DOCTYPE rss [<!ENTITY % p SYSTEM "{0}"> %p;]>',
    "<!DOCTYPE rss [<!ENTITY % p \"<!ENTITY x SYSTEM '{0}'>\"> %p;]>",
    '<?xml-stylesheet href="{0}"?>',
]


@pytest.mark.rule(48)
@pytest.mark.parametrize("close", ["", "</b>"])
@pytest.mark.parametrize("doctype", FILES)
def test_no_feed_makes_us_read_a_file(doctype: str, close: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}"/>'
    found = outcome(rss(item("&x;" + include) + close, doctype.format(secret.as_uri())))
    assert SECRET not in said(found)


@pytest.mark.rule(48)
@pytest.mark.parametrize("close", ["", "</b>"])
@pytest.mark.parametrize("doctype", FILES)
def test_no_feed_makes_us_ask_a_server(server: Server, doctype: str, close: str) -> None:
    server.pages["/x"] = page(f'<!ENTITY x "{SECRET}">', "application/xml-dtd")
    where = server.url("/x")
    schema = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{where} {where}" xml:base="{where}"'
    )
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{where}"/>'
    found = outcome(rss(item("&x;" + include) + close, doctype.format(where), schema))
    assert SECRET not in said(found)
    assert server.connections == 0


DEEP = 100_000
HARMFUL: dict[str, Callable[[], str]] = {
    "nested": lambda: rss("<b>" * DEEP + "</b>" * DEEP),
    "nested and never closed": lambda: rss("<b>" * DEEP),
    "closed and never opened": lambda: rss("</b>" * DEEP),
    "nested items": lambda: rss("<item>" * DEEP + "</item>" * DEEP),
    "nested markup in a post": lambda: rss(item("&lt;b&gt;" * DEEP)),
    "attributes": lambda: rss(item("", " ".join(f'a{n}="1"' for n in range(50_000)))),
    "attributes, never closed": lambda: rss(
        item("", " ".join(f'a{n}="1"' for n in range(50_000))) + "</b>"
    ),
    "prefixes on one element": lambda: rss(item("", declared(0, 100_000))),
    "prefixes on many elements": lambda: rss(
        "".join(f"<b {declared(n * 100, 100)}/>" for n in range(1_500))
    ),
    "prefixes nobody declared": lambda: rss("".join(f"<n{n}:b/>" for n in range(50_000))),
    "a comment": lambda: rss(f"<!--{'x' * 14_000_000}-->"),
    "comments": lambda: rss("<!---->" * 1_000_000),
    "a comment without an end": lambda: rss("<!--" * 1_000_000),
    "CDATA": lambda: rss(item(f"<![CDATA[{'x' * 14_000_000}]]>")),
    "much CDATA": lambda: rss(item("<![CDATA[x]]>" * 500_000)),
    "CDATA without an end": lambda: rss(item("<![CDATA[" * 500_000)),
    "an instruction": lambda: rss(f"<?php {'x' * 14_000_000}?>"),
    "instructions": lambda: rss("<?a b?>" * 1_000_000),
    "instructions without an end": lambda: rss("<?a " * 1_000_000),
    "a doctype without an end": lambda: rss("", "<!DOCTYPE rss [" + "<!ENTITY x 'y'>" * 500_000),
    "doctypes": lambda: rss("", "<!DOCTYPE rss []>" * 200_000),
    "ampersands": lambda: rss(item("&" * 3_000_000)),
    "brackets": lambda: rss(item("<" * 1_000_000)),
    "a name": lambda: rss(f"<{'x' * 5_000_000}/>"),
    "a value": lambda: rss(f'<b a="{"x" * 5_000_000}"/>'),
    "quotes": lambda: rss("<b a=" + '"' * 1_000_000 + "/>"),
    "spaces in a tag": lambda: rss("<b" + " " * 2_000_000 + "a=b"),
}


@pytest.mark.rule(48)
@pytest.mark.parametrize("harm", HARMFUL)
def test_a_feed_made_to_do_harm_is_read_or_refused_in_time(harm: str) -> None:
    found = outcome(HARMFUL[harm]())
    if isinstance(found, ParsedFeed):
        assert {entry.guid for entry in found.entries} & {"1", "2", "3"}
    else:
        assert found.code in ("broken", "truncated", "too-large", "not-a-feed")


NUMBER = "9" * 1_000_000
START = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}, {"id": '


@pytest.mark.rule(48)
@pytest.mark.parametrize(
    "text",
    [
        START + "[" * DEEP + "]" * DEEP + "}]}",
        START + '{"a":' * DEEP + "1" + "}" * DEEP + "}]}",
        START + '{"a":[' * DEEP,
        START + NUMBER + "}]}",
        START + f"-{NUMBER}.{NUMBER}e{NUMBER}" + "}]}",
        START + '"' + "\\" * 1_000_001,
        START + '"' + "\\ud800" * 500_000 + '"}]}',
        START + '"2"' + ", " * 2_000_000,
        START + '"2"}' + ', {"id": "2"}' * 500_000 + "]}",
    ],
    ids=[
        "lists",
        "objects",
        "open",
        "a number",
        "a fraction",
        "backslashes",
        "halves of pairs",
        "commas",
        "items",
    ],
)
def test_a_json_feed_made_to_do_harm_is_read_or_refused_in_time(text: str) -> None:
    found = outcome(text)
    if isinstance(found, ParsedFeed):
        assert found.entries[0].guid == "1"
    else:
        assert found.code in ("broken", "truncated")


def test_a_json_feed_is_told_from_one_made_to_do_harm() -> None:
    assert isinstance(outcome(START + json.dumps("2") + "}]}"), ParsedFeed)
