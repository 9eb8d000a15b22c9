"""From a query's filters to clauses: what posts must be, and what they must not be."""

from collections import defaultdict
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from index.clauses import AllOf, AnyOf, Between, Clause, Field, Lexicon, Term
from index.finding import By, Filter, Query
from index.model import EPOCH

LONDON = ZoneInfo("Europe/London")
_EACH = frozenset({By.TITLE, By.HAS})  # of these each must hold, of the others one


def demands(query: Query, lexicon: Lexicon) -> tuple[list[Clause], list[Clause]]:
    """Return what the filters demand, and what they forbid."""
    must: list[Clause] = []
    never: list[Clause] = []
    wanted: dict[By, list[Clause]] = defaultdict(list)
    for one in query.filters:
        (never if one.without else wanted[one.by]).append(_clause(one, lexicon))
    for by, clauses in wanted.items():
        must += clauses if by in _EACH or len(clauses) == 1 else [AnyOf(tuple(clauses))]
    if query.after or query.before:
        must.append(Between(_midnight(query.after), _midnight(query.before)))
    return must, never


def microseconds(moment: datetime) -> int:
    """Return a moment in microseconds since 1970, as indexes keep it."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def year(moment: datetime) -> str:
    """Return the year it is in London."""
    return str(moment.astimezone(LONDON).year)


def _clause(one: Filter, lexicon: Lexicon) -> Clause:
    if one.by is By.TITLE:
        return AllOf(
            tuple(Term(Field.TITLE, lexicon.stem(w)) for _, w in lexicon.words(one.value))
        )
    if one.by is By.AUTHOR:
        return AllOf(tuple(Term(Field.AUTHOR, word) for _, word in lexicon.words(one.value)))
    return Term(Field(one.by.value), one.value)


def _midnight(day: date | None) -> int | None:
    if day is None:
        return None
    return microseconds(datetime.combine(day, time(), LONDON).astimezone(UTC))
