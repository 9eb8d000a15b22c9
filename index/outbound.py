"""Where a post is and where it links to, in the form in which addresses are compared. Pure."""

import re
from html import unescape

from index.address import host, normal
from index.model import Feed

MOST = 200  # links of a post that are kept
LONGEST = 500  # characters of an address

_HREF = re.compile(r"<a\b[^>]*?\bhref=\"([^\"]+)\"", re.IGNORECASE)


def outbound(html: str) -> tuple[str, ...]:
    """Return where clean HTML links to, each page once, in its order; 200 at the most."""
    found: dict[str, None] = {}
    for href in _HREF.findall(html):
        url = unescape(href)
        if url.startswith(("http://", "https://")) and len(url) <= LONGEST and host(url):
            found[normal(url)] = None
            if len(found) == MOST:
                break
    return tuple(found)


def own_address(url: str, feed: Feed) -> str:
    """Return the address of a post's own page as addresses are compared, or "" if it has none."""
    address = normal(url) if url else ""
    others = {normal(other) for other in (feed.site, feed.url) if other}
    return "" if address in others or not host(url) else address
