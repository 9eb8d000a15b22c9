"""What the standards ask of a feed, and every breach of it.

Atom: RFC 4287. RSS: 2.0.11, and the RSS Advisory Board's best practices. JSON Feed: 1.1. What else
the W3C's Feed Validator looks for is among the rules.
"""

import json
from types import ModuleType
from typing import Any

from lxml import etree

from tests.web import atom_rules, json_feed_rules, rss_rules
from tests.web.grammar import DC, LANGUAGE, UNSEEN, XML_LANG, Faults, Rule, Xml


def xml_has_valid_languages(root: Xml, here: str) -> Faults:
    said = [one.get(XML_LANG) for one in root.iter() if one.get(XML_LANG) is not None]
    said += [one.text or "" for one in root.iter("language", f"{DC}language")]
    yield from (f"{one} is no language" for one in said if not LANGUAGE.fullmatch(one))


def xml_has_no_control_characters(root: Xml, here: str) -> Faults:
    for one in root.iter(etree.Element):
        for text in (one.text or "", *one.attrib.values()):
            if UNSEEN.search(text):
                yield f"{text!r}"


BOTH: dict[str, Rule] = {
    one.__name__: one for one in (xml_has_valid_languages, xml_has_no_control_characters)
}


def _rules(module: ModuleType) -> dict[str, Rule]:
    every = vars(module).items()
    return {name: rule for name, rule in every if name.startswith(("atom_", "rss_", "json_"))}


RULES = {
    "atom": _rules(atom_rules) | BOTH,
    "rss": _rules(rss_rules) | BOTH,
    "json": _rules(json_feed_rules),
}


def parsed(form: str, content: bytes) -> Any:
    """Parse a feed as strictly as its form allows; raises ValueError and XMLSyntaxError."""
    return json.loads(content) if form == "json" else etree.fromstring(content)


def faults(form: str, content: bytes, here: str) -> list[str]:
    """Return every breach of a rule in the feed at `here`, with the rule's name."""
    feed = parsed(form, content)
    return [f"{name}: {said}" for name, rule in RULES[form].items() for said in rule(feed, here)]
