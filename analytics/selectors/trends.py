"""Revenue along a period: smoothed, by weekday, and added up beside the period before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final

from analytics.choices import Dimension
from analytics.selectors.comparing import Compared
from analytics.selectors.figures import Figures, figures_by_bucket, figures_by_day
from analytics.selectors.series import bucket_label
from crm.core.clock import business_day
from crm.core.periods import Granularity, Period, first_day

SMOOTHED: Final = 7  # days
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Point:
    """One day, week or month. Money is of all its days in the period; `average` is of a day."""

    label: str
    leads: int
    revenue: Decimal
    average: Decimal
    cumulative: Decimal
    previous_cumulative: Decimal


@dataclass(frozen=True, slots=True)
class Weekday:
    """The mean of its whole days in the period; None where there are none."""

    name: str
    days: int
    leads: float | None
    revenue: float | None
    index: float | None  # revenue against the mean day's, 100 is the same


@dataclass(frozen=True, slots=True)
class Trend:
    """Revenue along a period."""

    granularity: Granularity
    points: list[Point]
    weekdays: list[Weekday]
    revenue: Compared
    leads: Compared


def revenue_trend(
    period: Period, *, agency: str | None = None, granularity: Granularity | None = None
) -> Trend:
    """By days, weeks or months; of all agencies or of one. Two statements."""
    dimension = Dimension.TOTAL if agency is None else Dimension.AGENCY
    fine = granularity or period.granularity
    fine = "day" if fine == "hour" else fine
    before_it = period.start - timedelta(days=SMOOTHED - 1)
    days = figures_by_day(before_it, period.end, dimension, agency)
    earlier = {
        business_day(start): figures
        for start, figures in figures_by_bucket(period.previous(), dimension, agency).items()
    }
    of_period = [days.get(day, Figures()) for day in _days(period)]
    return Trend(
        granularity=fine,
        points=_points(period, fine, days, earlier),
        weekdays=_weekdays(period, days),
        revenue=Compared(_revenue(of_period), _revenue(earlier.values())),
        leads=Compared(sum(one.leads for one in of_period), sum(one.leads for one in earlier.values())),
    )


def _points(
    period: Period, granularity: Granularity, days: dict[date, Figures], earlier: dict[date, Figures]
) -> list[Point]:
    back = timedelta(days=period.days)
    summed = dict(
        zip(_days(period), accumulate(_revenue_on(days, day) for day in _days(period)), strict=True)
    )
    summed_before = dict(
        zip(_days(period), accumulate(_revenue_on(earlier, day - back) for day in _days(period)), strict=True)
    )
    return [
        Point(
            label=bucket_label(start, granularity),
            leads=sum(days[day].leads for day in held if day in days),
            revenue=sum((_revenue_on(days, day) for day in held), Decimal(0)),
            average=_smoothed(days, held[-1]),
            cumulative=summed[held[-1]],
            previous_cumulative=summed_before[held[-1]],
        )
        for start, held in _held(period, granularity)
    ]


def _held(period: Period, granularity: Granularity) -> list[tuple[datetime, list[date]]]:
    """Each bucket with its days in the period."""
    held: dict[date, list[date]] = {}
    for day in _days(period):
        held.setdefault(first_day(day, granularity), []).append(day)
    return list(zip(period.buckets(granularity), held.values(), strict=True))


def _smoothed(days: dict[date, Figures], last: date) -> Decimal:
    week = (_revenue_on(days, last - timedelta(days=back)) for back in range(SMOOTHED))
    return round(sum(week, Decimal(0)) / SMOOTHED, 2)


def _weekdays(period: Period, days: dict[date, Figures]) -> list[Weekday]:
    """A day that is not over yet would make its weekday look poor."""
    whole = [day for day in _days(period) if not (period.is_running and day == period.end)]
    mean = float(_revenue(days[day] for day in whole if day in days)) / len(whole) if whole else 0
    return [
        _weekday(name, [days.get(day, Figures()) for day in whole if day.weekday() == number], mean)
        for number, name in enumerate(WEEKDAYS)
    ]


def _weekday(name: str, found: list[Figures], mean: float) -> Weekday:
    if not found:
        return Weekday(name, 0, None, None, None)
    revenue = float(_revenue(found)) / len(found)
    return Weekday(
        name=name,
        days=len(found),
        leads=round(sum(one.leads for one in found) / len(found), 1),
        revenue=round(revenue, 2),
        index=round(100 * revenue / mean, 1) if mean else None,
    )


def _days(period: Period) -> list[date]:
    return [period.start + timedelta(days=number) for number in range(period.days)]


def _revenue_on(days: dict[date, Figures], day: date) -> Decimal:
    return days[day].revenue if day in days else Decimal(0)


def _revenue(found: Iterable[Figures]) -> Decimal:
    return sum((one.revenue for one in found), Decimal(0))
