"""How long leads take to convert, and what the period before looked like when its leads were as old as these are."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from analytics.selectors.comparing import Compared, Number, percent
from crm.core.periods import Period

# Read off leads_velocity alone.
_CONVERTED = """
SELECT count(*) FILTER (WHERE is_now), avg(days) FILTER (WHERE is_now),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY days) FILTER (WHERE is_now),
       count(*) FILTER (WHERE was_before)
  FROM (SELECT extract(epoch FROM closed_date - created_at)::float8 / 86400 AS days, created_at >= %(since)s AS is_now,
               created_at < %(previous_until)s AND closed_date < %(then)s AS was_before
          FROM leads_lead
         WHERE closed_date IS NOT NULL AND created_at >= %(previous_since)s AND created_at < %(until)s) AS converted
"""

_RIPENED = """
SELECT COALESCE(sum(lead_value - LEAST(acquisition_cost, lead_value)), 0)
  FROM leads_lead
 WHERE closed_date >= %(then)s AND created_at >= %(since)s AND created_at < %(until)s
   AND disposition NOT IN ('Returned', 'Duplicate')
"""


class Velocity(NamedTuple):
    """Of a period's conversions, days from creation to `closed_date`; None without any.

    `previous_then` is how many of the previous period's leads had converted when they were as old as these are now.
    """

    conversions: int
    mean_days: float | None
    median_days: float | None
    p90_days: float | None
    previous_then: int

    def same_age(self, rate: Number, previous_leads: int) -> Compared:
        """The period's conversion rate beside that of the previous period's leads when they were as old."""
        return Compared(rate, percent(self.previous_then, previous_leads))


def velocity(period: Period) -> Velocity:
    """Exact, in one statement."""
    (since, until), (previous_since, previous_until) = period.bounds, period.previous().bounds
    asked = {
        "since": since,
        "until": until,
        "previous_since": previous_since,
        "previous_until": previous_until,
        "then": as_old(period),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONVERTED, asked)
        conversions, mean, percentiles, previous_then = cursor.fetchone()
    median, p90 = percentiles or (None, None)
    return Velocity(conversions, _days(mean), _days(median), _days(p90), previous_then)


def as_old(period: Period) -> datetime:
    """When the leads of the previous period were as old as those of `period` are now: of one until now, at its end."""
    return period.previous().until + max(timezone.now() - period.until, timedelta())


def previous_ripened(period: Period) -> Decimal:
    """What conversions later than `as_old` added to the revenue of the previous period's leads. One statement.

    As far as their rows still say: a lead is taken to have been worth what was paid for it, the price quoted.
    """
    since, until = period.previous().bounds
    with connection.cursor() as cursor:
        cursor.execute(_RIPENED, {"since": since, "until": until, "then": as_old(period)})
        added: Decimal = cursor.fetchone()[0]
        return added


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
