"""The admin's first page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from analytics.admin.tiles import Tile, forecast_tile, list_of_leads, tile
from analytics.choices import Series
from analytics.models import Insight
from analytics.selectors.aging import of_same_age
from analytics.selectors.comparing import Compared
from analytics.selectors.forecasts import ForecastFigures, latest_forecast
from analytics.selectors.insights import current_insights
from analytics.selectors.kpis import kpis
from analytics.selectors.today import today_at_a_glance
from analytics.selectors.velocity import velocity
from crm.core.admin.base import person_of
from crm.core.clock import business_day
from crm.core.generations import generations
from crm.core.keeping import kept_exactly
from crm.core.periods import Period, period_of
from crm.core.snapshots import consistent_read

INSIGHTS_SHOWN = 5
READS = ("leads", "forecasts", "insights")


@dataclass(frozen=True, slots=True)
class Month:
    """The last 30 days in four numbers, and what the rules found."""

    tiles: list[Tile]
    insights: list[Insight]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """UNFOLD["DASHBOARD_CALLBACK"]: the day, for those who may see the leads."""
    if person_of(request).has_perm("leads.view_lead"):
        kept, _ = kept_exactly(
            f"today:{business_day()}", version=lambda: generations(READS), take=month_at_a_glance
        )
        context |= {"day": today_at_a_glance(), "month": kept.value}
    return {**context, "title": "Today"}


def month_at_a_glance() -> Month:
    """The numbers of GET /admin/stats?period=month, in as many statements whatever the number of leads."""
    period = period_of({}, default="month")
    with consistent_read():
        found, forecast = kpis(period), latest_forecast(Series.REVENUE)
        same_age = of_same_age(period, found, velocity(period))
        insights = current_insights(limit=INSIGHTS_SHOWN)
    return Month(tiles=_tiles(period, found, same_age, forecast), insights=insights)


def _tiles(
    period: Period, found: dict[str, Compared], same_age: dict[str, Compared], forecast: ForecastFigures
) -> list[Tile]:
    business = f"{reverse('business')}?period={period.name}"
    ways = {
        "revenue": ("Revenue, 30 days", f"{business}#along-title"),
        "leads": ("Leads, 30 days", list_of_leads(period)),
        "conversionRate": ("Conversion, 30 days", f"{business}#funnel-title"),
    }
    return [
        *(
            tile(name, found[name], href, period, title=title, of_same_age=same_age.get(name))
            for name, (title, href) in ways.items()
        ),
        forecast_tile(forecast, f"{business}#forecast-title"),
    ]
