"""A feed as it is sent: to whom, as what, and with which headers.

Browsers show an XML file with its stylesheet only if it is called application/xml: what is
called a feed, Chromium shows as code and Firefox saves. So whoever asks for HTML first, as
browsers do and feed readers do not, gets the same bytes by that name.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fastapi import Request, Response

from index.errors import NotFound
from index.model import Post
from web.feeds import FORMATS, Channel
from web.fresh import FEED_AGE, tag
from web.render import asset
from web.site import Site

SEEN = "application/xml"  # for people who open a feed in their browser
PAGE = "text/html"
HEADERS = {"X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff"}

Made = Callable[[], tuple[Channel, Sequence[Post]]]


def deliver(
    site: Site,
    request: Request,
    form: str,
    parts: tuple[str, ...],
    make: Made,
) -> Response:
    """Answer with a feed that `parts` decide, from what was kept of it if there is something.

    Raises NotFound for a form that there is not, and what `make` raises.
    """
    check_form(form)
    media = _media(form, request)
    settings = site.settings
    ours = (settings.base_url, settings.title, settings.hub, asset("feed.css"), media)

    def write() -> Response:
        channel, posts = make()
        return _written(form, media, channel, posts)

    made = site.kept.conditional(request, tag(*parts, *ours), FEED_AGE, write)
    if made.status_code == 304:
        made.headers.update(_varied(form))
    return made


def check_form(form: str) -> None:
    """Raise NotFound for a form that feeds do not come in."""
    if form not in FORMATS:
        raise NotFound("Feeds come as .atom, .rss and .json.")


def asks_for_page(accept: str) -> bool:
    """Say whether an Accept header is a browser's that goes to an address."""
    return accept.partition(",")[0].partition(";")[0].strip().lower() == PAGE


def _media(form: str, request: Request) -> str:
    if form != "json" and asks_for_page(request.headers.get("accept", "")):
        return SEEN
    return FORMATS[form][1]


def _varied(form: str) -> dict[str, str]:
    return {} if form == "json" else {"Vary": "Accept"}


def _written(form: str, media: str, channel: Channel, posts: Sequence[Post]) -> Response:
    hub = channel.hub if channel.url == channel.first else ""  # nobody is told of older pages
    sent = replace(channel, hub=hub, style=asset("feed.css"))
    links = {"Link": f'<{hub}>; rel="hub", <{channel.url}>; rel="self"'} if hub else {}
    headers = {**HEADERS, **_varied(form), **links}
    return Response(FORMATS[form][0](sent, posts), media_type=media, headers=headers)
