"""Figures along a period, bucket by bucket, none left out."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from analytics.choices import Dimension
from analytics.selectors.figures import Figures, figures_by_bucket
from crm.core.clock import business_day, business_zone
from crm.core.periods import Granularity, Period, first_day


@dataclass(frozen=True, slots=True)
class Bucket:
    """The figures of one hour, day, week or month, as far as it belongs to the period.

    Labelled by its beginning: an hour with its offset from UTC, a day, a week's Monday, a month as 2026-01.
    """

    label: str
    figures: Figures


def series(
    period: Period, *, agency: str | None = None, granularity: Granularity | None = None
) -> list[Bucket]:
    """Of all agencies or of one, by default as fine as the period's own granularity. One statement."""
    fine = granularity or period.granularity
    found = _hours(period, agency) if fine == "hour" else _days(period, agency, fine)
    return [
        Bucket(label, found.get(label, Figures()))
        for label in (bucket_label(start, fine) for start in period.buckets(fine))
    ]


def bucket_label(start: datetime, granularity: Granularity) -> str:
    """The name of the bucket that begins at `start`."""
    if granularity == "hour":
        return start.astimezone(business_zone()).isoformat()
    day = business_day(start)
    return f"{day:%Y-%m}" if granularity == "month" else day.isoformat()


def _hours(period: Period, agency: str | None) -> dict[str, Figures]:
    found = figures_by_bucket(period, Dimension.HOUR, agency)
    return {bucket_label(start, "hour"): figures for start, figures in found.items()}


def _days(period: Period, agency: str | None, granularity: Granularity) -> dict[str, Figures]:
    """Sums of days: by the date, as not every zone's midnight is one instant only."""
    dimension = Dimension.TOTAL if agency is None else Dimension.AGENCY
    parts: dict[str, list[Figures]] = defaultdict(list)
    for start, figures in figures_by_bucket(period, dimension, agency).items():
        first = first_day(business_day(start), granularity)
        parts[f"{first:%Y-%m}" if granularity == "month" else first.isoformat()].append(figures)
    return {label: Figures.total(days) for label, days in parts.items()}
