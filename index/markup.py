"""The text of an OPML file as the outlines in it, each with where it begins and ends.

For changing a file without writing it anew: what is not touched stays as it was, character
for character. The text has been read by `index.outlines` before, so it is known to be
well-formed, and what is looked for here is only where.
"""

import codecs
import re
from dataclasses import dataclass, field

from index.errors import OpmlError
from index.outlines import plain

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"^\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_MARKUP = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|<(?P<close>/?)(?P<name>[^\s<>/!?\"']+)(?P<rest>(?:[^\"'>]++|\"[^\"]*\"|'[^']*')*+)>",
    re.S,
)
ATTRIBUTE = re.compile(r"\s+([^\s=\"'<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


@dataclass(slots=True)
class Span:
    """An outline, or the body: its first tag, and where its last one begins and ends."""

    start: int
    inside: int  # where the first tag ends
    around: "Span | None" = None
    stop: int = 0  # where the last tag begins
    end: int = 0  # where it ends; the same as `inside` if there is but one
    children: list["Span"] = field(default_factory=list)

    @property
    def alone(self) -> bool:
        """Whether one tag is all there is: <outline/>."""
        return self.end == self.inside


@dataclass(frozen=True, slots=True)
class Markup:
    """A file's text, its outlines in order and its body."""

    text: str
    charset: str
    outlines: tuple[Span, ...]
    body: Span | None

    def encode(self, text: str) -> bytes:
        """Return text in the file's own character set; what that lacks is written by number."""
        return text.encode(self.charset, "xmlcharrefreplace")

    def group(self, name: str) -> Span | None:
        """Return the first group with that name that something can be put into."""
        for span in self.outlines:
            said = self.said(span)
            if not span.alone and "xmlurl" not in said and name in titles(said):
                return None if self._silent(span) else span
        return None

    def said(self, span: Span) -> dict[str, str]:
        """Return what an outline says, as it is written there, by names in lower case."""
        return attributes(self.text[span.start : span.inside])

    def _silent(self, span: Span | None) -> bool:
        return span is not None and (
            self.said(span).get("iscomment", "").strip().lower() == "true"
            or self._silent(span.around)
        )

    def indent(self, place: int) -> str | None:
        """Return the white space before `place` on its line; None if anything else is there."""
        before = self.text[self._line(place) : place]
        return None if before.strip() else before

    def _line(self, place: int) -> int:
        return max(self.text.rfind("\n", 0, place), self.text.rfind("\r", 0, place)) + 1

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """Return the whole lines from `start` to `end`, if nothing else stands on them."""
        after = re.compile(r"[ \t]*(\r\n|\n|\r)").match(self.text, end)
        if after is None or self.indent(start) is None:
            return start, end
        return self._line(start), after.end()

    def newline(self, place: int) -> str:
        """Return how the line before that of `place` ends."""
        line = self._line(place)
        end = re.search(r"(\r\n|\n|\r)\Z", self.text[max(0, line - 2) : line])
        return end[1] if end else "\n"


def attributes(tag: str) -> dict[str, str]:
    """Return what a tag says as it is written there, by names in lower case."""
    return {name.lower(): value[1:-1] for name, value in ATTRIBUTE.findall(tag)}


def titles(said: dict[str, str]) -> set[str]:
    """Return what an outline is called."""
    return {plain(said.get("text", "")), plain(said.get("title", ""))}


def read_markup(body: bytes) -> Markup:
    """Find the outlines of a list; raises OpmlError where its characters are in doubt."""
    charset = _charset(body)
    try:
        text = body.decode(charset)
        same = text.encode(charset) == body
    except (LookupError, ValueError):
        same = False
    if not same:
        raise OpmlError("The list's character set cannot be kept. Save it as UTF-8 and try again.")
    outlines, around = _spans(text)
    return Markup(text, charset, tuple(outlines), around)


def _charset(body: bytes) -> str:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return charset
    declared = _DECLARED.match(body)
    return declared[1].decode() if declared else "utf-8"


def _spans(text: str) -> tuple[list[Span], Span | None]:
    outlines: list[Span] = []
    path: list[Span] = []
    body: Span | None = None
    for tag in _MARKUP.finditer(text):
        name = (tag["name"] or "").rpartition(":")[2].lower()
        if name not in ("outline", "body"):
            continue
        if tag["close"]:
            span = path.pop()
            span.stop, span.end = tag.span()
            continue
        span = Span(*tag.span(), around=path[-1] if path else None)
        span.stop = span.end = span.inside
        if span.around:
            span.around.children.append(span)
        if name == "outline":
            outlines.append(span)
        body = body or (span if name == "body" else None)
        if not tag["rest"].endswith("/"):
            path.append(span)
    return outlines, body
