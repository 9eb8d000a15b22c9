"""What language a text is written in, told by its commonest words. Pure.

A feed's own claim is often its software's default, so the words come first: articles,
prepositions and the like are a third of any prose, and hardly two languages share them.
Dictionaries of every word (simplemma's) told real posts no better, and take 370 MB for seven
languages, or 18 ms a post (`benchmarks/languages.py`); these lists take 0.14 ms.
"""

import re
from collections import Counter
from collections.abc import Mapping
from unicodedata import normalize

SHORT = 5_000  # characters: the beginning tells
WORDS = 200  # that are looked at
LEAST = 20  # words: of fewer nobody can tell
ENOUGH = 0.2  # the share of words that are common: prose has 0.3 to 0.5; code and names have less
CLEAR = 2.0  # times as many as any other language has besides, else the text is in two

PLENTY = 40  # words, of which one can tell that none is English
SOME = 0.08  # a share of words that are English or Welsh and no accident

HOME = frozenset({"en", "cy", "gd", "ga"})  # of those told: what any blog here may turn to
SCOTS = "sco"  # reads like English, and no software says it by itself
# In pieces as an apostrophe leaves them: i'r is "i" and "r".
COMMON: Mapping[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "cy": "y yr r yn n mae gan wedi bod hyn eu ein gyda sydd oedd i o ar a ac am at er fel "
        "ni nid bydd hwn hon roedd chi rydym ei wrth neu os pan hefyd hynny sy cael gael "
        "dros drwy ond beth eich fod wneud un dim mwy pob rydyn gallwch iddynt byddwn "
        "rhwng nhw hwnnw ydy yw mewn w u ag mai bu ba",
        "en": "the of and to is for that with we this are our from was have it its in on as be "
        "by not you your they which can has will their how a at or been were but what an "
        "if so t s i he she his her there these those than when who had do more all into "
        "about out up",
        "gd": "tha agus air ann an am na nan nam gu bha le ag chan nach seo sin aig bhith do "
        "don dhan dha iad sinn gun eadar bho mar ach gach airson againn a o is san anns "
        "leis cuideachd e i mi thu iomadh bidh robh cha ri ris às s h",
        "ga": "tá agus ar an na go bhí le ag níl nach seo sin leis bhfuil chun faoi ó sé sí "
        "muid dá ach mar gach don a i atá is ní bheidh bheith do ón den sa san as nó siad "
        "gur raibh againn ina sna é iad mo bí á",
        "fr": "le la les l de des d et un une est que qui qu dans pour sur avec pas nous vous "
        "au aux ce cette ces du en ont sont par plus ne n se s il elle ils leur leurs "
        "notre nos votre ou à y été être c j a mais comme",
        "de": "der die das und ist nicht ein eine einen einer den dem zu mit von für auf im in "
        "sich des es wir sie auch als an wird werden bei sind oder wie aus nach zum zur "
        "um dass ich hat haben noch nur so über war kann unsere vom am",
        "es": "el la los las de que y en un una es por con para no se del al lo su sus como más "
        "pero este esta estos está son nuestro nuestra o ha han nos le ser sobre entre a "
        "ya muy si",
        "it": "il lo la gli i le di che e è un una per con non del della dei delle dell l sono "
        "come più si da dal nel nella alla al questo questa ha anche o ma su sul essere a "
        "ai d c in",
        "pt": "o os a as de que e em um uma é por com para não se do da dos das no na nos nas "
        "como mais mas ao à são foi pelo pela este esta ou sua seu nosso ser está também",
        "nl": "de het een en van is dat niet in op te voor met zijn aan die er wordt ook bij "
        "als naar om uit wij we deze worden maar hebben heeft kan door over dit of ze ik "
        "je nog onze",
        "pl": "i w na z do się nie to jest że o jak po za od dla są przez co tak być oraz ale "
        "czy przy lub a ze we który która które tego tym ich by już",
    }.items()
}
_AT_HOME = frozenset(word for code in HOME for word in COMMON[code] if len(word) > 2)
_ANY = frozenset[str]().union(*COMMON.values())
_WORD = re.compile(r"[^\W\d_]+")


def language(text: str) -> str:
    """Return the code (ISO 639-1) of the language that a text is in, or "" if that is unclear."""
    found, of = _common(text)
    if not of:
        return ""
    times, code = max((_times(found, common), code) for code, common in COMMON.items())
    # What two languages have in common speaks for neither: Irish and Gaelic share a great deal.
    rest = {word: n for word, n in found.items() if word not in COMMON[code]}
    besides = max(_times(rest, common) for common in COMMON.values())
    return code if times >= max(ENOUGH * of, CLEAR * besides) else ""


def homely(text: str) -> bool | None:
    """Whether a text has words of `HOME` at all; None if it has too few to tell.

    Words of one or two letters are left out: they are common in many languages.
    """
    found, of = _common(text)
    return _times(found, _AT_HOME) >= SOME * of if of >= PLENTY else None


def written_in(text: str, claimed: str) -> str:
    """Return a text's language as a tag (RFC 5646): what it reads like, else what is claimed.

    A claim that fits stays as it is ("en-gb"). So does one of a language that has no list here,
    unless the text is one of `HOME`: Catalan reads like Spanish, but "uk" may mean the country.
    """
    found = language(text)
    said = claimed.lower().replace("_", "-").partition("-")[0]
    if not found or said in (found, SCOTS):
        return claimed
    return found if found in HOME or not said or said in COMMON else claimed


def _common(text: str) -> tuple[dict[str, int], int]:
    """Return how often words of any list are among a text's first, and of how many; 0: too few."""
    words = _WORD.findall(normalize("NFC", text[:SHORT]).lower())[:WORDS]
    found = Counter(word for word in words if word in _ANY)
    return found, len(words) if len(words) >= LEAST else 0


def _times(found: Mapping[str, int], common: frozenset[str]) -> int:
    return sum(found[word] for word in found.keys() & common)
