"""When somebody is there to call."""

from datetime import datetime, time, timedelta

from crm.core.clock import business_zone

OPENS, CLOSES = time(9), time(18)
WORKDAYS = 5  # Monday to Friday


def an_hour_ago(now: datetime) -> datetime:
    """The moment since which exactly one hour of business has passed, by the clock on the wall.

    A lead older than this has waited that hour, whether it came in the night before or this morning.
    """
    wall = now.astimezone(business_zone()).replace(tzinfo=None)
    left = timedelta(hours=1)
    day = wall.date()
    while True:
        opens, closes = datetime.combine(day, OPENS), datetime.combine(day, CLOSES)
        end = min(wall, closes)
        if day.weekday() < WORKDAYS and end > opens:
            if end - opens >= left:
                return (end - left).replace(tzinfo=business_zone())
            left -= end - opens
        day -= timedelta(days=1)
