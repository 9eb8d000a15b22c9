"""What RFC 4287 asks of an Atom feed, as small checks: each gives a sentence for every breach."""

from collections import Counter
from datetime import datetime

from tests.web.grammar import MEDIA, RFC3339, A, Faults, Xml, absolute, html_faults


def atom_has_one_of_what_there_must_be(root: Xml, here: str) -> Faults:
    for element in (root, *root.iter(f"{A}entry")):
        for name in ("id", "title", "updated"):
            found = element.findall(f"{A}{name}")
            if len(found) != 1 or not (found[0].text or "").strip():
                yield f"{len(found)} {name}, or an empty one"


def atom_has_at_most_one_of_the_rest(root: Xml, here: str) -> Faults:
    once = ("subtitle", "rights", "icon", "logo", "generator", "published", "summary", "source")
    for element in (root, *root.iter(f"{A}entry", f"{A}source")):
        for name in once:
            if len(element.findall(f"{A}{name}")) > 1:
                yield f"more than one {name}"


def atom_ids_are_uris_and_unique(root: Xml, here: str) -> Faults:
    ids = [one.text for one in (*root.findall(f"{A}id"), *root.findall(f"{A}entry/{A}id"))]
    yield from (f"{one} is no URI" for one in ids if not absolute(one or ""))
    yield from (f"{one} twice" for one, times in Counter(ids).items() if times > 1)


def atom_sources_have_uris(root: Xml, here: str) -> Faults:
    for one in root.iterfind(f"{A}entry/{A}source/{A}id"):
        if not absolute(one.text or ""):
            yield f"{one.text} is no URI"


def atom_dates_are_of_rfc_3339(root: Xml, here: str) -> Faults:
    for one in root.iter(f"{A}updated", f"{A}published"):
        if not RFC3339.fullmatch(one.text or ""):
            yield f"{one.text}"
        else:
            datetime.fromisoformat(one.text)


def atom_is_as_new_as_its_newest_entry(root: Xml, here: str) -> Faults:
    moments = [one.text for one in root.findall(f"{A}entry/{A}updated")]
    if moments and root.findtext(f"{A}updated") != max(moments):
        yield f"{root.findtext(f'{A}updated')} is not {max(moments)}"


def atom_says_once_where_it_is(root: Xml, here: str) -> Faults:
    if (said := [one.get("href") for one in root.findall(f"{A}link[@rel='self']")]) != [here]:
        yield f"self is {said}"


def atom_names_an_author(root: Xml, here: str) -> Faults:
    for author in root.iter(f"{A}author"):
        if len(author.findall(f"{A}name")) != 1 or not (author.findtext(f"{A}name") or "").strip():
            yield "an author without a name"
    if root.find(f"{A}author") is None and any(
        entry.find(f"{A}author") is None for entry in root.iter(f"{A}entry")
    ):
        yield "nobody wrote it"


def atom_links_no_alternate_twice(root: Xml, here: str) -> Faults:
    for element in (root, *root.iter(f"{A}entry", f"{A}source")):
        kinds = Counter(
            (one.get("type"), one.get("hreflang"))
            for one in element.findall(f"{A}link")
            if one.get("rel", "alternate") == "alternate"
        )
        yield from (f"{kind} twice" for kind, times in kinds.items() if times > 1)
        if element.tag != f"{A}source" and not kinds:
            yield "no alternate"


def atom_links_are_whole_and_typed(root: Xml, here: str) -> Faults:
    for one in root.iter(f"{A}link"):
        if not absolute(one.get("href", "")):
            yield f"{one.get('href')} is no URI"
        if one.get("type") and not MEDIA.fullmatch(one.get("type")):
            yield f"{one.get('type')} is no media type"


def atom_categories_have_terms(root: Xml, here: str) -> Faults:
    for one in root.iter(f"{A}category"):
        if not one.get("term", "").strip():
            yield "no term"


def atom_texts_are_of_their_type(root: Xml, here: str) -> Faults:
    for one in root.iter(f"{A}title", f"{A}subtitle", f"{A}summary", f"{A}content", f"{A}rights"):
        if one.get("type", "text") not in ("text", "html"):
            yield f"type {one.get('type')}"
        elif len(one):
            yield "markup that is not escaped"
        elif one.get("type") == "html":
            yield from html_faults(one.text or "")
