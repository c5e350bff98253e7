"""Periods: what may be asked, what they are compared with, how they are cut up, also where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from crm.core.clock import business_day, day_bounds
from crm.core.exceptions import InvalidInput
from crm.core.periods import DAYS, EARLIEST, LONGEST, Period, first_day, period_of

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # 10:30 in New York
TODAY = date(2026, 11, 22)
ZONES = ("America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")

zones = st.sampled_from(ZONES)
moments = st.integers(0, 10 * 366 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def asked(**query: str) -> Period:
    return period_of(query, now=NOW)


@pytest.mark.parametrize(("word", "days"), [*DAYS.items(), ("1", 1), ("45", 45), ("1830", LONGEST)])
def test_a_word_or_a_number_of_days_ends_today(word: str, days: int) -> None:
    period = asked(period=f" {word.upper()} ")
    assert (period.end, period.days, period.until) == (TODAY, days, NOW)
    assert period.is_running


@pytest.mark.parametrize(("word", "name"), [("30", "30"), ("0030", "30"), ("Week", "week")])
def test_a_number_of_days_is_named_plainly(word: str, name: str) -> None:
    assert asked(period=word).name == name


def test_without_a_word_it_is_the_month() -> None:
    assert asked().days == 30


@pytest.mark.parametrize("word", ["custom", ""])
def test_two_dates_are_a_period_with_or_without_the_word(word: str) -> None:
    period = asked(period=word, startDate="2026-10-30", endDate="2026-11-02")
    assert (period.name, period.days, period.is_running) == ("custom", 4, False)
    assert period.bounds == (
        datetime(2026, 10, 30, 4, tzinfo=UTC),
        datetime(2026, 11, 3, 5, tzinfo=UTC),
    )  # summer time at one end, winter time at the other


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "fortnight"}, "period"),
        ({"period": "0"}, "period"),
        ({"period": "-7"}, "period"),
        ({"period": "1831"}, "period"),
        ({"period": "9" * 5000}, "period"),
        ({"period": "0000000030"}, "period"),
        ({"period": "00007"}, "period"),
        ({"period": "3.5"}, "period"),
        ({"period": "٣"}, "period"),
        ({"period": "custom"}, "startDate"),
        ({"period": "custom", "startDate": "2026-11-01"}, "endDate"),
        ({"endDate": "2026-11-01"}, "startDate"),
        ({"period": "custom", "startDate": "2026-02-30", "endDate": "2026-03-01"}, "startDate"),
        ({"startDate": "2026-01-01", "endDate": "soon"}, "endDate"),
        ({"startDate": "20260101", "endDate": "2026-02-01"}, "startDate"),
        ({"startDate": "2026-01-01", "endDate": "2026-W05-1"}, "endDate"),
        ({"startDate": "2026-11-02", "endDate": "2026-11-01"}, "startDate"),
        ({"startDate": "2026-11-02", "endDate": "2026-11-23"}, "endDate"),
        ({"startDate": "2016-11-22", "endDate": "2026-11-21"}, "startDate"),
        ({"startDate": "1999-12-31", "endDate": "2000-01-02"}, "startDate"),
        ({"startDate": "0001-01-01", "endDate": "0001-01-02"}, "startDate"),
        ({"startDate": "9999-12-31", "endDate": "9999-12-31"}, "endDate"),
        ({"period": "week", "startDate": "2026-11-01", "endDate": "2026-11-02"}, "period"),
    ],
)
def test_nonsense_is_refused_by_the_parameters_name(query: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(**query)
    assert list(refused.value.details) == [field]


def test_today_is_the_businesss_today_and_not_the_servers() -> None:
    late = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)  # 23:59 in New York
    assert period_of({"period": "today"}, now=late).end == TODAY
    with pytest.raises(InvalidInput):
        period_of({"startDate": "2026-11-23", "endDate": "2026-11-23"}, now=late)


@pytest.mark.parametrize(
    ("days", "granularity"),
    [(1, "hour"), (2, "hour"), (3, "day"), (92, "day"), (93, "week"), (200, "week"), (201, "month")],
)
def test_the_longer_the_coarser(days: int, granularity: str) -> None:
    assert asked(period=str(days)).granularity == granularity


@given(zone=zones, now=moments, days=st.integers(1, LONGEST))
def test_the_previous_period_is_as_long_and_right_before(zone: str, now: datetime, days: int) -> None:
    with override_settings(BUSINESS_TIME_ZONE=zone):
        period = period_of({"period": str(days)}, now=now)
        previous = period.previous()
        assert previous.days == period.days
        assert previous.end + timedelta(days=1) == period.start
        assert previous.bounds[1] <= period.bounds[0]
        wall = (period.until.astimezone(ZoneInfo(zone)) - timedelta(days=days)).time()
        assert (
            not previous.is_cut
            or previous.until.astimezone(ZoneInfo(zone)).time() == wall
            or _is_change(previous)
        )


def _is_change(period: Period) -> bool:
    """Whether the clocks change on its last day: then an hour of the clock may not be there."""
    start, end = day_bounds(period.end)
    return end.astimezone(UTC) - start.astimezone(UTC) != timedelta(days=1)


@given(
    zone=zones,
    start=st.dates(EARLIEST, date(2026, 11, 22)),
    days=st.integers(1, LONGEST),
    part=st.floats(0, 1, exclude_max=True),
)
def test_every_instant_of_a_period_is_in_one_bucket(zone: str, start: date, days: int, part: float) -> None:
    with override_settings(BUSINESS_TIME_ZONE=zone):
        end = min(start + timedelta(days=days - 1), date(2026, 11, 22))
        period = Period("custom", start, end, day_bounds(end)[1])
        first, last = (at.astimezone(UTC) for at in period.bounds)
        at = min(first + part * (last - first), last - timedelta.resolution)
        buckets = [bucket.astimezone(UTC) for bucket in period.buckets()]
        assert buckets == sorted(set(buckets))
        assert buckets[0] <= first < last
        assert buckets[-1] < last
        if period.granularity != "hour":
            held = max(bucket for bucket in buckets if bucket <= at)
            assert business_day(held) == first_day(business_day(at), period.granularity)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/New_York", date(2026, 11, 2), 24),
        ("Asia/Kathmandu", date(2026, 3, 8), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25),  # half an hour longer: one of them is half a one
        ("Australia/Lord_Howe", date(2026, 10, 4), 24),  # half an hour shorter
    ],
)
@pytest.mark.django_db
def test_hours_are_those_that_the_database_counts_by(zone: str, day: date, hours: int) -> None:
    with override_settings(BUSINESS_TIME_ZONE=zone):
        start, end = day_bounds(day)
        buckets = Period("custom", day, day, end).buckets()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT date_trunc('hour', at, %s) FROM generate_series(%s, %s, interval '1 minute') at ORDER BY 1",
                [zone, start, end - timedelta(minutes=1)],
            )
            assert [hour for (hour,) in cursor.fetchall()] == [bucket.astimezone(UTC) for bucket in buckets]
    assert len(buckets) == hours
    assert len({bucket.isoformat() for bucket in buckets}) == hours


def test_a_running_day_has_the_hours_that_have_begun() -> None:
    assert len(asked(period="today").buckets()) == 11


def test_buckets_as_coarse_as_asked() -> None:
    period = asked(startDate="2026-10-30", endDate="2026-11-02")
    days = [business_day(bucket).isoformat() for bucket in period.buckets("week")]
    assert days == ["2026-10-26", "2026-11-02"]
    assert [f"{business_day(bucket):%Y-%m}" for bucket in period.buckets("month")] == ["2026-10", "2026-11"]
    assert len(period.buckets("day")) == 4
