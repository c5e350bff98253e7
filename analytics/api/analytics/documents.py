"""/admin/analytics and its children as the API shows them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from analytics.api.statistics.documents import person_document, short_document, stage_document
from analytics.selectors.comparing import Compared, percent, rate_interval
from analytics.selectors.figures import Figures
from analytics.selectors.forecasts import ForecastFigures
from analytics.selectors.funnel import funnel
from analytics.selectors.groups import Group
from analytics.selectors.kpis import roi
from analytics.selectors.naming import NO_AGENT
from analytics.selectors.quality import Score
from analytics.selectors.series import Bucket
from analytics.selectors.sources import Publisher, Source
from analytics.selectors.team import Ranked, Ranking
from analytics.selectors.trends import Trend

FORECAST_PARTS = ("level", "history", "path", "backtest", "recent", "maturity")


def series_document(buckets: list[Bucket]) -> dict[str, Any]:
    """Arrays of one length."""
    return {
        "labels": [bucket.label for bucket in buckets],
        "leads": [bucket.figures.leads for bucket in buckets],
        "revenue": [float(bucket.figures.revenue) for bucket in buckets],
        "conversions": [bucket.figures.conversions for bucket in buckets],
    }


def kpis_document(found: dict[str, Compared]) -> dict[str, Any]:
    """Each number beside that of the period before."""
    return {name: _compared_document(compared) for name, compared in found.items()}


def group_document(group: Group) -> dict[str, Any]:
    """One part's way forward."""
    return {
        "key": group.key,
        "name": group.name,
        "leads": group.figures.leads,
        "conversions": group.figures.conversions,
        "conversionRate": group.figures.conversion_rate,
        "stages": [stage_document(stage) for stage in funnel(group.figures)],
    }


def source_document(source: Source) -> dict[str, Any]:
    """A campaign of an agency."""
    return {
        "vendor_code": source.agency,
        "agency": source.agency_name,
        "campaign": source.campaign,
        "name": source.name,
        **_figures_document(source.figures),
        "share": source.share,
        "change": source.change,
    }


def publisher_document(publisher: Publisher) -> dict[str, Any]:
    """An agency as the publisher of its leads."""
    return {
        "vendor_code": publisher.agency.code,
        "agency": publisher.agency.name,
        "status": publisher.agency.status,
        **_figures_document(publisher.figures),
        "share": publisher.share,
        "change": publisher.change,
        "leadsThisMonth": publisher.leads_this_month,
        "monthlyGoal": publisher.agency.goal,
        "goalProgress": publisher.goal_progress,
    }


def total_document(parts: Iterable[Figures]) -> dict[str, Any]:
    """What the rows add up to."""
    return _figures_document(Figures.total(parts))


def ranking_document(found: Ranking) -> dict[str, Any]:
    """The agents, best first."""
    return {
        "agents": [_ranked_document(one) for one in found.agents],
        "unassigned": {
            "name": NO_AGENT,
            **short_document(found.unassigned),
            "conversions": found.unassigned.conversions,
        },
    }


def quality_document(scores: list[Score]) -> dict[str, Any]:
    """How the leads are spread over the quality scores."""
    leads, conversions = sum(one.leads for one in scores), sum(one.conversions for one in scores)
    total = sum(one.score * one.leads for one in scores)
    return {
        "leads": leads,
        "conversions": conversions,
        "conversionRate": percent(conversions, leads),
        "avgQuality": round(total / leads, 2) if leads else None,
        "scores": [
            {
                "score": one.score,
                "leads": one.leads,
                "share": one.share,
                "conversions": one.conversions,
                "conversionRate": percent(one.conversions, one.leads),
                "conversionInterval": _interval_document(one.conversions, one.leads),
            }
            for one in scores
        ],
    }


def trend_document(trend: Trend) -> dict[str, Any]:
    """Revenue along a period: arrays of one length."""
    points = trend.points
    return {
        "granularity": trend.granularity,
        "labels": [point.label for point in points],
        "leads": [point.leads for point in points],
        "revenue": [float(point.revenue) for point in points],
        "movingAverage": [float(point.average) for point in points],
        "cumulative": [float(point.cumulative) for point in points],
        "previousCumulative": [float(point.previous_cumulative) for point in points],
        "weekdays": [
            {
                "weekday": day.name,
                "days": day.days,
                "leads": day.leads,
                "revenue": day.revenue,
                "index": day.index,
            }
            for day in trend.weekdays
        ],
        "total": {
            "leads": _compared_document(trend.leads),
            "revenue": _compared_document(trend.revenue),
        },
    }


def prediction_document(found: ForecastFigures) -> dict[str, Any]:
    """A forecast in full; the parts of its document are described in docs/forecast.md."""
    document = found.document or {}
    return {**found.as_tile(), **{name: document.get(name) for name in FORECAST_PARTS}}


def _figures_document(figures: Figures) -> dict[str, Any]:
    return {
        "leads": figures.leads,
        "revenue": float(figures.revenue),
        "cpa": figures.cpa,
        "cost": float(figures.cost),
        "roi": roi(figures),
        "conversions": figures.conversions,
        "conversionRate": figures.conversion_rate,
        "conversionInterval": _interval_document(figures.conversions, figures.leads),
        "returnRate": figures.return_rate,
        "avgQuality": figures.avg_quality,
    }


def _ranked_document(one: Ranked) -> dict[str, Any]:
    return {
        "rank": one.rank,
        **person_document(one.person),
        **_compared_document(one.metric),
        "isCertain": one.is_certain,
        "leads": one.figures.leads,
        "revenue": float(one.figures.revenue),
        "conversions": one.figures.conversions,
        "conversionRate": one.figures.conversion_rate,
        "conversionInterval": _interval_document(one.figures.conversions, one.figures.leads),
        "avgResponseMinutes": one.figures.avg_response_minutes,
    }


def _compared_document(compared: Compared) -> dict[str, Any]:
    return {
        "value": _number(compared.value),
        "previous": _number(compared.previous),
        "change": compared.change,
    }


def _interval_document(part: int, whole: int) -> dict[str, float] | None:
    interval = rate_interval(part, whole)
    return {"low": interval[0], "high": interval[1]} if interval else None


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
