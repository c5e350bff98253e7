"""What became of the leads of every campaign, next to what becomes of such leads elsewhere."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from crm.core.clock import business_day, day_bounds

WINDOW = 90  # days, today among them
RECENT = 28  # days at the end of the window, for what has changed lately
AGE_CLASSES = (56, 28, 14, 7)
"""Days since creation: of yesterday's leads nobody expects a retainer, or a return."""
DAYTIME = (8, 20)
"""Hours of the business's clock in which somebody calls: leads of the night wait for us, not for their agency."""

# Cells of campaign, quality, age and time of day first: everything after them is small, however many leads there are.
_OUTCOMES = """
WITH held AS (
    SELECT vendor_code AS agency, campaign_source AS campaign, quality_score AS quality,
           width_bucket(created_at, %(ages)s::timestamptz[]) AS age,
           extract(hour FROM created_at AT TIME ZONE %(zone)s) BETWEEN %(opens)s AND %(closes)s - 1 AS by_day,
           created_at >= %(recent)s AS is_recent, closed_date IS NOT NULL AS is_converted, disposition,
           furthest_stage < 2 AND disposition <> 'Duplicate' AS is_unreached,
           trustedform_url = '' AND jornaya_lead_id = '' AS is_unproven, acquisition_cost
      FROM leads_lead
     WHERE created_at >= %(since)s AND created_at < %(until)s),
cells AS (
    SELECT agency, campaign, quality, age, by_day, is_recent, count(*) AS leads,
           count(*) FILTER (WHERE is_converted) AS converted,
           count(*) FILTER (WHERE disposition = 'Returned') AS returned,
           count(*) FILTER (WHERE disposition = 'Duplicate') AS duplicates,
           count(*) FILTER (WHERE is_unproven) AS unproven,
           count(*) FILTER (WHERE age < %(settled)s AND disposition <> 'Duplicate') AS settled,
           count(*) FILTER (WHERE age < %(settled)s AND is_unreached) AS unreached,
           count(acquisition_cost) AS costed, COALESCE(sum(acquisition_cost), 0) AS cost
      FROM held GROUP BY agency, campaign, quality, age, by_day, is_recent),
chances AS (
    SELECT quality, age, by_day, sum(converted) / sum(leads) AS converts FROM cells GROUP BY quality, age, by_day),
returns AS (SELECT age, sum(returned) / sum(leads) AS comes_back FROM cells GROUP BY age)
SELECT agency, campaign, sum(leads)::int, sum(converted)::int, sum(leads * converts)::float, sum(returned)::int,
       sum(leads * comes_back)::float, sum(duplicates)::int, sum(unproven)::int,
       COALESCE(sum(settled) FILTER (WHERE by_day), 0)::int, COALESCE(sum(unreached) FILTER (WHERE by_day), 0)::int,
       COALESCE(sum(settled) FILTER (WHERE NOT by_day), 0)::int,
       COALESCE(sum(unreached) FILTER (WHERE NOT by_day), 0)::int,
       COALESCE(sum(leads) FILTER (WHERE is_recent), 0)::int,
       COALESCE(sum(leads * quality) FILTER (WHERE is_recent), 0)::int, sum(leads * quality)::int,
       sum(leads * quality * quality)::int, sum(costed)::int, sum(cost)::float
  FROM cells JOIN chances USING (quality, age, by_day) JOIN returns USING (age)
 GROUP BY agency, campaign ORDER BY agency, campaign
"""


class Outcomes(NamedTuple):
    """Leads of the last WINDOW days, and of how many what was to be expected; sums, so they add up."""

    leads: int = 0
    converted: int = 0
    expected: float = 0.0  # conversions, at all agencies' rate for leads of this quality, age and time of day
    returned: int = 0
    expected_returns: float = 0.0  # at all agencies' rate for leads of this age
    duplicates: int = 0
    unproven: int = 0  # with neither a TrustedForm nor a Jornaya certificate
    day_leads: int = 0  # by day, older than a week, no duplicates
    day_unreached: int = 0
    night_leads: int = 0
    night_unreached: int = 0
    recent_leads: int = 0  # of the last RECENT days
    recent_quality: int = 0
    quality: int = 0
    quality_squares: int = 0
    costed: int = 0
    cost: float = 0.0  # dollars

    @classmethod
    def total(cls, parts: Iterable["Outcomes"]) -> "Outcomes":
        """The sum of several."""
        return cls._make(map(sum, zip(*parts, strict=True))) if (parts := list(parts)) else cls()

    def without(self, part: "Outcomes") -> "Outcomes":
        """The rest."""
        return Outcomes._make(mine - theirs for mine, theirs in zip(self, part, strict=True))

    @property
    def avg_cost(self) -> float | None:
        return self.cost / self.costed if self.costed else None


def campaign_outcomes(now: datetime) -> dict[tuple[str, str], Outcomes]:
    """By agency and campaign, of all agencies, in one statement over their leads."""
    today = business_day(now)
    asked = {
        "ages": [now - timedelta(days=days) for days in AGE_CLASSES],
        "settled": len(AGE_CLASSES),
        "zone": settings.BUSINESS_TIME_ZONE,
        "opens": DAYTIME[0],
        "closes": DAYTIME[1],
        "since": day_bounds(today - timedelta(days=WINDOW - 1))[0],
        "recent": day_bounds(today - timedelta(days=RECENT - 1))[0],
        "until": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, asked)
        return {(row[0], row[1]): Outcomes._make(row[2:]) for row in cursor.fetchall()}
