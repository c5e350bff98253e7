"""When a schedule is due, and which days its report covers: the business's clock, pure functions."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from analytics.models.reports import Covered, Frequency
from crm.core.clock import business_day, business_zone

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timing:
    """A time of the business's clock, every day, on a weekday (0 is Monday) or on a day of the month."""

    frequency: Frequency
    time: time
    weekday: int = 0
    day_of_month: int = 1

    def next_after(self, at: datetime) -> datetime:
        """The first time it is due after `at`."""
        return next(due for due in self._from(business_day(at) - DAY, DAY) if due > at)

    def last_until(self, at: datetime) -> datetime:
        """The last time it was due, `at` included."""
        return next(due for due in self._from(business_day(at) + DAY, -DAY) if due <= at)

    def _from(self, day: date, step: timedelta) -> Iterator[datetime]:
        while True:
            if self._is_due(day):
                yield instant(day, self.time)
            day += step

    def _is_due(self, day: date) -> bool:
        if self.frequency == Frequency.WEEKLY:
            return day.weekday() == self.weekday
        if self.frequency == Frequency.MONTHLY:
            return day.day == min(self.day_of_month, monthrange(day.year, day.month)[1])
        return True


def instant(day: date, clock: time) -> datetime:
    """The first moment at which the business's clocks show `clock` on `day`, in UTC.

    A time that a change of the clocks leaves out becomes the first one after the gap.
    """
    zone = business_zone()
    wall = datetime.combine(day, clock)
    while wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        wall = wall.replace(second=0, microsecond=0) + MINUTE
    return wall.replace(tzinfo=zone).astimezone(UTC)


def days_covered(covered: Covered, due_at: datetime) -> tuple[date, date]:
    """The first and the last day, both included, of a report due at `due_at`: whole days, never today."""
    today = business_day(due_at)
    last = today - DAY
    month = today.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    match covered:
        case Covered.DAY:
            return last, last
        case Covered.WEEK:
            return today - 7 * DAY, last
        case Covered.MONTH_TO_DATE:
            return last.replace(day=1), last
        case Covered.MONTH:
            return (month - DAY).replace(day=1), month - DAY
        case Covered.QUARTER:
            return _quarter_before(quarter), quarter - DAY
        case Covered.YEAR:
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def _quarter_before(quarter: date) -> date:
    last = quarter - DAY
    return date(last.year, last.month - 2, 1)
