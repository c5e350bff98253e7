"""All numbers of the page, by the selectors that the API and the reports read."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from agencies.models import Agency
from analytics.admin.business.asking import Asked
from analytics.choices import Series
from analytics.models import AgencyGrade, Insight
from analytics.selectors.agencies.performance import Performance, performances
from analytics.selectors.agencies.volume import Pace, Trend
from analytics.selectors.aging import of_same_age
from analytics.selectors.comparing import Compared
from analytics.selectors.figures import Figures
from analytics.selectors.forecasts import ForecastFigures, latest_forecast
from analytics.selectors.funnel import Exit, Stage, exits, funnel
from analytics.selectors.insights import current_insights
from analytics.selectors.kpis import kpis
from analytics.selectors.quality import Score, by_score
from analytics.selectors.reports import ReportRow, build_report
from analytics.selectors.series import Bucket, series
from analytics.selectors.sources import Publisher, Source, lead_sources, publishers
from analytics.selectors.team import Ranking, ranking
from analytics.selectors.velocity import Velocity, velocity
from crm.core.snapshots import consistent_read


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency in the period, and how it does whatever the period: grade, trend, and where the month is heading."""

    publisher: Publisher
    graded: AgencyGrade | None
    trend: Trend
    pace: Pace | None  # None also where it may not send


@dataclass(frozen=True, slots=True)
class Business:
    """Everything the page shows. What is known of all agencies together only is None (empty) for one."""

    total: Figures
    kpis: dict[str, Compared]
    of_same_age: dict[str, Compared]
    trend: list[Bucket]
    stages: list[Stage]
    exits: list[Exit]
    velocity: Velocity | None
    sources: list[Source]
    scores: list[Score]
    agencies: list[AgencyRow]
    ranking: Ranking | None
    agents: Sequence[ReportRow]
    forecasts: list[ForecastFigures]
    insights: list[Insight]


def read_business(asked: Asked) -> Business:
    """The same number of statements whatever the number of leads."""
    period, agency = asked.period, asked.agency
    with consistent_read():
        trend = series(period, agency=agency)
        total = Figures.total(bucket.figures for bucket in trend)
        found, speed = kpis(period, agency), None if agency else velocity(period)
        return Business(
            total=total,
            kpis=found,
            of_same_age=of_same_age(period, found, speed) if speed else {},
            trend=trend,
            stages=funnel(total),
            exits=exits(total),
            velocity=speed,
            sources=lead_sources(period, agency),
            scores=by_score(period, agency),
            agencies=_agencies(asked),
            ranking=None if agency else ranking(period, asked.metric),
            agents=build_report(period, Agency.objects.get(pk=agency)).by_agent if agency else (),
            forecasts=[] if agency else [latest_forecast(one) for one in Series],
            insights=current_insights(agency),
        )


def _agencies(asked: Asked) -> list[AgencyRow]:
    found = [one for one in publishers(asked.period) if asked.agency in (None, one.agency.pk)]
    performing = performances([one.agency for one in found], timezone.now())
    return [_row(one, performing[one.agency.pk]) for one in found]


def _row(publisher: Publisher, performance: Performance) -> AgencyRow:
    return AgencyRow(publisher, performance.graded, performance.volume.trend(), performance.pace)
