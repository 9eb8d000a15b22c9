import pytest

from crawler.repair import Document, document, is_whole, mended


def repaired(text: str) -> str:
    return mended(Document("rss", f"<rss>{text}</rss>"))[len("<rss>") : -len("</rss>")]


@pytest.mark.rule(36)
@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("a & b &amp; c", "a &amp; b &amp; c"),
        ("&nbsp;&pound;&lt;&unknown;", "&#160;&#163;&lt;&amp;unknown;"),
        ("&NotEqualTilde;", "&#8770;&#824;"),
        ("&#xD800;&#0;&#27;&#x110000;&#xFFFE;&#65;&#x41;&#146;", "&#65;&#65;&#146;"),
        ("3 < 4 <5", "3 &lt; 4 &lt;5"),
        ("<![CDATA[a & b &nbsp; < \x1b]]> & c", "<![CDATA[a & b &nbsp; < ]]> &amp; c"),
        ("<a href=x title=y>z</a>", '<a href="x" title="y">z</a>'),
        ("<a href=x/>", '<a href="x"/>'),
        ('<a title="b c=d">e=f</a>', '<a title="b c=d">e=f</a>'),
        ("\0\x0b\x1b\ufffe", ""),
    ],
)
def test_what_people_get_wrong_is_put_right(broken: str, whole: str) -> None:
    assert repaired(broken) == whole


@pytest.mark.rule(36)
def test_prefixes_that_nobody_declared_are_declared() -> None:
    text = '<rss xmlns:b="urn:b"><dc:date/><b:c x:y="1"/><x:z/><![CDATA[<no:tag>]]></rss>'
    declared = '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:x="urn:undeclared:x"'
    assert mended(Document("rss", text)).startswith(declared)
    assert 'xmlns:no="' not in mended(Document("rss", text))


def test_what_follows_the_end_is_cut_off() -> None:
    text = "<rss><a></rss></rss ><script>x</script>"
    assert mended(Document("rss", text)) == "<rss><a></rss></rss >"
    assert mended(Document("rss", "<rss><a>")) == "<rss><a>"
    assert is_whole(Document("rss", text))
    assert not is_whole(Document("rss", "<rss><a>"))


@pytest.mark.rule(48)
@pytest.mark.parametrize(
    ("text", "root", "rest"),
    [
        ("<rss>", "rss", "<rss>"),
        ('<?xml version="1.0"?>\n<!-- <feed> --><?style x?><rdf:RDF>', "rdf", "<rdf:RDF>"),
        ('<!DOCTYPE rss [<!ENTITY a "b]c">\n<!ENTITY d "e">] ><rss>', "rss", "<rss>"),
        ('<!DOCTYPE rss PUBLIC "-//N//DTD" "http://a.example/x.dtd"><rss>', "rss", "<rss>"),
        ("<!doctype html>\n<html>", "html", "<html>"),
        ("<!doctype html>Text", "html", "<!doctype html>Text"),
        ("<!doctype html>Text <?xml?><rss>", "html", "<!doctype html>Text <?xml?><rss>"),
        ("<b>Warning</b> <?xml version='1.0'?>\n<feed>", "feed", "<feed>"),
        ("<p>We offer <rss> feeds", "p", "<p>We offer <rss> feeds"),
        ("Text", "", "Text"),
    ],
)
def test_a_document_begins_with_its_first_element(text: str, root: str, rest: str) -> None:
    assert document(text) == Document(root, rest)
