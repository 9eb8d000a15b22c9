"""What RSS 2.0.11 and the RSS Advisory Board's best practices ask of a feed, as small checks."""

from collections import Counter
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from lxml import etree

from tests.web.grammar import DC, RFC822, A, Faults, Xml, absolute, html_faults


def rss_has_one_of_what_there_must_be(root: Xml, here: str) -> Faults:
    if root.get("version") != "2.0" or [one.tag for one in root] != ["channel"]:
        yield "no channel of RSS 2.0"
    for name in ("title", "link", "description"):
        found = root.findall(f"channel/{name}")
        if len(found) != 1 or not (found[0].text or "").strip():
            yield f"{len(found)} {name} in the channel, or an empty one"


def rss_items_have_a_title_or_words_and_nothing_twice(root: Xml, here: str) -> Faults:
    for item in root.iter("item"):
        if not (item.findtext("title") or item.findtext("description") or "").strip():
            yield "neither title nor description"
        times = Counter(one.tag for one in item)
        for name in ("title", "link", "description", "guid", "pubDate", "source", "author"):
            if times[name] > 1:
                yield f"{name} twice"


def rss_guids_are_unique_and_links_only_if_they_say_so(root: Xml, here: str) -> Faults:
    guids = [item.find("guid") for item in root.iter("item")]
    for one in guids:
        if one is None or not (one.text or "").strip():
            yield "no guid"
        elif one.get("isPermaLink", "true") == "true":
            if urlsplit(one.text).scheme not in ("http", "https"):
                yield f"{one.text} is no link"
        elif one.get("isPermaLink") != "false":
            yield f"isPermaLink {one.get('isPermaLink')}"
    times = Counter(one.text for one in guids if one is not None)
    yield from (f"{one} twice" for one, count in times.items() if count > 1)


def rss_dates_are_of_rfc_822(root: Xml, here: str) -> Faults:
    for one in root.iter("pubDate", "lastBuildDate"):
        if not RFC822.fullmatch(one.text or ""):
            yield f"{one.text}"
        elif parsedate_to_datetime(one.text).strftime("%a") != one.text[:3]:
            yield f"{one.text} is another day of the week"


def rss_says_once_where_it_is(root: Xml, here: str) -> Faults:
    said = root.findall(f"channel/{A}link[@rel='self']")
    if [one.get("href") for one in said] != [here]:
        yield f"self is {[one.get('href') for one in said]}"
    elif said[0].get("type") != "application/rss+xml":
        yield f"self has type {said[0].get('type')}"


def rss_links_are_whole(root: Xml, here: str) -> Faults:
    said = [one.text for one in root.iter("link")]
    said += [one.get("href") for one in root.iter(f"{A}link")]
    said += [one.get("url") for one in root.iter("source")]
    yield from (f"{one} is no URI" for one in said if not absolute(one or ""))


def rss_sources_are_named(root: Xml, here: str) -> Faults:
    if any(not (one.text or "").strip() for one in root.iter("source")):
        yield "a source without a name"


def rss_descriptions_are_html_without_relative_links(root: Xml, here: str) -> Faults:
    for item in root.iter("item"):
        yield from html_faults(item.findtext("description") or "")


def rss_authors_are_addresses_or_of_dublin_core(root: Xml, here: str) -> Faults:
    if any("@" not in (one.text or "") for one in root.iter("author")):
        yield "an author that is no e-mail address"
    if any(not (one.text or "").strip() for one in root.iter(f"{DC}creator", "category")):
        yield "an empty creator or category"


def rss_is_in_known_namespaces(root: Xml, here: str) -> Faults:
    for one in root.iter(etree.Element):
        space = etree.QName(one).namespace
        if space and f"{{{space}}}" not in (A, DC):
            yield f"{one.tag}"
