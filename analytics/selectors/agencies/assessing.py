"""Everything that agencies are judged by, of one moment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agencies.choices import AgencyStatus
from agencies.models import Agency
from analytics.selectors.agencies.outcomes import Outcomes, campaign_outcomes
from analytics.selectors.agencies.volume import Volume, volumes


@dataclass(frozen=True, slots=True)
class Assessed:
    """One agency: its leads of the last 90 days by campaign, and what it sends by day."""

    code: str
    status: str
    goal: int  # leads a month
    campaigns: dict[str, Outcomes]
    volume: Volume

    @property
    def total(self) -> Outcomes:
        return Outcomes.total(self.campaigns.values())

    @property
    def is_sending(self) -> bool:
        """Whether we take its leads: what it does not send while we do not is none of its doing."""
        return self.status == AgencyStatus.ACTIVE


def assessed_agencies(now: datetime) -> list[Assessed]:
    """All of them by code, in three statements, two of them over the counters' and agencies' few rows."""
    agencies = list(Agency.objects.order_by("code").values_list("code", "status", "goal"))
    sent = volumes([code for code, _, _ in agencies], now)
    campaigns: dict[str, dict[str, Outcomes]] = defaultdict(dict)
    for (code, campaign), outcomes in campaign_outcomes(now).items():
        campaigns[code][campaign] = outcomes
    return [Assessed(code, status, goal, campaigns[code], sent[code]) for code, status, goal in agencies]


def everyone(agencies: Sequence[Assessed]) -> Outcomes:
    """All agencies together."""
    return Outcomes.total(agency.total for agency in agencies)
