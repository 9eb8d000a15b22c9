"""An outline's tag with other values, and all else in it as it was. Pure."""

from xml.sax.saxutils import escape

from index.markup import ATTRIBUTE, attributes
from index.model import Feed
from index.opml import labels
from index.outlines import plain

ORDER = ("type", "text", "title", "xmlUrl", "htmlUrl", "url", "category")
LABELS = {"kind", "council", "nation", "evidence", "pages"}


def retagged(tag: str, before: Feed, after: Feed) -> str:
    """Return the tag of `before`, saying what `after` is; what they agree in is left alone."""
    said = attributes(tag)
    values: dict[str, str | None] = {}
    if after.title != before.title:
        values |= {"text": after.title} | ({"title": after.title} if "title" in said else {})
    if after.url != before.url:
        values["xmlUrl"] = after.url
        if "link" in said.get("type", "").lower():
            values["type"] = "rss"
    found = bool(after.url and not before.url)
    if after.site != before.site or found:
        home = "url" if "url" in said and not found and "htmlurl" not in said else "htmlUrl"
        values[home] = after.site or None
        if found and home == "htmlUrl" and "url" in said:
            values["url"] = None
    if labels(after) != labels(before):
        values["category"] = _category(said.get("category", ""), after)
    for name, value in values.items():
        tag = _set(tag, name, value)
    return tag


def _category(written: str, feed: Feed) -> str:
    """Return a category with a feed's paths in front, and the paths that are people's own."""
    own = [
        path.strip()
        for path in written.split(",")
        if path.strip().strip("/").split("/")[0].strip().lower() not in LABELS
    ]
    return ",".join([*labels(feed), *(path for path in own if path)])


def _set(tag: str, name: str, value: str | None) -> str:
    """Set an attribute where it stands, whatever the case of its name; None takes it out."""
    for found in ATTRIBUTE.finditer(tag):
        if found[1].lower() != name.lower():
            continue
        if value is None:
            return tag[: found.start()] + tag[found.end() :]
        quote = found[2][0]
        return (
            f"{tag[: found.start(2)]}{quote}{_escaped(value, quote)}{quote}{tag[found.end(2) :]}"
        )
    return tag if value is None else _put(tag, name, value)


def _put(tag: str, name: str, value: str) -> str:
    """Put a new attribute after those that come before it by custom, quoted as they are."""
    before = {one.lower() for one in ORDER[: ORDER.index(name)]}
    every = list(ATTRIBUTE.finditer(tag))
    place = max((one.end() for one in every if one[1].lower() in before), default=None)
    if place is None:
        place = every[0].start() if every else len(tag.rstrip("/> \t\r\n"))
    quote = every[0][2][0] if every else '"'
    return f"{tag[:place]} {name}={quote}{_escaped(value, quote)}{quote}{tag[place:]}"


def _escaped(value: str, quote: str) -> str:
    return escape(plain(value), {quote: "&quot;" if quote == '"' else "&apos;"})
