"""Welsh words brought to the form a dictionary has them in, mutations and plurals undone.

The engines know no Welsh, so posts in that language have a field of lemmas of their own. The
dictionary (simplemma's, MIT) takes 50 MB and a quarter of a second, and is loaded only when
there is a post in Welsh to be found.
"""

import re
from functools import lru_cache

from index.folding import lowered

CODE = "cy"
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
# What is joined to the word before it: i'r, a'i, mae'n.
_JOINED = re.compile(r"[’'](?:r|n|i|u|m|w|ch|th)$")


def is_welsh(language: str) -> bool:
    """Whether a language tag (RFC 5646) says Welsh."""
    return language.lower().partition("-")[0] == CODE


@lru_cache(maxsize=20_000)
def lemma(word: str) -> str:
    """Return the dictionary's form of a lower-case word, without accents.

    "gwasanaeth" for "gwasanaethau", and "ty" for "tai".
    """
    from simplemma import lemmatize  # loaded only if wanted

    return lowered(lemmatize(_JOINED.sub("", word), lang=CODE))


def lemmas(text: str) -> str:
    """Return the lemmas of a text's words, in order, with a blank between them."""
    return " ".join(lemma(found[0].lower()) for found in _WORD.finditer(text))
