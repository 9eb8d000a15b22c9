"""What waits for a moderator as an Atom feed (RFC 4287), for those who need not visit. Pure."""

from collections.abc import Sequence

from lxml import etree

from index.model import EPOCH, Kind
from index.settings import Settings
from index.submission import Submission
from web.feeds import ATOM, UNPREFIXED, add, identity, stamp, written
from web.words import kind_words


def queue_feed(settings: Settings, key: str, waiting: Sequence[Submission]) -> bytes:
    """Write what waits, the newest first; a correction brings a suggestion up again."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={UNPREFIXED: ATOM})
    newest = sorted(waiting, key=lambda one: one.changed, reverse=True)
    add(root, "id", identity(f"queue {key}"))
    add(root, "title", f"To decide at {settings.title}")
    add(root, "updated", stamp(newest[0].changed if newest else EPOCH))
    add(add(root, "author"), "name", settings.title)
    own = f"{settings.base_url}/moderate/queue/{key}.atom"
    add(root, "link", rel="self", type="application/atom+xml", href=own)
    add(root, "link", rel="alternate", type="text/html", href=f"{settings.base_url}/moderate")
    for one in newest:
        _entry(root, settings, one)
    return written(root)


def _entry(root: etree._Element, settings: Settings, one: Submission) -> None:
    entry = add(root, "entry")
    page = f"{settings.base_url}/moderate/suggestions/{one.id}"
    add(entry, "id", identity(f"suggestion {one.id}"))
    add(entry, "title", one.title or one.address)
    add(entry, "updated", stamp(one.changed))
    add(entry, "published", stamp(one.created))
    add(entry, "link", rel="alternate", type="text/html", href=page)
    said = (one.address, kind_words(Kind(one.kind)) if one.kind else "", one.note, one.answer)
    add(entry, "summary", ". ".join(filter(None, said)))
