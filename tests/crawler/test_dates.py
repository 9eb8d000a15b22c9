from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import EARLIEST, read_date

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Tue, 04 Mar 2021 09:30:00 +0000", moment(2021, 3, 4, 9, 30)),
        ("Fri, 14 Jun 2019 09:30:00 BST", moment(2019, 6, 14, 8, 30)),
        ("Fri, 14 Jun 2019 09:30:00 GMT+1", moment(2019, 6, 14, 8, 30)),
        ("Fri, 14 Jun 2019 09:30:00 -0000", moment(2019, 6, 14, 9, 30)),
        ("Fri, 14 Jun 2019 09:30:15 UT", moment(2019, 6, 14, 9, 30, 15)),
        ("14 Jun 94 09:30 EST", None),
        ("14 Jun 99 09:30 EST", moment(1999, 6, 14, 14, 30)),
        ("14Jun2019", moment(2019, 6, 14, 11)),
        ("Mon, 14-Jun-2019 09:30:00 GMT", moment(2019, 6, 14, 9, 30)),
        ("Thu, 5 September 2024 10:00:00 UT", moment(2024, 9, 5, 10)),
        ("Sun Jan  4 16:29:06 PST 2004", moment(2004, 1, 5, 0, 29, 6)),
        ("2019-06-14T09:30:00Z", moment(2019, 6, 14, 9, 30)),
        ("2019-06-14T09:30:00.123456+01:00", moment(2019, 6, 14, 8, 30)),
        ("2019-06-14T09:30:00,5-05", moment(2019, 6, 14, 14, 30)),
        ("20190614T093000Z", moment(2019, 6, 14, 9, 30)),
        ("20190614", moment(2019, 6, 14, 11)),
        ("2019-06", moment(2019, 6, 1, 11)),
        ("2019/6/4 9:05", moment(2019, 6, 4, 8, 5)),
        ("1614850200", moment(2021, 3, 4, 9, 30)),
        ("1614850200123", moment(2021, 3, 4, 9, 30)),
        ("Thu, 31 Dec 2020 24:00:00 GMT", moment(2021, 1, 1)),
        ("2016-12-31T23:59:60Z", moment(2016, 12, 31, 23, 59, 59)),
        ("9.30am on 14th of June 2019", moment(2019, 6, 14, 8, 30)),
        ("14 June 2019, 9pm", moment(2019, 6, 14, 20)),
        ("14 June 2019 12:30 p.m.", moment(2019, 6, 14, 11, 30)),
        ("14 June 2019 12:30am", moment(2019, 6, 13, 23, 30)),
        ("June 14th, 2019 at 09:30", moment(2019, 6, 14, 8, 30)),
        ("14.06.2019", moment(2019, 6, 14, 11)),
        ("6/14/19 9:30", moment(2019, 6, 14, 8, 30)),
    ],
)
def test_a_date_is_read_as_it_was_meant(text: str, meant: datetime | None) -> None:
    assert read_date(text, NOW) == meant


@pytest.mark.rule(33)
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2019-06-14", moment(2019, 6, 14, 11)),
        ("2019-01-14", moment(2019, 1, 14, 12)),
        ("Fri, 14 Jun 2019", moment(2019, 6, 14, 11)),
        ("2019-06-14 00:10", moment(2019, 6, 13, 23, 10)),
        ("2019-01-14T09:30:00", moment(2019, 1, 14, 9, 30)),
        ("Fri, 14 Jun 2019 09:30:00 XYZ", moment(2019, 6, 14, 8, 30)),
        ("Fri, 14 Jun 2019 09:30:00 +9900", moment(2019, 6, 14, 8, 30)),
    ],
)
def test_what_has_no_time_or_zone_is_of_london(text: str, meant: datetime) -> None:
    assert read_date(text, NOW) == meant


@pytest.mark.parametrize(
    ("month", "number"),
    [
        ("Ionawr", 1),
        ("Chwefror", 2),
        ("Mawrth", 3),
        ("Ebrill", 4),
        ("Mai", 5),
        ("Mehefin", 6),
        ("Gorffennaf", 7),
        ("Awst", 8),
        ("Medi", 9),
        ("Hydref", 10),
        ("Tachwedd", 11),
        ("Rhagfyr", 12),
    ],
)
def test_months_may_be_welsh_and_tuesdays_look_like_march(month: str, number: int) -> None:
    assert read_date(f"Dydd Mawrth, 4ydd {month} 2021 12:00 GMT", NOW) == moment(
        2021, number, 4, 12
    )


@pytest.mark.rule(32)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "12 of them",
        "Dec 2021",
        "May we? 12 times",
        "0000-00-00 00:00:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "31 February 2020",
        "2019-06-14T25:00:00Z",
        "2019-06-14T09:61:00Z",
        "2019-13-13",
        "9999-12-31T23:59:59-14:00",
        "2028-12-25",
        "1994-12-31",
        "12" * 10_000,
        "١٢/٠٣/٢٠٢",
    ],
)
def test_what_cannot_be_true_is_no_date(text: str) -> None:
    assert read_date(text, NOW) is None


@pytest.mark.rule(32)
def test_a_post_may_be_announced_for_the_coming_year_and_no_further() -> None:
    assert read_date((NOW + timedelta(days=365)).isoformat(), NOW) == NOW + timedelta(days=365)
    assert read_date((NOW + timedelta(days=367)).isoformat(), NOW) is None


@given(st.text(max_size=150))
def test_any_text_is_a_believable_date_or_none(text: str) -> None:
    found = read_date(text, NOW)
    assert found is None or EARLIEST <= found <= NOW + timedelta(days=366)


@given(st.datetimes(datetime(1995, 1, 2), datetime(2026, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_what_python_writes_is_read_back(when: datetime, minutes: int) -> None:
    aware = when.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    expected = aware if aware >= EARLIEST else None
    assert read_date(aware.isoformat(), NOW) == expected
    assert read_date(format_datetime(aware), NOW) == expected
