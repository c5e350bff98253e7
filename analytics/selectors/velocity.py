"""How long leads take to convert, and what a period looked like when it ended."""

from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from analytics.selectors.comparing import Compared, Number, percent
from crm.core.periods import Period

# Read off leads_velocity alone.
_CONVERTED = """
SELECT count(*) FILTER (WHERE is_now), avg(days) FILTER (WHERE is_now),
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY days) FILTER (WHERE is_now),
       count(*) FILTER (WHERE was_before)
  FROM (SELECT extract(epoch FROM closed_date - created_at)::float8 / 86400 AS days, created_at >= %(since)s AS is_now,
               created_at < %(previous_until)s AND closed_date < %(previous_until)s AS was_before
          FROM leads_lead
         WHERE closed_date IS NOT NULL AND created_at >= %(previous_since)s AND created_at < %(until)s) AS converted
"""

_RIPENED = """
SELECT COALESCE(sum(lead_value - LEAST(acquisition_cost, lead_value)), 0)
  FROM leads_lead
 WHERE closed_date >= %(until)s AND created_at >= %(since)s AND created_at < %(until)s
   AND disposition NOT IN ('Returned', 'Duplicate')
"""


class Velocity(NamedTuple):
    """Of a period's conversions, days from creation to `closed_date`; None without any.

    `previous_then` is how many of the previous period's leads had converted when that period ended.
    """

    conversions: int
    mean_days: float | None
    median_days: float | None
    p90_days: float | None
    previous_then: int

    def same_age(self, rate: Number, previous_leads: int) -> Compared:
        """The period's conversion rate beside that of the previous period as it stood when it ended, of its leads."""
        return Compared(rate, percent(self.previous_then, previous_leads))


def velocity(period: Period) -> Velocity:
    """Exact, in one statement."""
    (since, until), (previous_since, previous_until) = period.bounds, period.previous().bounds
    asked = {
        "since": since,
        "until": until,
        "previous_since": previous_since,
        "previous_until": previous_until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONVERTED, asked)
        conversions, mean, percentiles, previous_then = cursor.fetchone()
    median, p90 = percentiles or (None, None)
    return Velocity(conversions, _days(mean), _days(median), _days(p90), previous_then)


def ripened_since(period: Period) -> Decimal:
    """What the conversions since the end of `period` added to the revenue of its leads. One statement.

    As far as their rows still say: a lead is taken to have been worth what was paid for it, the price quoted.
    """
    since, until = period.bounds
    with connection.cursor() as cursor:
        cursor.execute(_RIPENED, {"since": since, "until": until})
        added: Decimal = cursor.fetchone()[0]
        return added


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
