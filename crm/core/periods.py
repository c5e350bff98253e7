"""Periods of business days: what `?period=month` means, what it is compared with, and how a chart cuts it up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NoReturn

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from crm.core.clock import business_day, business_zone, day_bounds
from crm.core.exceptions import InvalidInput

Granularity = Literal["hour", "day", "week", "month"]

DAYS = {"today": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
"""Each ends today: so many whole days with the business's today as the last one."""
CUSTOM = "custom"
LONGEST = 1_830  # days: five years
EARLIEST = date(2000, 1, 1)
FINEST: tuple[tuple[int, Granularity], ...] = ((2, "hour"), (92, "day"), (200, "week"), (LONGEST, "month"))
"""Up to so many days, so fine a chart."""


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from `start` to `end`, both included; of one that holds today only what was until `until`."""

    name: str
    start: date
    end: date
    until: datetime
    is_cut: bool = False
    """Whether `until` leaves out a part of the last day that has been counted already."""

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first instant, and the first one after it."""
        return day_bounds(self.start)[0], self.until

    @property
    def is_running(self) -> bool:
        """Whether its last day is not over."""
        return self.until < day_bounds(self.end)[1]

    @property
    def granularity(self) -> Granularity:
        return next(name for longest, name in FINEST if self.days <= longest)

    def previous(self) -> "Period":
        """As many days right before; where this one ends at ten in the morning, that one does too."""
        return self.earlier(self.days)

    def earlier(self, days: int) -> "Period":
        """The same so many days before, until the same time of day.

        By the clock on the wall: over a change of the clocks the two differ by an hour in length.
        """
        back = timedelta(days=days)
        start, end = self.start - back, self.end - back
        whole = Period("previous", start, end, day_bounds(end)[1])
        if not self.is_running:
            return whole
        wall = (self.until.astimezone(business_zone()).replace(tzinfo=None) - back).replace(
            tzinfo=business_zone()
        )
        return replace(whole, until=wall, is_cut=True) if wall < whole.until else whole

    def buckets(self, granularity: Granularity | None = None) -> list[datetime]:
        """The first instant of each hour, day, week (from Monday) or month that the period touches, none left out.

        As fine as `granularity`, by default the period's own. The first week or month may begin before the period:
        it is named by its own beginning.
        """
        return list(_buckets(self, granularity or self.granularity))


def period_of(asked: Mapping[str, str], *, now: datetime | None = None, default: str = "month") -> Period:
    """The period that `period`, `startDate` and `endDate` of a query ask for.

    A word of `DAYS`, a number of days (`30`), or two dates, with or without `custom`. Raises InvalidInput naming the
    parameter: unknown word, missing or unreadable date, reversed, in the future, longer than `LONGEST` days.
    """
    now = now or timezone.now()
    today = business_day(now)
    word = asked.get("period", "").strip().lower()
    has_dates = bool(asked.get("startDate") or asked.get("endDate"))
    if word == CUSTOM or (has_dates and not word):
        start, end = _date(asked, "startDate"), _date(asked, "endDate")
        _check(start, end, today)
        return Period(CUSTOM, start, end, min(now, day_bounds(end)[1]))
    if has_dates:
        _refuse(
            "period", f"startDate and endDate belong to period={CUSTOM}; leave them out with period={word}."
        )
    word = word or default
    days = DAYS.get(word) or _number(word)
    name = word if word in DAYS else str(days)
    return Period(name, today - timedelta(days=days - 1), today, now)


def first_day(day: date, granularity: Granularity) -> date:
    """The first day of the week or month that holds `day`; of anything finer `day` itself."""
    if granularity == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity == "month" else day


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit()):
        _refuse("period", f"One of {', '.join(DAYS)}, {CUSTOM}, or a number of days.")
    is_short = len(word) <= len(
        str(LONGEST)
    )  # no number of days is longer, and some strings are too long for int()
    if not is_short or not 1 <= int(word) <= LONGEST:
        _refuse("period", f"From 1 to {LONGEST:,} days.")
    return int(word)


def _date(asked: Mapping[str, str], name: str) -> date:
    text = asked.get(name, "").strip()
    if not text:
        _refuse(
            name, f"A custom period needs startDate and endDate, as {date(2026, 1, 31)}; {name} is missing."
        )
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # Python reads 20260131 and 2026-W05-6, too
        _refuse(name, f"Not a date: give it as {date(2026, 1, 31)}.")
    return day


def _check(start: date, end: date, today: date) -> None:
    if start > end:
        _refuse("startDate", "startDate is after endDate; exchange them.")
    if end > today:
        _refuse("endDate", f"In the future: the business's today is {today}.")
    if start < EARLIEST:
        _refuse("startDate", f"Not before {EARLIEST}.")
    if (end - start).days >= LONGEST:
        _refuse(
            "startDate", f"A period has {LONGEST:,} days at most; this one has {(end - start).days + 1:,}."
        )


def _refuse(name: str, sentence: str) -> NoReturn:
    raise InvalidInput(sentence, **{name: [sentence]})


def _buckets(period: Period, granularity: Granularity) -> Iterator[datetime]:
    if granularity == "hour":
        yield from _hours(*period.bounds)
        return
    day, step = first_day(period.start, granularity), _STEPS[granularity]
    while day <= period.end:
        yield day_bounds(day)[0]
        day += step


def _hours(start: datetime, until: datetime) -> Iterator[datetime]:
    """The hours of the clock on the wall, as PostgreSQL's date_trunc cuts them.

    A day has 23 or 25 of them where the clocks change. Looked at every half hour, as some clocks change by that.
    """
    zone, last = business_zone(), None
    at = start.astimezone(UTC)
    while at < until:
        hour = at - timedelta(minutes=at.astimezone(zone).minute)
        if hour != last:
            yield hour.astimezone(zone)
        at, last = at + timedelta(minutes=30), hour


_STEPS: dict[str, timedelta | relativedelta] = {
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": relativedelta(months=1),
}
