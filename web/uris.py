"""Addresses as standards want them written. Pure.

Browsers forgive blanks, quotation marks and letters of any script in an address, and so do the
blogs we read. Atom and RSS do not, and nor do all feed readers.
"""

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from index.address import host
from web.words import link

NAME = re.compile(r"[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]")
BARE = re.compile(r"%(?![0-9A-Fa-f]{2})")  # a percent sign that encodes nothing
PATH = "/:@!$&'()*+,;=~%"
QUERY = PATH + "?"


def uri(url: str) -> str:
    """Return `url` as RFC 3986 has it, if it leads to a web page, else nothing.

    What must be encoded is, and the name of a host comes in ASCII; the rest stays as it was.
    """
    found = link(url)
    if not found:
        return ""
    try:
        parts = urlsplit(BARE.sub("%25", found))
        place = _place(parts)
    except ValueError:  # the port is none
        return ""
    if not place:
        return ""
    path, query = quote(parts.path, PATH), quote(parts.query, QUERY)
    return urlunsplit((parts.scheme, place, path, query, quote(parts.fragment, QUERY)))


def _place(parts: SplitResult) -> str:
    """Return user, host and port; nothing if the host cannot be one."""
    bare = host(parts.geturl())
    name = f"[{bare}]" if ":" in bare else bare
    user, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{quote(user, PATH)}{at}{name}{port}" if NAME.fullmatch(name) else ""
