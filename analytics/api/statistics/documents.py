"""GET /admin/stats as the API shows it: money in dollars with cents, rates in per cent."""

from typing import Any

from django.utils import timezone

from analytics.selectors.comparing import Compared, change
from analytics.selectors.figures import Brief, Figures
from analytics.selectors.funnel import Exit, Stage, exits, funnel
from analytics.selectors.naming import campaign_name
from analytics.selectors.series import Bucket
from analytics.selectors.shortening import OTHERS, cut, others_name
from analytics.selectors.statistics import Statistics
from analytics.selectors.team import Performer, Standing, is_working
from analytics.selectors.velocity import Velocity
from crm.core.clock import business_zone
from crm.core.models import User
from crm.core.periods import Period


def period_document(period: Period) -> dict[str, Any]:
    """Which days, what they are compared with, and when the numbers were read."""
    previous = period.previous()
    return {
        "period": {
            "name": period.name,
            "start": period.start,
            "end": period.end,
            "days": period.days,
            "timeZone": str(business_zone()),
            "previous": {"start": previous.start, "end": previous.end},
        },
        "asOf": timezone.now(),
    }


def statistics_document(found: Statistics) -> dict[str, Any]:
    """GET /admin/stats."""
    now, before = found.total, found.previous
    return {
        **period_document(found.period),
        "leads": {"total": now.leads, "change": change(now.leads, before.leads)},
        "revenue": {
            "total": float(now.revenue),
            "change": change(now.revenue, before.revenue),
            "sameAge": same_age_document(found.revenue_of_same_age),
            "trend": [_trend_document(bucket) for bucket in found.trend],
            "forecast": found.forecast.as_tile(),
        },
        "cpa": {
            "average": now.cpa,
            "change": change(now.cpa, before.cpa),
            "breakdown": _breakdown(found.sources),
        },
        "agents": {
            **_standing_document(found.standing),
            "topPerformers": [_performer_document(one) for one in found.top],
        },
        "conversion": {
            "rate": now.conversion_rate,
            "change": change(now.conversion_rate, before.conversion_rate),
            "sameAge": same_age_document(found.rate_of_same_age),
            "funnel": [stage_document(stage) for stage in found.funnel],
            "velocity": _velocity_document(found.velocity),
        },
    }


def short_document(figures: Figures | Brief) -> dict[str, Any]:
    return {"leads": figures.leads, "revenue": float(figures.revenue), "cpa": figures.cpa}


def person_document(person: User) -> dict[str, Any]:
    return {
        "agent_id": person.pk,
        "name": str(person),
        "email": person.email,
        "status": "active" if is_working(person) else "inactive",
    }


def stage_document(stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "reached": stage.reached,
        "share": stage.share,
        "fromPrevious": stage.from_previous,
        "standing": stage.standing,
    }


def funnel_document(figures: Figures) -> dict[str, Any]:
    """The way forward and the ways out."""
    return {
        "leads": figures.leads,
        "stages": [stage_document(stage) for stage in funnel(figures)],
        "exits": [_exit_document(one) for one in exits(figures)],
    }


def same_age_document(compared: Compared) -> dict[str, Any]:
    """Beside the leads of the previous period when they were as old."""
    previous = compared.previous
    return {"previous": None if previous is None else float(previous), "change": compared.change}


def _exit_document(one: Exit) -> dict[str, Any]:
    return {"disposition": one.disposition, "leads": one.leads, "share": one.share}


def _breakdown(sources: dict[str, Brief]) -> dict[str, Any]:
    """By campaign as the leads have it: '' is none, and no campaign can be called so."""
    shown, others = cut(sources, key=str)
    document = {
        campaign: {"name": campaign_name(campaign), **short_document(sources[campaign])} for campaign in shown
    }
    if others:
        added = Brief.total(sources[campaign] for campaign in others)
        document[OTHERS] = {"name": others_name(others), **short_document(added)}
    return document


def _trend_document(bucket: Bucket) -> dict[str, Any]:
    return {
        "date": bucket.label,
        "value": float(bucket.figures.revenue),
        "leads": bucket.figures.leads,
    }


def _standing_document(standing: Standing) -> dict[str, Any]:
    return {
        "total": standing.total,
        "online": standing.online,
        "offline": standing.offline,
        "utilization": standing.utilization,
    }


def _performer_document(one: Performer) -> dict[str, Any]:
    return {
        **person_document(one.person),
        "leads": one.figures.leads,
        "conversions": one.figures.conversions,
        "revenue": float(one.figures.revenue),
        "conversionRate": one.figures.conversion_rate,
        "performanceScore": one.performance_score,
    }


def _velocity_document(velocity: Velocity) -> dict[str, Any]:
    return {
        "conversions": velocity.conversions,
        "meanDays": velocity.mean_days,
        "medianDays": velocity.median_days,
        "p90Days": velocity.p90_days,
    }
