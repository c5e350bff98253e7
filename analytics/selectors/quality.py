"""How good the leads of a period are, and whether good ones convert more often."""

from dataclasses import dataclass

from django.db import connection

from analytics.selectors.comparing import percent
from crm.core.periods import Period

BEST = 10

# Both halves are read off an index alone: leads_created, or leads_agency_created with the leads of one agency, and
# leads_velocity.
_BY_SCORE = """
SELECT quality_score, count(*), 0 FROM leads_lead
 WHERE created_at >= %(since)s AND created_at < %(until)s {of_agency} GROUP BY 1
 UNION ALL
SELECT quality_score, 0, count(*) FROM leads_lead
 WHERE closed_date IS NOT NULL AND created_at >= %(since)s AND created_at < %(until)s {of_agency} GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Score:
    """The leads of one quality score; `share` is of all leads, in per cent."""

    score: int
    leads: int
    conversions: int
    share: float | None

    @property
    def conversion_rate(self) -> float | None:
        """Per cent of them that converted."""
        return percent(self.conversions, self.leads)


def by_score(period: Period, agency: str | None = None) -> list[Score]:
    """Every score from 1 to BEST, of all agencies or of one. One statement."""
    since, until = period.bounds
    of_agency = "" if agency is None else "AND vendor_code = %(agency)s"
    found = {score: [0, 0] for score in range(1, BEST + 1)}
    with connection.cursor() as cursor:
        cursor.execute(
            _BY_SCORE.format(of_agency=of_agency), {"since": since, "until": until, "agency": agency}
        )
        for score, leads, conversions in cursor.fetchall():
            found[score][0] += leads
            found[score][1] += conversions
    total = sum(leads for leads, _ in found.values())
    return [
        Score(score, leads, conversions, percent(leads, total))
        for score, (leads, conversions) in found.items()
    ]
