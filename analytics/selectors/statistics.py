"""What executives open every morning: the business in numbers, on one page."""

from dataclasses import dataclass
from decimal import Decimal

from analytics.choices import Dimension, Series
from analytics.selectors.comparing import Compared
from analytics.selectors.figures import Brief, Figures, brief, briefs_by
from analytics.selectors.forecasts import ForecastFigures, latest_forecast
from analytics.selectors.funnel import Stage, funnel
from analytics.selectors.series import Bucket, series
from analytics.selectors.sources import most_first
from analytics.selectors.team import Performer, Standing, agents_and_holders, standing, top_performers
from analytics.selectors.velocity import Velocity, previous_ripened, velocity
from crm.core.periods import Period


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of a period; `sources` by campaign, most revenue first.

    `ripened` is the part of the previous period's revenue that came when its leads were older than these are.
    """

    period: Period
    total: Figures
    previous: Brief
    trend: list[Bucket]
    forecast: ForecastFigures
    sources: dict[str, Brief]
    standing: Standing
    top: list[Performer]
    funnel: list[Stage]
    velocity: Velocity
    ripened: Decimal

    @property
    def revenue_of_same_age(self) -> Compared:
        """Revenue beside that of the previous period's leads when they were as old."""
        return Compared(self.total.revenue, self.previous.revenue - self.ripened)

    @property
    def rate_of_same_age(self) -> Compared:
        """The conversion rate beside that of the previous period's leads when they were as old."""
        return self.velocity.same_age(self.total.conversion_rate, self.previous.leads)


def statistics(period: Period) -> Statistics:
    """The same number of statements whatever the number of leads, campaigns and agents."""
    trend = series(period)
    total = Figures.total(bucket.figures for bucket in trend)
    by_agent = briefs_by(period, Dimension.AGENT)
    people = agents_and_holders(by_agent)
    return Statistics(
        period=period,
        total=total,
        previous=brief(period.previous()),
        trend=trend,
        forecast=latest_forecast(Series.REVENUE),
        sources=most_first(briefs_by(period, Dimension.CAMPAIGN)),
        standing=standing(people.values()),
        top=top_performers(by_agent, people),
        funnel=funnel(total),
        velocity=velocity(period),
        ripened=previous_ripened(period),
    )
