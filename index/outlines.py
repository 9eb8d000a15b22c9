"""An OPML file as the outlines in it, each with its line, whatever they mean.

The XML is read without DTD, entities or outside files (rule 48 of the crawler's rules holds for
lists too) and under limits. What a bare ampersand was meant to be is guessed; all else that is not
well-formed is an OpmlError. Nothing here knows what a feed is.
"""

import re
from dataclasses import dataclass
from html.entities import html5
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DTDForbidden  # type: ignore[import-untyped]  # has no types
from defusedxml.expatreader import create_parser  # type: ignore[import-untyped]  # has no types

from index.errors import OpmlError

LARGEST = 10_000_000  # bytes
DEEPEST = 32  # elements inside one another
MOST = 25_000  # outlines: 20,000 blogs, their groups, and room

# An ampersand that begins no character reference. Of 59 lists found in the wild 29 could be read
# but for one, for they paste titles and addresses as they are. The name of an HTML character
# that follows is taken along.
_BARE = re.compile(
    rb"&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)([A-Za-z0-9]{1,31};)?"
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROBLEMS = {
    "not well-formed (invalid token)": (
        "something here does not belong",
        'Look there for a stray < or ", or a missing quotation mark,',
    ),
    "mismatched tag": (
        "this closes what is not open",
        "Close every outline with /> or </outline>",
    ),
    "no element found": (
        "the end is missing",
        "Close every outline, then </body> and </opml>,",
    ),
    "unclosed token": ("the end is missing", "Finish the outline that begins here"),
    "duplicate attribute": ("an attribute stands twice", "Remove one of the two"),
    "junk after document element": ("the list ended before", "Remove what follows </opml>"),
    "XML or text declaration not at start of entity": (
        "the line <?xml ...?> is not the first",
        "Move it to the top",
    ),
    "unknown encoding": ("its character set is not known", "Save the file as UTF-8"),
}


@dataclass(slots=True)
class Outline:
    """An outline as it stands in the file; the names of its attributes are in lower case."""

    line: int
    attributes: dict[str, str]
    silent: bool  # it, or a group around it, has isComment="true"
    leaf: bool = True
    place: int = 0  # among all outlines of the file, silent ones too

    @property
    def title(self) -> str:
        """What people call it: `text` comes before `title`, as in OPML 2.0."""
        return self.get("text") or self.get("title")

    def get(self, name: str) -> str:
        """Return an attribute's value with its white space tidied, or nothing."""
        return plain(self.attributes.get(name, ""))

    def says(self, what: str) -> str:
        """Return a sentence about this outline."""
        name = f"“{self.title[:60]}”" if self.title else "an outline without a name"
        return f"Line {self.line}: {name} {what}."


class _Reader(ContentHandler):
    """Collects outlines while the XML is read, and refuses what is no list."""

    def __init__(self, place: Locator, deepest: int) -> None:
        super().__init__()
        self._place = place
        self._deepest = deepest
        self.outlines: list[Outline] = []
        self.begun = False
        self._path: list[Outline | None] = []

    def where(self) -> str:
        """Return the place that is being read, as a sentence begins."""
        line, column = self._place.getLineNumber() or 1, self._place.getColumnNumber() or 0
        return f"Line {line}, column {column + 1}"

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Note an outline and where it is."""
        element = name.rpartition(":")[2].lower()
        self.begun = True
        if not self._path and element != "opml":
            raise OpmlError(_no_list(self.where(), f"<{name[:40]}>"))
        if len(self._path) == self._deepest or len(self.outlines) == MOST:
            raise OpmlError(
                f"{self.where()}: the list goes deeper than {self._deepest} levels or has more "
                f"than {MOST:,} outlines. Check that it is a list of blogs, and split it if it is."
            )
        self._path.append(self._note(attrs) if element == "outline" else None)

    def endElement(self, name: str) -> None:
        """Leave an element."""
        self._path.pop()

    def _note(self, attrs: AttributesImpl) -> Outline:
        around = self._path[-1]
        attributes = {key.lower(): value for key, value in attrs.items()}
        silent = attributes.get("iscomment", "").strip().lower() == "true"
        line = self._place.getLineNumber() or 1
        silent = silent or (around is not None and around.silent)
        outline = Outline(line, attributes, silent, place=len(self.outlines))
        if around is not None:
            around.leaf = False
        self.outlines.append(outline)
        return outline


# Anything but a < at the beginning, and what browsers take for a page.
_NO_XML = re.compile(rb"\s*([!-;=-~][ -~]{,39}|<!doctype html\b[^>]*>|<html\b[^>]*>)", re.I)


def _no_list(where: str, first: str) -> str:
    return (
        f"{where}: this is not an OPML list, for it begins with {first}. "
        "Choose a file that begins with <opml>."
    )


def read_outlines(body: bytes, *, deepest: int = DEEPEST) -> tuple[list[Outline], list[str]]:
    """Return the outlines of a list that may have bare ampersands, and a warning if it has."""
    if len(body) > LARGEST:
        raise OpmlError(
            f"The list is {len(body):,} bytes long and {LARGEST:,} is the most that is read. "
            "Check that it is a list of blogs, and split it if it is."
        )
    if not body.strip():
        raise OpmlError('Line 1, column 1: the list is empty. Begin it with <opml version="2.0">.')
    try:
        return _strict(body, deepest), []
    except OpmlError:
        bare = None if b"\x00" in body else _BARE.search(body)
        if bare is None:
            raise
        line = body.count(b"\n", 0, bare.start()) + 1
        outlines = _strict(_BARE.sub(_reference, body, count=MOST), deepest)
        return outlines, [f"Line {line}: an “&” that should be “&amp;” is read as it was meant."]


def _reference(bare: re.Match[bytes]) -> bytes:
    name = (bare[1] or b"").decode()
    if name in html5:
        return "".join(f"&#{ord(character)};" for character in html5[name]).encode()
    return b"&amp;" + name.encode()


def _strict(body: bytes, deepest: int) -> list[Outline]:
    """Return the outlines of a well-formed list, without any DTD, entity or outside file."""
    parser = create_parser(forbid_dtd=True)
    reader = _Reader(parser, deepest)
    parser.setContentHandler(reader)
    try:
        parser.feed(body)
        parser.close()
    except DTDForbidden as error:
        if error.name.lower() != "opml":
            raise OpmlError(_no_list(reader.where(), f"<!DOCTYPE {error.name[:40]}>")) from error
        raise OpmlError(
            f"{reader.where()}: the list has a DOCTYPE, which is not read for safety's sake. "
            "Remove the lines from <!DOCTYPE to its > and try again."
        ) from error
    except SAXParseException as error:
        if not reader.begun and (first := _NO_XML.match(body)):
            begins = f"“{first[1].decode('utf-8', 'replace')}”"
            raise OpmlError(_no_list("Line 1, column 1", begins)) from error
        problem, advice = _PROBLEMS.get(error.getMessage(), (error.getMessage(), "Mend it there"))
        raise OpmlError(
            f"{reader.where()}: the list is not well-formed XML ({problem}). "
            f"{advice} and try again."
        ) from error
    except (LookupError, ValueError) as error:  # pyexpat's, of a charset it cannot decode
        raise OpmlError(
            f"{reader.where()}: the list's character set cannot be read ({error}). "
            "Save it as UTF-8 and try again."
        ) from error
    return [outline for outline in reader.outlines if not outline.silent]


def plain(text: str) -> str:
    """Return text without what XML cannot hold, every run of white space as one space."""
    return " ".join(_NOT_XML.sub("", text).split())
