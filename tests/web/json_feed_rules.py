"""What JSON Feed 1.1 asks, as small checks: each gives a sentence for every breach."""

import json
import re
from collections import Counter
from typing import Any

from tests.web.grammar import LANGUAGE, RFC3339, UNSEEN, Faults, absolute

FEED_TYPES: dict[str, type] = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "next_url": str,
    "language": str,
    "hubs": list,
    "items": list,
}
ITEM_TYPES: dict[str, type] = {
    "id": str,
    "url": str,
    "title": str,
    "content_text": str,
    "content_html": str,
    "date_published": str,
    "date_modified": str,
    "authors": list,
    "tags": list,
    "language": str,
}


def json_has_members_of_their_types(feed: Any, here: str) -> Faults:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"version {feed.get('version')}"
    yield from (f"no {name}" for name in ("title", "items") if name not in feed)
    for known, members in ((FEED_TYPES, feed), *((ITEM_TYPES, one) for one in feed["items"])):
        for name, value in members.items():
            if name.startswith("_"):
                if not isinstance(value, dict):
                    yield f"{name} is no object"
            elif name not in known or not isinstance(value, known[name]):
                yield f"{name} of {type(value).__name__}"
            elif not value and name not in ("items", "content_text"):
                yield f"an empty {name}"


def json_items_have_a_unique_id_and_words(feed: Any, here: str) -> Faults:
    yield from (f"no id in {one}" for one in feed["items"] if not one.get("id"))
    ids = Counter(one.get("id") for one in feed["items"])
    yield from (f"{one} twice" for one, times in ids.items() if times > 1)
    for one in feed["items"]:
        if "content_text" not in one and "content_html" not in one:
            yield f"no words in {one}"


def json_says_where_it_is(feed: Any, here: str) -> Faults:
    if feed.get("feed_url") != here:
        yield f"feed_url is {feed.get('feed_url')}"
    if feed.get("next_url") == here:
        yield "the next page is this one"


def json_addresses_are_whole(feed: Any, here: str) -> Faults:
    said = [feed[name] for name in ("home_page_url", "feed_url", "next_url") if name in feed]
    said += [one["url"] for one in feed["items"] if "url" in one]
    yield from (f"{one} is no URI" for one in said if not absolute(one))


def json_dates_are_of_rfc_3339(feed: Any, here: str) -> Faults:
    for item in feed["items"]:
        for name in ("date_published", "date_modified"):
            if name in item and not RFC3339.fullmatch(item[name]):
                yield f"{item[name]}"


def json_authors_have_names_and_tags_words(feed: Any, here: str) -> Faults:
    for item in feed["items"]:
        for one in item.get("authors", []):
            if not (one.get("name") or one.get("url") or one.get("avatar")):
                yield "an author without anything"
        if any(not isinstance(one, str) or not one.strip() for one in item.get("tags", [])):
            yield "an empty tag"


def json_has_valid_languages(feed: Any, here: str) -> Faults:
    for one in (feed, *feed["items"]):
        if "language" in one and not LANGUAGE.fullmatch(one["language"]):
            yield f"{one['language']} is no language"


def json_has_no_control_characters(feed: Any, here: str) -> Faults:
    text = json.dumps(feed, ensure_ascii=False).replace("\\n", "").replace("\\t", "")
    if UNSEEN.search(text) or re.search(r"\\u00[01]", text):
        yield "a control character"
