"""Other spellings of a word: the British and the American one, and what a typing error meant.

Both are looked up when a query is planned, never when a post is indexed: what does not
occur in the index is dropped there, so the rules may be generous. "Sise" does no harm.
"""

import re
from collections.abc import Mapping
from functools import cache
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.clauses import Field, Lexicon

_ENDINGS = "(e|ed|es|er|ers|ing|ation|ations|ational|able)$"
_DOUBLED = "(cance|counse|equa|fue|labe|leve|mode|pane|signa|tota|trave)"
_OURS = "(behavi|col|endeav|fav|harb|hon|hum|lab|neighb|rum|sav|vig)"
_RES = "(cent|fib|lit|met|theat)"
# What to look for in a word, and what the other spelling has there: each pair both ways.
_RULES = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (f"is{_ENDINGS}", r"iz\1"),
        (f"iz{_ENDINGS}", r"is\1"),
        ("ys(e|ed|es|er|ers|ing)$", r"yz\1"),
        ("yz(e|ed|es|er|ers|ing)$", r"ys\1"),
        (f"{_OURS}our", r"\1or"),
        (f"{_OURS}or", r"\1our"),
        (f"{_RES}re(s?)$", r"\1er\2"),
        (f"{_RES}er(s?)$", r"\1re\2"),
        ("(anal|catal|dial|monol)ogue(s?)$", r"\1og\2"),
        ("(anal|catal|dial|monol)og(s?)$", r"\1ogue\2"),
        (f"{_DOUBLED}ll(ed|ers?|ing|ors?)$", r"\1l\2"),
        (f"{_DOUBLED}l(ed|ers?|ing|ors?)$", r"\1ll\2"),
        ("(def|lic|off|pret)ence(s?)$", r"\1ense\2"),
        ("(def|lic|off|pret)ense(s?)$", r"\1ence\2"),
    )
)
_PAIRS = """
    acknowledgement acknowledgment|adviser advisor|advisers advisors|ageing aging
    aluminium aluminum
    artefact artifact|artefacts artifacts|cooperation co-operation|coordinate co-ordinate
    coordination co-ordination|coproduction co-production|coproduce co-produce|cosy cozy
    dependant dependent|draught draft|email e-mail|emails e-mails|enquiries inquiries
    enquiry inquiry
    enrol enroll|enrolment enrollment|focused focussed|fulfil fulfill|fulfilment fulfillment
    grey gray|instalment installment|instalments installments|judgement judgment|kerb curb
    kerbside curbside|learnt learned|licence license|mould mold|online on-line|plough plow
    practise practice|programme program|programmes programs|sceptical skeptical|skilful skillful
    spelt spelled|storey story|tyre tire|tyres tires|website web-site|websites web-sites
"""
MOST_TERMS = 20_000  # of the index's, that a word is compared with
SHORTEST = 5  # letters: shorter words have too many neighbours
LONG = 8  # letters, from which on two errors are forgiven
TWICE = 2  # posts at least that hold the right word: one may have the same error
CERTAIN = 50  # times as many posts: then a word that does occur is a typing error
ERROR = 2.0  # what an error weighs, in powers of ten of the posts that hold a word


def variants(word: str) -> tuple[str, ...]:
    """Return the other spellings of a lower-case word, "digitize" for "digitise"."""
    found = dict.fromkeys(_pairs().get(word, ()))
    found |= {pattern.sub(other, word): None for pattern, other in _RULES}
    found.pop(word, None)
    return tuple(found)


def correction(word: str, lexicon: Lexicon) -> str:
    """Return the word of the index that `word`, in lower case, was probably meant to be.

    Empty if there is none, or if hardly more posts hold another than hold the word itself.
    """
    if len(word) < SHORTEST or not word.isalpha():
        return ""
    least = max(TWICE, CERTAIN * lexicon.holding(Field.EXACT, word))
    for letters in (word[:2], word[:1]):  # few mistake the first letter
        terms = lexicon.beginning(Field.EXACT, letters, MOST_TERMS)
        if best := _nearest(word, {term: posts for term, posts in terms if posts >= least}):
            return best
    return ""


def _nearest(word: str, known: Mapping[str, int]) -> str:
    forgiven = 2 if len(word) >= LONG else 1
    near = process.extract(
        word, list(known), scorer=OSA.distance, score_cutoff=forgiven, limit=None
    )
    # The commonest of the nearest; a swap of two letters is one error.
    return max(
        ((log10(known[term]) - ERROR * errors, term) for term, errors, _ in near if term != word),
        default=(0.0, ""),
    )[1]


@cache
def _pairs() -> Mapping[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for line in _PAIRS.replace("\n", "|").split("|"):
        if line.strip():
            one, other = line.split()
            pairs.setdefault(one, []).append(other)
            pairs.setdefault(other, []).append(one)
    return pairs
