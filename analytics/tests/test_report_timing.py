"""When reports are due, across short months and changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from analytics.models.reports import Covered, Frequency
from analytics.services.reporting.timing import Timing, days_covered, instant
from crm.core.clock import business_day, business_zone

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TIMINGS = st.builds(
    Timing,
    frequency=st.sampled_from(Frequency),
    time=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    weekday=st.integers(0, 6),
    day_of_month=st.integers(1, 31),
)
LONGEST = {Frequency.DAILY: 1, Frequency.WEEKLY: 7, Frequency.MONTHLY: 31}


def new_york(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=business_zone())  # type: ignore[arg-type, misc]


@given(timing=TIMINGS, at=MOMENTS)
def test_the_next_time_comes_after_the_last_and_none_lies_between(timing: Timing, at: datetime) -> None:
    last, following = timing.last_until(at), timing.next_after(at)
    assert last <= at < following
    assert timing.next_after(last) == following
    assert timing.last_until(following) == following
    assert following - last <= timedelta(days=LONGEST[timing.frequency], hours=1)


@given(timing=TIMINGS, at=MOMENTS)
def test_it_is_due_on_its_day_at_its_time_or_right_after_a_gap(timing: Timing, at: datetime) -> None:
    due = timing.next_after(at).astimezone(business_zone())
    if timing.frequency == Frequency.WEEKLY:
        assert due.weekday() == timing.weekday
    if timing.frequency == Frequency.MONTHLY:
        is_last = (due + timedelta(days=1)).month != due.month
        assert due.day == timing.day_of_month or (is_last and due.day < timing.day_of_month)
    assert due.time() == timing.time or (due.time() == time(3) and timing.time.hour == 2)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),  # 03:00, an hour is left out
        (date(2026, 3, 8), time(1, 59), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        (date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # twice: the first one
        (date(2026, 7, 1), time(7), datetime(2026, 7, 1, 11, tzinfo=UTC)),
        (date(2026, 12, 1), time(7), datetime(2026, 12, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_time_of_the_clock_is_one_instant(day: date, clock: time, expected: datetime) -> None:
    assert instant(day, clock) == expected


def test_an_hour_that_comes_twice_is_due_once() -> None:
    nightly = Timing(Frequency.DAILY, time(1, 30))
    first = nightly.next_after(new_york(2026, 11, 1, 0, 0))
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert nightly.next_after(first) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    monthly = Timing(Frequency.MONTHLY, time(7), day_of_month=31)
    at, days = new_york(2028, 1, 1), []
    for _ in range(5):
        at = monthly.next_after(at)
        days.append(business_day(at))
    assert days == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
        date(2028, 5, 31),
    ]


@pytest.mark.parametrize(
    ("covered", "day", "first", "last"),
    [
        (Covered.DAY, (2026, 11, 22), date(2026, 11, 21), date(2026, 11, 21)),
        (Covered.WEEK, (2026, 11, 23), date(2026, 11, 16), date(2026, 11, 22)),
        (Covered.MONTH_TO_DATE, (2026, 11, 22), date(2026, 11, 1), date(2026, 11, 21)),
        (Covered.MONTH_TO_DATE, (2026, 11, 1), date(2026, 10, 1), date(2026, 10, 31)),
        (Covered.MONTH, (2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        (Covered.QUARTER, (2026, 11, 22), date(2026, 7, 1), date(2026, 9, 30)),
        (Covered.QUARTER, (2026, 2, 1), date(2025, 10, 1), date(2025, 12, 31)),
        (Covered.YEAR, (2026, 1, 1), date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_report_covers_whole_days_before_it_is_due(
    covered: Covered, day: tuple[int, int, int], first: date, last: date
) -> None:
    assert days_covered(covered, new_york(*day, 7)) == (first, last)


def test_what_is_due_in_the_evening_is_about_the_business_day_not_the_one_of_utc(settings: Settings) -> None:
    assert days_covered(Covered.DAY, datetime(2026, 11, 22, 3, tzinfo=UTC)) == (
        date(2026, 11, 20),
        date(2026, 11, 20),
    )
