"""How agencies do, next to their own data: what lists and pages of agencies show."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agencies.models import Agency
from analytics.choices import Dimension
from analytics.models import AgencyGrade
from analytics.selectors.agencies.outcomes import WINDOW
from analytics.selectors.agencies.volume import Pace, Volume, volumes
from analytics.selectors.figures import Figures, figures_by
from crm.core.periods import Period, period_of

TOP_CAMPAIGNS = 5

_NEWEST = """
SELECT newest.* FROM unnest(%s::text[]) AS asked(code), LATERAL (
    SELECT * FROM analytics_agencygrade WHERE agency_id = asked.code ORDER BY day DESC LIMIT 1) AS newest
"""


@dataclass(frozen=True, slots=True)
class Performance:
    """One agency in the last WINDOW days, today among them, and in this month."""

    agency: Agency
    period: Period
    campaigns: dict[str, Figures]
    volume: Volume
    graded: AgencyGrade | None

    @property
    def figures(self) -> Figures:
        """All campaigns together."""
        return Figures.total(self.campaigns.values())

    @property
    def goal_progress(self) -> float | None:
        """Per cent of this calendar month's goal; None without a goal."""
        return self.volume.goal_progress(self.agency.goal)

    @property
    def pace(self) -> Pace | None:
        """Where the month is heading."""
        return pace_of(self.agency, self.volume)

    @property
    def top_campaign(self) -> str | None:
        """The one with most conversions, then with most leads: no order that would tell what leads are worth."""
        ranked = sorted(
            self.campaigns, key=lambda name: (-self.campaigns[name].conversions, -self._leads(name), name)
        )
        return ranked[0] if ranked else None

    @property
    def top_campaigns(self) -> dict[str, Figures]:
        """The TOP_CAMPAIGNS with most revenue."""
        ranked = sorted(
            self.campaigns, key=lambda name: (-self.campaigns[name].revenue, -self._leads(name), name)
        )
        return {name: self.campaigns[name] for name in ranked[:TOP_CAMPAIGNS]}

    def _leads(self, name: str) -> int:
        return self.campaigns[name].leads


def performances(agencies: Sequence[Agency], now: datetime) -> dict[str, Performance]:
    """Of each of these agencies by code: three statements, however many they are."""
    codes = [agency.code for agency in agencies]
    period = period_of({"period": str(WINDOW)}, now=now)
    campaigns = _campaigns(period, codes)
    sent, graded = volumes(codes, now), newest_grades(codes)
    return {
        agency.code: Performance(
            agency, period, campaigns[agency.code], sent[agency.code], graded.get(agency.code)
        )
        for agency in agencies
    }


def pace_of(agency: Agency, volume: Volume) -> Pace | None:
    """Where its month is heading; None also while we take no leads from it: it is not judged by them then."""
    return volume.pace(agency.goal) if agency.is_sending else None


def newest_grades(codes: Collection[str]) -> dict[str, AgencyGrade]:
    """The last grade of each agency that was ever judged."""
    return {row.agency_id: row for row in AgencyGrade.objects.raw(_NEWEST, [list(codes)])}


def _campaigns(period: Period, codes: Collection[str]) -> dict[str, dict[str, Figures]]:
    found: dict[Any, Figures] = figures_by(period, Dimension.CAMPAIGN, codes)
    by_agency: dict[str, dict[str, Figures]] = defaultdict(dict)
    for (code, campaign), figures in found.items():
        by_agency[code][campaign] = figures
    return by_agency
