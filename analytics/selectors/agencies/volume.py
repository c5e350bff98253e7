"""How many leads an agency sends: by day, whether that rises or falls, and whether the month's goal is in reach."""

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

from django.db import connection

from analytics.choices import Dimension
from analytics.selectors.comparing import percent
from analytics.statistics import Counted, theil_sen, upper_tail
from analytics.statistics.seasonal import seasonal_kendall
from crm.core.clock import business_day, day_bounds

TREND_DAYS = 84  # twelve whole weeks that end yesterday
SHORTEST_TREND = 28
TREND_LEVEL = 0.01
MOST_FACTOR = 2.0
SHOWN_DAYS = 30
PACE_DAYS = 28  # whole weeks that end yesterday: what is to be expected of the rest of the month
MONTH = 365 / 12  # days

_DAILY = """
SELECT key, bucket, sum(leads)::int FROM analytics_counted
 WHERE dimension = %(dimension)s AND bucket >= %(since)s AND bucket < %(until)s AND key = ANY (%(codes)s)
 GROUP BY key, bucket
"""


@dataclass(frozen=True, slots=True)
class Trend:
    """Whether leads a day rise or fall; `slope` is in leads a day, a week."""

    direction: str  # up, flat or down
    slope: float
    p: float | None
    factor: float  # the last week's level by the first one's, 0.5 to 2; 1 where flat
    days: int


@dataclass(frozen=True, slots=True)
class Volume:
    """The leads of an agency by day, until `now`."""

    now: datetime
    whole_days: tuple[int, ...]  # TREND_DAYS of them, the last one is yesterday
    this_month: int

    @property
    def shown_days(self) -> dict[date, int]:
        """The last SHOWN_DAYS whole days, none left out."""
        first = business_day(self.now) - timedelta(days=SHOWN_DAYS)
        days = self.whole_days[-SHOWN_DAYS:]
        return {first + timedelta(days=place): leads for place, leads in enumerate(days)}

    @property
    def last_month(self) -> int:
        """Leads of the last 30 whole days."""
        return sum(self.whole_days[-SHOWN_DAYS:])

    @property
    def sending_days(self) -> int:
        """Whole days since the first lead of the window."""
        return len(_since_first(self.whole_days))

    @property
    def daily_mean(self) -> float:
        """Leads a day in the last PACE_DAYS whole days."""
        return fmean(self.whole_days[-PACE_DAYS:])

    def goal_progress(self, goal: int) -> float | None:
        """Per cent of this calendar month's goal; None without one."""
        return percent(self.this_month, goal)

    def halves(self, days: int) -> tuple[float, float]:
        """Leads a day in the later and in the earlier half of the last `days` whole days."""
        shown = self.whole_days[-days:]
        return fmean(shown[days // 2 :]), fmean(shown[: days // 2])

    def trend(self) -> Trend:
        """Direction by the seasonal Kendall test over the whole days since the first lead, slope by the median over all
        pairs of their whole weeks; flat where days are few.
        """
        days = _since_first(self.whole_days)
        if len(days) < SHORTEST_TREND:
            return Trend("flat", 0.0, None, 1.0, len(days))
        weeks = [fmean(days[end - 7 : end]) for end in range(len(days), 6, -7)][::-1]
        slope, start = theil_sen(weeks)
        z, p = seasonal_kendall(days)
        if p > TREND_LEVEL:
            return Trend("flat", slope, p, 1.0, len(days))
        factor = max(start + slope * (len(weeks) - 1), 0.0) / max(start, 0.01)
        if z > 0:
            return Trend("up", slope, p, min(max(factor, 1.0), MOST_FACTOR), len(days))
        return Trend("down", slope, p, max(min(factor, 1.0), 1 / MOST_FACTOR), len(days))

    def pace(self, goal: int) -> "Pace | None":
        """Where the month is heading; None without a goal, or with less than PACE_DAYS of leads."""
        if not goal or self.sending_days < PACE_DAYS:
            return None
        today = business_day(self.now)
        days = self.whole_days[-PACE_DAYS:]
        by_weekday = _by_weekday(days, today - timedelta(days=PACE_DAYS))
        start, end = day_bounds(today)
        left_today = (end - self.now) / (end - start)
        last = calendar.monthrange(today.year, today.month)[1]
        ahead = [date(today.year, today.month, day) for day in range(today.day + 1, last + 1)]
        to_come = by_weekday[today.weekday()] * left_today + sum(by_weekday[day.weekday()] for day in ahead)
        dispersion = _dispersion(days, by_weekday, today - timedelta(days=PACE_DAYS))
        dispersion *= 1 + to_come / max(sum(days), 1)  # the pace itself is known from so many leads only
        missing = goal - self.this_month
        chance = (
            1.0 if missing <= 0 else upper_tail(missing, Counted(to_come, dispersion)) if to_come else 0.0
        )
        return Pace(goal, self.this_month, self.this_month + to_come, len(ahead) + left_today, chance)


@dataclass(frozen=True, slots=True)
class Pace:
    """The month so far and where it is heading if leads keep coming as in the last four weeks."""

    goal: int
    so_far: int
    projected: float
    days_left: float
    chance: float  # of reaching the goal


def volumes(codes: Collection[str], now: datetime) -> dict[str, Volume]:
    """Of each of these agencies, in one statement."""
    today = business_day(now)
    first = today - timedelta(days=TREND_DAYS)
    asked: dict[str, Any] = {
        "dimension": Dimension.AGENCY,
        "since": day_bounds(first)[0],
        "until": day_bounds(today)[1],
        "codes": list(codes),
    }
    with connection.cursor() as cursor:
        cursor.execute(_DAILY, asked)
        counted = {(key, business_day(bucket)): leads for key, bucket, leads in cursor.fetchall()}
    days = [first + timedelta(days=place) for place in range(TREND_DAYS + 1)]
    return {code: _volume([counted.get((code, day), 0) for day in days], now) for code in codes}


def _volume(daily: Sequence[int], now: datetime) -> Volume:
    """Of the days until today; the month has begun within them."""
    return Volume(now, tuple(daily[:-1]), sum(daily[-business_day(now).day :]))


def _since_first(days: Sequence[int]) -> Sequence[int]:
    first = next((place for place, leads in enumerate(days) if leads), len(days))
    return days[first:]


def _by_weekday(days: Sequence[int], first: date) -> list[float]:
    return [fmean(days[(weekday - first.weekday()) % 7 :: 7]) for weekday in range(7)]


def _dispersion(days: Sequence[int], by_weekday: Sequence[float], first: date) -> float:
    """Variance by mean around the weekdays' means, 1 at least: leads come in bursts (Pearson's statistic)."""
    means = [by_weekday[(first + timedelta(days=place)).weekday()] for place in range(len(days))]
    surplus = sum((leads - mean) ** 2 / mean for leads, mean in zip(days, means, strict=True) if mean)
    return max(1.0, surplus / (len(days) - 7))
