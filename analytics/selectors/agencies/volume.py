"""How many leads an agency sends: by day, whether that rises or falls, and whether the month's goal is in reach."""

import calendar
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

from django.db import connection

from analytics.choices import Dimension
from analytics.selectors.comparing import percent
from analytics.statistics import Counted, normal_quantile, theil_sen, upper_tail
from analytics.statistics.seasonal import seasonal_kendall
from crm.core.clock import business_day, day_bounds

TREND_DAYS = 84  # twelve whole weeks that end yesterday
SHORTEST_TREND = 28
FEWEST = 30
"""Leads without which there is no trend, and nothing is said about the goal."""
TREND_LEVEL = 0.01
MOST_FACTOR = 2.0
SHOWN_DAYS = 30
PACE_DAYS = 28  # whole weeks that end yesterday: what is to be expected of the rest of the month
MONTH = 365 / 12  # days
UNLIKELY, LIKELY = 0.05, 0.95  # chance of reaching the month's goal
SHORT, AMPLE = 0.9, 1.1  # projected end of the month by goal; closer to it is no news
SILENT_DAYS = 6  # at the beginning of a month
INTERVAL = 0.8

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
        """Direction by the seasonal Kendall test over the whole days after the first lead, slope by the median over all
        pairs of their whole weeks; flat where days or leads are few.
        """
        days = days_of_trend(self.whole_days)
        if len(days) < SHORTEST_TREND or sum(days) < FEWEST:
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
        half = normal_quantile(INTERVAL) * math.sqrt(dispersion * to_come)
        return Pace(
            goal=goal,
            so_far=self.this_month,
            projected=self.this_month + to_come,
            low=self.this_month + max(to_come - half, 0.0),
            high=self.this_month + to_come + half,
            days_left=len(ahead) + left_today,
            chance=chance,
            is_told=today.day > SILENT_DAYS and sum(days) >= FEWEST,
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """The month so far and where it is heading if leads keep coming as in the last four weeks."""

    goal: int
    so_far: int
    projected: float
    low: float  # with `high`, holds the month's end with INTERVAL
    high: float
    days_left: float
    chance: float  # of reaching the goal
    is_told: bool  # enough leads and days to say something of it

    @property
    def is_behind(self) -> bool:
        """Whether to say that the goal is hardly reached. A forecast, not a test: as often wrong as its chance says."""
        return self.is_told and self.chance < UNLIKELY and self.projected < SHORT * self.goal

    @property
    def is_ahead(self) -> bool:
        """Whether to say that the goal is as good as reached, and well exceeded."""
        return self.is_told and self.chance > LIKELY and self.projected > AMPLE * self.goal


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


def days_of_trend(days: Sequence[int]) -> Sequence[int]:
    """Those after the first lead: a day that is chosen for having one would make a trend that falls.

    All where the window begins with a lead: then nothing is chosen.
    """
    return days if days and days[0] else _since_first(days)[1:]


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
