"""Dates as feeds write them, read as people in the UK mean them (rules 31 to 33).

A date without a time is noon in London, a time without a zone is London's; numbers are
day first. What cannot be true is no date. Pure: told the time.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before the first blog
AHEAD = timedelta(days=366)  # a post may be announced; a date further off is a mistake
LONGEST = 120  # characters; a date is shorter

_MONTHS = (
    ("jan", "january", "ion", "ionawr"),
    ("feb", "february", "chw", "chwef", "chwefror"),
    ("mar", "march", "maw", "mawrth"),
    ("apr", "april", "ebr", "ebrill"),
    ("may", "mai"),
    ("jun", "june", "meh", "mehefin"),
    ("jul", "july", "gor", "gorff", "gorffennaf"),
    ("aug", "august", "aws", "awst"),
    ("sep", "sept", "september", "medi"),
    ("oct", "october", "hyd", "hydref"),
    ("nov", "november", "tach", "tachwedd"),
    ("dec", "december", "rhag", "rhagfyr"),
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}

# Hours ahead of UTC. IST is left out: it is India's, Ireland's and Israel's.
_ZONES = (
    *((0, "z ut utc gmt wet"), (1, "bst west cet"), (2, "cest eet"), (3, "eest msk"), (9, "jst")),
    *((10, "aest"), (11, "aedt"), (12, "nzst"), (13, "nzdt"), (-4, "ast edt"), (-5, "est cdt")),
    *((-6, "cst mdt"), (-7, "mst pdt"), (-8, "pst"), (-9, "akst"), (-10, "hst")),
)
ZONES = {name: hours for hours, names in _ZONES for name in names.split()}

_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
_ORDINAL = r"(?:st|nd|rd|th|af|ail|ydd|ed|fed|eg|ain)?"
_DAY = rf"(?<!\d)(\d{{1,2}}){_ORDINAL}"
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")  # seconds or milliseconds, from 2001 to 2033
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?=$|[\st_z+-])")
_EIGHT_DIGITS = re.compile(r"(\d{4})()(\d{2})(\d{2})(?=$|[\st])")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(rf"{_DAY}[\s-]*(?:of\s+)?{_MONTH},?[\s-]*(\d{{4}}|\d{{2}})(?![\d:.])")
_MONTH_DAY = re.compile(rf"\b{_MONTH}[\s-]+(\d{{1,2}}){_ORDINAL}(?![\d:])")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_TIME = re.compile(
    r"(?<![\d+-])(\d{1,2})(?:[:.](\d{2}))(?:[:.](\d{2}))?(?:[.,]\d+)?(?:\s*([ap])\.?m\b)?(?![\d:])"
)
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})()()\s*([ap])\.?m\b")
_COMPACT = re.compile(r"^t(\d{2})(\d{2})(\d{2})?()")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_WORD = re.compile(r"[a-z]+")

Found = tuple[int, int, int, str]  # year, month, day, and what else was written


def read_date(text: str, now: datetime) -> datetime | None:
    """Return the moment that `text` names, in UTC, or None if it cannot be believed.

    Not believed: before 1995, and more than a year after `now` (rule 32).
    """
    if len(text) > LONGEST or not text.isprintable():
        text = " ".join(text.split())[:LONGEST]
    try:
        moment = _moment(text.strip().lower())
    except (ValueError, OverflowError):  # the 31st of February, an hour of 25
        return None
    if moment is None or not EARLIEST <= moment <= now + AHEAD:
        return None
    return moment


def _moment(text: str) -> datetime | None:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    found = _year_first(text) or _numbers(text) or _day_month(text) or _month_day(text)
    if found is None:
        return None
    year, month, day, rest = found
    if not EARLIEST.year - 1 <= year <= 9_998:
        return None
    return _at(datetime(year, month, day), rest).astimezone(UTC)


def _at(day: datetime, rest: str) -> datetime:
    time = _COMPACT.search(rest) or _TIME.search(rest) or _HOUR.search(rest)
    if time is None:
        return day.replace(hour=12, tzinfo=LONDON)
    hour, minute, second = (int(part or 0) for part in time.groups()[:3])
    if time[4]:
        hour = hour % 12 + (12 if time[4] == "p" else 0)
    if hour > 24 or minute > 59:
        raise ValueError("no such time")
    # 24:00 is the next midnight, and :60 a leap second.
    wait = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    return (day + wait).replace(tzinfo=_zone(rest[time.end() :]))


def _zone(rest: str) -> timezone | ZoneInfo:
    offset = _OFFSET.search(rest)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    for word in _WORD.findall(rest):
        if word in ZONES:
            return timezone(timedelta(hours=ZONES[word]))
    return LONDON


def _year_first(text: str) -> Found | None:
    found = _YEAR_FIRST.match(text) or _EIGHT_DIGITS.match(text)
    if found is None:
        return None
    return int(found[1]), int(found[3]), int(found[4] or 1), text[found.end() :].strip()


def _numbers(text: str) -> Found | None:
    found = _NUMBERS.search(text)
    if found is None:
        return None
    day, month = int(found[1]), int(found[3])
    if month > 12:  # the American way round
        day, month = month, day
    return _year(found[4]), month, day, _without(text, found)


def _day_month(text: str) -> Found | None:
    found = _DAY_MONTH.search(text)
    if found is None:
        return None
    return _year(found[3]), MONTHS[found[2]], int(found[1]), _without(text, found)


def _month_day(text: str) -> Found | None:
    found = _MONTH_DAY.search(text)
    year = found and _YEAR.search(text, found.end())
    if not found or not year:
        return None
    rest = text[found.end() : year.start()] + " " + text[year.end() :]
    return int(year[1]), MONTHS[found[1]], int(found[2]), rest


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 69 else 1900)


def _without(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + " " + text[found.end() :]
