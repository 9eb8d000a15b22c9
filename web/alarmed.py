"""What is wrong with a blog, as an Atom feed (RFC 4287) for its owner. Pure, and told the time."""

from datetime import datetime

from lxml import etree

from index.claim import WAIT
from index.model import EPOCH, Followed, Health
from index.settings import Settings
from web.feeds import ATOM, UNPREFIXED, add, identity, stamp, written
from web.standing import standing
from web.words import blog_name


def alarm_feed(settings: Settings, key: str, blog: Followed, now: datetime) -> bytes:
    """Write what is wrong at the moment, if anything is: one entry for each time that it is.

    A failure is told of once it has lasted for a day.
    """
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={UNPREFIXED: ATOM})
    since = _since(blog, now)
    add(root, "id", identity(f"troubles {key}"))
    add(root, "title", f"How {blog_name(blog.feed)} is doing at {settings.title}")
    add(root, "updated", stamp(since or EPOCH))
    add(add(root, "author"), "name", settings.title)
    page = f"{settings.base_url}/blogs/{blog.feed.slug}"
    own = f"{settings.base_url}/owners/{key}.atom"
    add(root, "link", rel="self", type="application/atom+xml", href=own)
    add(root, "link", rel="alternate", type="text/html", href=page)
    if since:
        entry, how = add(root, "entry"), standing(blog, now)
        add(entry, "id", identity(f"trouble {key} {blog.health} {stamp(since)}"))
        add(entry, "title", f"{blog_name(blog.feed)}: {how.label}")
        add(entry, "updated", stamp(since))
        add(entry, "link", rel="alternate", type="text/html", href=page)
        add(entry, "summary", how.sentence)
    return written(root)


def _since(blog: Followed, now: datetime) -> datetime | None:
    """Return since when something is wrong that an owner should know of."""
    poll = blog.poll
    if blog.health is Health.HELD and blog.held:
        return blog.held.since
    if blog.health is Health.MOVED:
        return poll.moving_since
    failing = poll.failing_since
    return failing if poll.problem and failing and now - failing >= WAIT else None
