"""What several rules read: agencies, and what came and was won on each business day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.utils import timezone

from agencies.choices import AgencyStatus
from agencies.models import Agency
from analytics.choices import Dimension
from analytics.selectors.figures import Figures, Key, figures_by_key_and_day
from analytics.services.insights.cohorts import Cohorts, read_cohorts
from analytics.services.insights.reading import rows
from crm.core.clock import business_day

WEEKS = 12
"""Of history, before the days that are looked at."""
REACH = 7 * (WEEKS + 1)

# The day of the business that a conversion was noted on, whenever its lead was created.
_WON = """
SELECT vendor_code, (closed_date AT TIME ZONE %(zone)s)::date AS day, count(*), count(*) FILTER (WHERE counts),
       COALESCE(sum(lead_value) FILTER (WHERE counts), 0), COALESCE(sum(lead_value ^ 2) FILTER (WHERE counts), 0)
  FROM (SELECT *, disposition NOT IN ('Returned', 'Duplicate') AS counts FROM leads_lead
         WHERE closed_date >= %(since)s AND closed_date < %(until)s) AS won
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Won:
    """Conversions noted on a day; `worth` is the value of the `kept` ones, that are neither Returned nor Duplicate."""

    conversions: int = 0
    kept: int = 0
    worth: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Vendor:
    """An agency as far as rules need it."""

    code: str
    name: str
    is_sending: bool
    goal: int


class World:
    """The business at `now`. Each property is one statement, run when it is first asked for."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or timezone.now()
        self.today = business_day(self.now)

    def day(self, back: int) -> date:
        """So many days ago; 1 is yesterday."""
        return self.today - timedelta(days=back)

    @cached_property
    def vendors(self) -> dict[str, Vendor]:
        rows = Agency.objects.order_by("code").values_list("code", "name", "status", "goal")
        return {
            code: Vendor(code, name, status == AgencyStatus.ACTIVE, goal) for code, name, status, goal in rows
        }

    @cached_property
    def came(self) -> Mapping[Key, Mapping[date, Figures]]:
        """Leads by agency and day of creation: the last 13 weeks and this month."""
        start = min(self.day(REACH), self.today.replace(day=1))
        return figures_by_key_and_day(start, self.day(1), Dimension.AGENCY)

    @cached_property
    def won(self) -> dict[str, dict[date, Won]]:
        """Conversions by agency and the day they were noted on."""
        found: dict[str, dict[date, Won]] = {}
        for code, day, *sums in rows(_WON, since=self.day(REACH), until=self.today):
            found.setdefault(code, {})[day] = Won(sums[0], sums[1], float(sums[2]), float(sums[3]))
        return found

    @cached_property
    def cohorts(self) -> Cohorts:
        """Leads by agency, campaign and age."""
        return read_cohorts(self.today)
