"""What the parts of a feed look like: dates, addresses, languages, HTML."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import html

A = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d ([+-]\d{4}|GMT)"
)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # of BCP 47, what is in use
URI = re.compile(r"[a-z][a-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]+")

Faults = Iterator[str]
Rule = Callable[[Any, str], Faults]
Xml = Any  # an lxml element


def absolute(address: str) -> bool:
    """Whether it is a whole URI."""
    return bool(URI.fullmatch(address))


def html_faults(text: str) -> Faults:
    """Give what is wrong with a piece of HTML in a feed: relative links, and what acts."""
    if not text.strip():
        return
    for one in html.fragment_fromstring(text, create_parent=True).iter():
        if one.tag in ("script", "style", "iframe", "object", "embed", "form", "meta"):
            yield f"<{one.tag}>"
        for name, value in one.attrib.items():
            if name.startswith("on"):
                yield f"{name}"
            if name in ("href", "src") and not absolute(value):
                yield f"{value} is relative"
