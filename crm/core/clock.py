"""What day it is for the business."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def business_zone() -> ZoneInfo:
    """The zone whose midnight ends the business's day."""
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def business_day(at: datetime | None = None) -> date:
    """The business's date at `at` (now)."""
    return (at or timezone.now()).astimezone(business_zone()).date()


EARLIEST, LATEST = date(1, 1, 3), date(9999, 12, 29)  # beyond these another zone's date has no year


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of `day` and of the next: 23, 24 or 25 hours apart."""
    zone = business_zone()
    day = min(max(day, EARLIEST), LATEST)
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)
