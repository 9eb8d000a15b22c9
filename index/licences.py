"""Which licences let others copy a whole text, as the Open Definition has it.

A licence that forbids selling or changing is not open; what nobody granted is not either.
"""

import re

_COMMONS = re.compile(
    r"https?://creativecommons\.org/"
    r"(?:licenses/(?:by|by-sa)/|publicdomain/(?:zero|mark)/|licenses/publicdomain)"
)
_CROWN = re.compile(
    r"open government licen[cs]e|\bogl\b|nationalarchives\.gov\.uk/doc/open-government-licence"
)
_SPELLED = re.compile(
    r"\bcc[- ]?(?:by(?:[- ]sa)?|0|zero)\b(?![- ](?:nc|nd|sa[- ]nc))"
    r"|\bcreative commons attribution(?:[- ]share ?alike)?\b(?![- ]*(?:non|no[- ]|share ?alike))"
    r"|\bpublic domain\b"
)
_CLOSED = re.compile(
    r"\bn[cd]\b|non[- ]?commercial|no[- ]?deriv|all rights reserved|\bnot\b|except"
)


def is_open(licence: str) -> bool:
    """Tell whether a licence, by its address or in its own words, lets anybody copy the text.

    Words in doubt are taken for closed: a blog that says that only part is open, say.
    """
    said = licence.strip().casefold()
    if _COMMONS.match(said):
        return True
    if _CLOSED.search(said):
        return False
    return bool(_CROWN.search(said) or _SPELLED.search(said))
