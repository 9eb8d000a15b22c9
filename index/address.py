"""What an address says by itself: its host, its platform, whether it may be visited.

Pure: nothing is resolved here. Whether a name leads to a private machine is seen only
when it is dialled, and checked there.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from index.errors import FetchError
from index.public import Network, check_public, literal

PORTS = frozenset({80, 443, 8080, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}
NO_PORT = -1  # what stands there is no port at all
LONGEST = 2_000  # characters; longer ones are refused by servers too

# Who sent a reader, added by newsletters, advertisers and feed services (rules 28 and 42).
_TRACKERS = (
    "_hsenc _hsmi dclid fbclid gbraid gclid hsctatracking igshid mc_cid mc_eid mkt_tok msclkid"
    " oly_anon_id oly_enc_id ref_src s_cid twclid vero_id wbraid wickedid yclid"
)
TRACKERS = frozenset(_TRACKERS.split())

# Blogs on one of these share its servers, and so our manners towards them (rule 21).
_PLATFORMS = (
    "bearblog.dev beehiiv.com blog.gov.uk blogs.com blogspot.com blogspot.co.uk buttondown.com"
    " dreamwidth.org edublogs.org feedburner.com feedproxy.google.com ghost.io github.io gitlab.io"
    " hashnode.dev herokuapp.com livejournal.com localgov.blog mataroa.blog medium.com micro.blog"
    " neocities.org netlify.app pages.dev posthaven.com readthedocs.io sites.google.com"
    " squarespace.com substack.com tumblr.com typepad.co.uk typepad.com vercel.app webflow.io"
    " weebly.com wixsite.com wordpress.com write.as"
)
PLATFORMS = frozenset(_PLATFORMS.split())


def normal(url: str, *, fragment: bool = False) -> str:
    """Return the form in which two addresses of one page are equal (rule 28).

    Scheme, `www.`, trailing slash, trackers and, unless asked for, the fragment are left
    out. For comparing only: it is no address. What is no web address comes back as it was.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return url.strip()
    port = _port(parts)
    if port == NO_PORT:
        return url.strip()
    where = host(url).removeprefix("www.")
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        where += f":{port}"
    query = _without_trackers(parts.query)
    text = where + parts.path.rstrip("/") + (f"?{query}" if query else "")
    return f"{text}#{parts.fragment}" if fragment and parts.fragment else text


def without_trackers(url: str) -> str:
    """Return `url` without the parameters that only say where a reader came from."""
    parts = _split(url)
    if parts is None or not parts.query:
        return url
    query = _without_trackers(parts.query)
    return url if query == parts.query else urlunsplit(parts._replace(query=query))


def host(url: str) -> str:
    """Return the host's name in lower case and ASCII (IDNA), or "" if there is none."""
    parts = _split(url)
    name = ((parts and parts.hostname) or "").rstrip(".")
    if name.isascii() or len(name) > 253:
        return name
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name


def same_site(url: str, other: str) -> bool:
    """Whether two addresses are on one host, with or without "www."."""
    return host(url).removeprefix("www.") == host(other).removeprefix("www.")


def slot(url: str) -> str:
    """Return whose servers `url` is on: the host, or the platform it shares (rule 21)."""
    name = host(url).removeprefix("www.")
    labels = name.split(".")
    for start in range(len(labels)):
        platform = ".".join(labels[start:])
        if platform in PLATFORMS:
            return platform
    return name


def check_address(url: str, *, private_ok: Sequence[Network] = ()) -> None:
    """Raise FetchError unless `url` may be visited as far as it says itself.

    The code is "private" for a host that is written as a private address, "address" for
    all else. Ports are free where the host is an address in one of `private_ok`.
    """
    parts = _split(url)
    port = None if parts is None else _port(parts)
    if (
        parts is None
        or port == NO_PORT
        or len(url) > LONGEST
        or re.search(r"[\s\0-\x1f\x7f]", url)
    ):
        raise _refusal(url, "it is not a web address")
    if parts.scheme not in DEFAULT_PORTS:
        raise _refusal(url, "only http and https addresses are visited")
    name = host(url)
    if not name or not _is_name(name):
        raise _refusal(url, "it names no host")
    if parts.username is not None or parts.password is not None:
        raise _refusal(name, "it holds a user name or password")
    if port not in PORTS | {None} and not _within(name, private_ok):
        raise _refusal(url, f"port {port} is not one that blogs use: 80, 443, 8080 or 8443")
    if (address := literal(name)) is not None:
        check_public(address, private_ok)


def _refusal(url: str, reason: str) -> FetchError:
    return FetchError("address", f"{url[:200]} cannot be visited: {reason}.")


def _is_name(name: str) -> bool:
    """Whether a resolver could look `name` up at all (RFC 1035, 2.3.4): some never answer."""
    return name.isascii() and len(name) <= 253 and all(0 < len(x) < 64 for x in name.split("."))


def _within(name: str, networks: Sequence[Network]) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return any(address in network for network in networks)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url.strip())
    except ValueError:  # "http://[", for one
        return None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return NO_PORT


def _without_trackers(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if not _is_tracker(pair))


def _is_tracker(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    return (
        name in TRACKERS
        or name.startswith(("utm_", "at_"))  # Google's and Piano's
        or (name == "source" and value.startswith("rss"))  # Medium's
    )
