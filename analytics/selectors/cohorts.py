"""What the leads of each day came to be worth, and how long after their creation."""

from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from crm.core.clock import day_bounds

# `quoted` is what a lead was worth until it converted, as far as its row still says: the price paid for it.
_CELLS = """
SELECT (created_at AT TIME ZONE %(zone)s)::date AS day,
       (closed_date AT TIME ZONE %(zone)s)::date - (created_at AT TIME ZONE %(zone)s)::date AS age,
       count(*),
       COALESCE(sum(lead_value) FILTER (WHERE is_worth), 0)::float8,
       COALESCE(sum(LEAST(acquisition_cost, lead_value)) FILTER (WHERE is_worth), 0)::float8
  FROM leads_lead, LATERAL (SELECT disposition NOT IN ('Returned', 'Duplicate') AS is_worth) AS counted
 WHERE created_at >= %(since)s AND created_at < %(until)s {of_agency}
 GROUP BY 1, 2
"""


class Cell(NamedTuple):
    """The leads created on `day` that converted `age` days later (None: not yet): how many, worth, price before."""

    day: date
    age: int | None
    leads: int
    worth: float
    quoted: float


def cohort_cells(start: date, end: date, *, agency: str = "") -> list[Cell]:
    """Of the business days `start` to `end`, both included, in no order; of one agency or of all. One statement.

    Dollars as floats: estimates are made of them. Reads the leads themselves: seconds for millions of them.
    """
    of_agency = "AND vendor_code = %(agency)s" if agency else ""
    asked = {
        "zone": settings.BUSINESS_TIME_ZONE,
        "since": day_bounds(start)[0],
        "until": day_bounds(end)[1],
        "agency": agency,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CELLS.format(of_agency=of_agency), asked)
        return [Cell._make(row) for row in cursor.fetchall()]
