"""Bytes from a stranger into text: which charset they are in, and what no text may hold.

Knows nothing of feeds but where XML and HTML say their charset (rule 35).
"""

import codecs
import re
from collections.abc import Iterator

# The longer mark first: UTF-32's begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))

# What people write, and what they mean: the bytes 128-159 are letters in practice.
MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Codecs that no server means; punycode takes quadratic time, UTF-7 hides anything.
NOT_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)["']""")
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?([\w.:-]+)""", re.I)
_PARAMETER = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
_ESCAPED = re.compile("[\udc80-\udcff]+")
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def decode(body: bytes, content_type: str = "") -> str:
    """Return `body` as text, by byte order mark, HTTP, XML or HTML, else by its looks (rule 35).

    It always answers: what fits no charset is read as windows-1252.
    """
    for mark, name in MARKS:
        if body.startswith(mark):
            return _wide(body[len(mark) :], name) if name != "utf-8" else _utf8(body[3:])
    for start, name in WIDE:
        if body.lstrip(b" \t\r\n").startswith(start):
            return _wide(body, name)
    for name in _declared(body, content_type):
        text = _strictly(body, name)
        if text is not None:
            return text
    return _utf8(body)


def without_controls(text: str) -> str:
    """Return `text` without NULs, control characters and lone surrogates (rules 36 and 37)."""
    return _FORBIDDEN.sub("", text)


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    said = _PARAMETER.search(content_type)
    if said:
        yield said.group(1)
    for pattern, limit in ((_DECLARED, 400), (_META, 4_000)):
        found = pattern.search(body[:limit])
        if found:
            yield found.group(1).decode("ascii", "ignore")


def _strictly(body: bytes, label: str) -> str | None:
    """Return `body` read as what `label` means, or None if it cannot be that."""
    try:
        name = codecs.lookup(label).name
        name = MEANT.get(name, name)
        if name in NOT_CHARSETS or (name.startswith(("utf-16", "utf-32")) and b"\0" not in body):
            return None
        if name == "cp1252":
            return _western(body)
        return body.decode(name)
    except (LookupError, UnicodeError):
        return None


def _western(body: bytes) -> str:
    """Read bytes said to be of one byte a letter: often that is not so.

    Text of another kind that is valid UTF-8 by chance has yet to be seen.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _cp1252(body)


def _utf8(body: bytes) -> str:
    """Read bytes that are UTF-8 but for a few letters, or windows-1252 if those are many."""
    text = body.decode("utf-8", "surrogateescape")
    strange = sum(len(run) for run in _ESCAPED.findall(text))
    if not strange:
        return text
    letters = sum(not character.isascii() for character in text) - strange
    if strange > letters:
        return _cp1252(body)
    return _ESCAPED.sub(lambda run: _cp1252(run[0].encode("utf-8", "surrogateescape")), text)


def _cp1252(body: bytes) -> str:
    return body.decode("cp1252", "replace")


def _wide(body: bytes, name: str) -> str:
    return body.decode(name, "replace")
