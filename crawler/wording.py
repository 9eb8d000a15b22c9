"""The few words that stand for a post in a list: its title and its excerpt.

Pure, and about text alone; what HTML holds was taken out by `clean`.
"""

import re
from collections.abc import Iterator
from html import unescape

from crawler.clean import TAGS, fold

MAX_TITLE = 300  # characters
MAX_EXCERPT = 300
FIRST_WORDS = 100  # of a post without a title (rule 39)
A_FEW = 20  # fewer characters than this say too little to stand alone
A_LINE = 80  # a line as long as this is prose, not a heading
A_SUMMARY = 500  # a feed that gives this much and no more gives the whole post
AN_ENDING = 200  # "Continue reading …", and the title again, are no longer
LONGEST_RAW = 2_000  # characters of a title that are looked at; tags in it take quadratic time

_COMMENT = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.S | re.I)
_PAIRED = re.compile(rf"<({'|'.join(sorted(TAGS))}|font)(?:\s[^<>]*)?>(.*?)</\1\s*>", re.S | re.I)
_ALT = re.compile(r"<img\b[^<>]*?\salt=([\"'])(.*?)\1[^<>]*>", re.S | re.I)
_VOID = re.compile(r"<(?:br|hr|img|wbr)\b[^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NO_TITLE = re.compile(r"[\W_]*(?:untitled|no title|dim teitl)?[\W_]*", re.I)

_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[^\W_a-z])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|Mrs?|Ms|Mx|Dr|Prof|Cllr|Rev|Sir|St|Nos?|vs|etc|cf|approx|e\.g|i\.e)\.$"
)
_CUT_MARK = re.compile(r"(?:\[\s*(?:…|\.\.\.)\s*\]|\(more…\)|\(more\.\.\.\))\W*$")
_TRAILING_OFF = re.compile(r"(?:…|\.\.\.)$")
_READ_ON = re.compile(
    r"(?:^|(?<=[\s.!?…\])]))[\[(]?\s*(?:(?:Continue|CONTINUE|Keep) (?:[Rr]eading|READING)"
    r"|(?:Read|READ) (?:[Mm]ore|MORE|on|the (?:full|rest)\b)|View (?:the )?[Ff]ull [Pp]ost"
    r"|Darllen(?:wch)? (?:mwy|rhagor|ymlaen)|Parhau i ddarllen)\b[^.!?]{0,120}$"
    r"|(?:^|\s|\s?[\[(])(?:read more|continue reading)\W{0,5}$",
)
_SIGNATURE = re.compile(r"The post .{1,300} appeared first on .{1,200}$")


def title_text(value: str) -> str:
    """Return a title as plain text on one line, at most 300 characters.

    Entities are decoded, twice where they were written twice. A tag that is closed again
    was meant as a tag; any other is a word: "Using <details> in forms".
    """
    text = _untagged(value[:LONGEST_RAW])
    text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    if _ENTITY.search(text):
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    text = fold(_untagged(text))
    return "" if _NO_TITLE.fullmatch(text) else cut(text, MAX_TITLE)


def first_words(text: str) -> str:
    """Return the first sentence of `text`, or its first 100 characters (rule 39)."""
    line, _, more = text.partition("\n")
    if len(line) < A_FEW and more:
        line = fold(text[: FIRST_WORDS * 2])
    for end in _sentences(line[: FIRST_WORDS + 3]):
        if A_FEW <= end <= FIRST_WORDS:
            return line[:end]
    return cut(line, FIRST_WORDS)


def excerpt(text: str, title: str = "") -> str:
    """Return about 300 characters of `text`: whole sentences if they fit, else whole words.

    Left out are the title said again, and what a blog's software adds: "Continue
    reading", "[…]", "The post … appeared first on …".
    """
    heading, _, rest = text.partition("\n")
    if title and rest and fold(heading).casefold() == title.casefold():
        text = rest
    text = _without_boilerplate(fold(_prose(text[: MAX_EXCERPT * 4])))
    if len(text) <= MAX_EXCERPT:
        return text
    ends = [end for end in _sentences(text[: MAX_EXCERPT + 3]) if end <= MAX_EXCERPT]
    if ends and ends[-1] >= MAX_EXCERPT // 2:
        return text[: ends[-1]]
    return cut(text, MAX_EXCERPT)


def is_cut(text: str) -> bool:
    """Whether `text` says itself that more follows elsewhere."""
    end = fold(text[-400:])
    if _CUT_MARK.search(end):
        return True
    # Whole posts end with "Read more about …" too, or trail off.
    return len(text) < 4 * A_SUMMARY and bool(_READ_ON.search(end) or _TRAILING_OFF.search(end))


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, ending with a word and "…" if more follows."""
    if len(text) <= limit:
        return text
    words = text[: limit - 1]
    space = words.rfind(" ")
    if not text[limit - 1].isspace() and space > limit // 2:
        words = words[:space]
    return words.rstrip(" ,;:.–—-") + "…"


def _prose(text: str) -> str:
    """Leave out headings and lists of contents before the first real paragraph."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) >= A_LINE:
            return "\n".join(lines[number:])
        if line.endswith((".", "!", "?", ":", "…", "”", '"')):
            break
    return text


def _untagged(text: str) -> str:
    if "<" not in text:
        return text
    text = _COMMENT.sub("", text)
    text = _VOID.sub(" ", _ALT.sub(r" \2 ", text))
    for _ in range(5):  # as deep as a title nests
        text, found = _PAIRED.subn(r"\2", text)
        if not found:
            break
    return text


def _without_boilerplate(text: str) -> str:
    text = _SIGNATURE.sub("", text).rstrip()
    more = _READ_ON.search(text, max(0, len(text) - AN_ENDING))
    text = text[: more.start()].rstrip() if more else text
    whole = _CUT_MARK.sub("", text)
    return text if whole == text else whole.rstrip(" ,;:.…–—-") + "…"


def _sentences(text: str) -> Iterator[int]:
    for end in _END.finditer(text):
        if not _ABBREVIATION.search(text[: end.start() + 1]):
            yield end.end()
