"""One agency over a period, beside the period before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from agencies.models import Agency
from analytics.choices import Dimension
from analytics.models import AgencyGrade
from analytics.selectors.agencies.performance import newest_grades, pace_of
from analytics.selectors.agencies.volume import Pace, Volume, volumes
from analytics.selectors.figures import Figures, figures_by, figures_by_day
from crm.core.periods import Period


@dataclass(frozen=True, slots=True)
class Stats:
    """What GET /agencies/{code}/stats is made of; `daily` has every day of the period."""

    agency: Agency
    period: Period
    campaigns: dict[str, Figures]
    previous_campaigns: dict[str, Figures]
    daily: dict[date, Figures]
    volume: Volume
    graded: AgencyGrade | None
    grades: list[dict[str, Any]]  # day, grade, score and version of each day of the period that has one

    @property
    def total(self) -> Figures:
        return Figures.total(self.campaigns.values())

    @property
    def previous(self) -> Figures:
        return Figures.total(self.previous_campaigns.values())

    @property
    def pace(self) -> Pace | None:
        """Where this month is heading, whatever the period."""
        return pace_of(self.agency, self.volume)

    @property
    def ranked_campaigns(self) -> list[str]:
        """By conversions, then leads, as `Performance.top_campaign` is; one that sent before only comes last."""
        names = {**self.campaigns, **self.previous_campaigns}
        return sorted(names, key=lambda name: (*self._rank(name), name))

    def _rank(self, name: str) -> tuple[int, int]:
        figures = self.campaigns.get(name, Figures())
        return -figures.conversions, -figures.leads


def agency_stats(agency: Agency, period: Period, now: datetime) -> Stats:
    """Six statements, however long the period is."""
    return Stats(
        agency=agency,
        period=period,
        campaigns=_campaigns(agency, period),
        previous_campaigns=_campaigns(agency, period.previous()),
        daily=_daily(agency, period),
        volume=volumes([agency.code], now)[agency.code],
        graded=newest_grades([agency.code]).get(agency.code),
        grades=_grades(agency, period),
    )


def _campaigns(agency: Agency, period: Period) -> dict[str, Figures]:
    found: dict[Any, Figures] = figures_by(period, Dimension.CAMPAIGN, agency.code)
    return {campaign: figures for (_, campaign), figures in found.items()}


def _daily(agency: Agency, period: Period) -> dict[date, Figures]:
    found = figures_by_day(period.start, period.end, Dimension.AGENCY, agency.code)
    days = (period.start + timedelta(days=place) for place in range(period.days))
    return {day: found.get(day, Figures()) for day in days}


def _grades(agency: Agency, period: Period) -> list[dict[str, Any]]:
    """Oldest first."""
    grades = AgencyGrade.objects.filter(agency=agency, day__range=(period.start, period.end)).order_by("day")
    return [dict(row) for row in grades.values("day", "grade", "score", "version")]
