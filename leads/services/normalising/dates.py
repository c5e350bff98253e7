"""Days and moments, in ISO and in American forms."""

import functools
import re
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from leads.services.normalising.text import UnreadableError, stated

OLDEST = date(1900, 1, 1)
SPREADSHEET_EPOCH = date(1899, 12, 30)
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sept",
]

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_TIME = (
    r"(?:[T\s,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}(?::\d{2})?)?)?"
)
FORMS = tuple(
    re.compile(f"{_WEEKDAY}{day}{_TIME}", re.IGNORECASE | re.ASCII)
    for day in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4}|\d{2})",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s]+(?P<name>[a-z]{3,9})\.?,?[-\s]+(?P<year>\d{4}|\d{2})",
        r"(?P<name>[a-z]{3,9})\.?[-\s]+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?[-\s]+(?P<year>\d{4})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
DAY_NUMBER = re.compile(r"([1-9]\d{4})(?:\.\d+)?", re.ASCII)
ZEROES = {(0, 0, 0), (1900, 1, 0), (0, 1, 0)}
"""Year, month and day, as written, of dates that stand for none: of databases, and a spreadsheet's zero."""
ZERO_NUMBER = re.compile(r"0(?:\.0+)?|00:00(?::00)?", re.ASCII)  # a spreadsheet's zero without its format
NOT_A_DAY = "Is not a date; send it as 2021-04-15 or 04/15/2021 (month first)."


def day(value: Any, today: date) -> date | None:
    """The day as written, whatever clock time stands behind it; None for nothing. Raises UnreadableError."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return None if value == date.min else value
    text = stated(value)
    if not text or ZERO_NUMBER.fullmatch(text):
        return None
    number = DAY_NUMBER.fullmatch(text)
    if number:
        return _numbered_day(number)
    return _day_in(_match(text), today)


def moment(value: Any, today: date) -> datetime | None:
    """A moment in UTC; one without a zone is in settings.BUSINESS_TIME_ZONE. None for nothing."""
    if isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime.combine(value, clock())
        return None if at.date() == date.min else _aware(at, settings.BUSINESS_TIME_ZONE)
    text = stated(value)
    if not text or ZERO_NUMBER.fullmatch(text):
        return None
    return _written_moment(text, today, settings.BUSINESS_TIME_ZONE)


@functools.lru_cache(maxsize=4096)  # files repeat their times: other CRMs round them when they export
def _written_moment(text: str, today: date, zone: str) -> datetime | None:
    number = DAY_NUMBER.fullmatch(text)
    if number:
        seconds = round(float(text) % 1 * 86_400)
        return _aware(datetime.combine(_numbered_day(number), clock()) + timedelta(seconds=seconds), zone)
    found = _match(text)
    written = _day_in(found, today)
    if written is None:
        return None
    try:
        return _aware(datetime.combine(written, _clock_in(found)), zone)
    except ValueError:
        raise UnreadableError("Is not a time; send it as 2021-04-15T14:30:00Z.") from None


def _numbered_day(number: "re.Match[str]") -> date:
    return SPREADSHEET_EPOCH + timedelta(days=int(number[1]))


def _match(text: str) -> "re.Match[str]":
    for form in FORMS:
        found = form.fullmatch(text)
        if found:
            return found
    raise UnreadableError(NOT_A_DAY)


def _day_in(found: "re.Match[str]", today: date) -> date | None:
    parts = found.groupdict()
    year, month, day = int(parts["year"]), _month_in(parts), int(parts["day"])
    if (year, month, day) in ZEROES:
        return None
    if len(parts["year"]) == 2:  # which means the nearest such year that is not in the future
        year += 2000 if 2000 + year <= today.year else 1900
    try:
        written = date(year, month, day)
    except ValueError:
        raise UnreadableError(NOT_A_DAY) from None
    return None if written == date.min else written  # .NET's null


def _month_in(parts: dict[str, str | None]) -> int:
    name = parts.get("name")
    if name is None:
        return int(parts["month"] or 0)
    if name.casefold() not in MONTH_NAMES and name.casefold() not in MONTHS:
        raise UnreadableError(NOT_A_DAY)
    return MONTHS[name[:3].casefold()]


def _clock_in(found: "re.Match[str]") -> clock:
    parts = found.groupdict()
    if parts["hour"] is None:
        return clock()
    hour, half = int(parts["hour"]), (parts["half"] or "")[:1].casefold()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("not an hour of the clock with am and pm")
        hour = hour % 12 + (12 if half == "p" else 0)
    microsecond = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    zone = _zone_of(parts["zone"])
    return clock(hour, int(parts["minute"]), int(parts["second"] or 0), microsecond, tzinfo=zone)


def _zone_of(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return timezone(-offset if text[0] == "-" else offset)


def _aware(at: datetime, zone: str) -> datetime:
    try:
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(zone))
        return at.astimezone(UTC)
    except OverflowError:
        raise UnreadableError("Is out of the range of dates; check the year.") from None
