"""Agencies' numbers as the API shows them; a vendor is shown neither money, agents nor other agencies in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from analytics.api.statistics.documents import funnel_document, period_document
from analytics.models import AgencyGrade
from analytics.selectors.agencies.grading import letter
from analytics.selectors.agencies.history import Stats
from analytics.selectors.agencies.performance import Performance
from analytics.selectors.agencies.volume import Pace, Trend, Volume
from analytics.selectors.comparing import Compared, Number
from analytics.selectors.figures import Figures
from analytics.selectors.kpis import KPIS, roi
from analytics.selectors.naming import campaign_name
from analytics.selectors.shortening import OTHERS, cut, others_name

OF_STAFF: Final = frozenset(
    {"revenue", "cpa", "cost", "costKnown", "roi", "avgResponseMinutes", "avgCPA", "campaignROI"}
)
"""Numbers that vendors are told neither the value nor the definition of: null for them wherever they stand."""
KINDS: Final = {"strength": "strengths", "opportunity": "opportunities"}


def performance_document(found: Performance, *, for_vendor: bool, is_explained: bool) -> dict[str, Any]:
    """`performance` of an agency."""
    figures = found.figures
    document = {
        "window": {"start": found.period.start, "end": found.period.end, "days": found.period.days},
        "leads": figures.leads,
        "leadsThisMonth": found.volume.this_month,
        "monthlyGoal": found.agency.goal,
        "goalProgress": found.goal_progress,
        "goalPace": _pace_document(found.pace),
        "revenue": float(figures.revenue),
        "avgCPA": figures.cpa,
        "topCampaign": None if found.top_campaign is None else campaign_name(found.top_campaign),
        "campaignROI": _campaign_roi(found.top_campaigns),
        "conversionRate": figures.conversion_rate,
        "returnRate": figures.return_rate,
        "grade": (found.graded and found.graded.grade) or None,
        "gradeDetail": grade_document(found.graded, for_vendor=for_vendor, is_explained=is_explained),
        "trend": _trend_document(found.volume.trend(), found.volume),
    }
    return _of_vendor(document) if for_vendor else document


def grade_document(
    graded: AgencyGrade | None, *, for_vendor: bool, is_explained: bool
) -> dict[str, Any] | None:
    """How the grade came about.

    A vendor is told the letters only: from a score, its ends or a part's, and its own counts, which it knows, it could
    work out how many conversions and returns were expected, which are others' rates.
    """
    if graded is None:
        return None
    judgement = graded.document["judgement"]
    shows_inputs = is_explained and not for_vendor
    has_interval = not for_vendor and judgement["low"] is not None
    document = {
        "grade": judgement["grade"],
        "score": None if for_vendor else judgement["score"],
        "interval": {"low": judgement["low"], "high": judgement["high"]} if has_interval else None,
        "gradeRange": judgement["gradeRange"],
        "certainty": judgement["certainty"],
        "reason": judgement["reason"] or None,
        "parts": []
        if for_vendor
        else [_part_document(part, shows_inputs=shows_inputs) for part in judgement["parts"]],
        "day": graded.day,
        "asOf": graded.made_at,
        "version": graded.version,
    }
    return {**document, "rules": judgement["rules"]} if shows_inputs else document


def insights_document(graded: AgencyGrade | None, *, for_vendor: bool) -> dict[str, Any]:
    """`insights` of an agency; a recommendation belongs to the strength or opportunity of the same code."""
    document: dict[str, Any] = {"strengths": [], "opportunities": [], "recommendations": []}
    for finding in graded.document["findings"] if graded else ():
        if for_vendor and not finding["for_vendors"]:
            continue
        test = {} if for_vendor else {"test": finding["test"]}
        own = {name: finding[name] for name in ("code", "text", "figures", "link")}
        document[KINDS[finding["kind"]]].append({**own, **test})
        if finding["advice"]:
            document["recommendations"].append({"code": finding["code"], **finding["advice"]})
    return document


def stats_document(found: Stats, *, for_vendor: bool, is_explained: bool) -> dict[str, Any]:
    """GET /agencies/{code}/stats, without the agency itself."""
    compared = _compared(found.total, found.previous, for_vendor=for_vendor)
    return {
        **period_document(found.period),
        "totals": {name: _number(one.value) for name, one in compared.items()},
        "previous": {name: _number(one.previous) for name, one in compared.items()},
        "change": {name: one.change for name, one in compared.items()},
        "campaigns": _campaigns_document(found, for_vendor=for_vendor),
        "daily": [_day_document(day, figures, for_vendor=for_vendor) for day, figures in found.daily.items()],
        "funnel": funnel_document(found.total),
        "goal": _goal_document(found.volume, found.agency.goal, found.pace),
        "grade": (found.graded and found.graded.grade) or None,
        "gradeDetail": grade_document(found.graded, for_vendor=for_vendor, is_explained=is_explained),
        "gradeHistory": [_day_grade(row, for_vendor=for_vendor) for row in found.grades],
        "insights": insights_document(found.graded, for_vendor=for_vendor),
    }


def _day_grade(row: Mapping[str, Any], *, for_vendor: bool) -> dict[str, Any]:
    return {**row, "grade": row["grade"] or None, "score": None if for_vendor else row["score"]}


def _part_document(part: Mapping[str, Any], *, shows_inputs: bool) -> dict[str, Any]:
    document = {
        "name": part["name"],
        "weight": part["weight"],
        "grade": letter(part["score"]),
        "score": round(part["score"], 1),
    }
    if not shows_inputs:
        return document
    interval = {"low": round(part["low"], 1), "high": round(part["high"], 1)}
    return {**document, "interval": interval, "inputs": part["figures"]}


def _campaign_roi(campaigns: Mapping[str, Figures]) -> list[dict[str, Any]]:
    return [
        {
            "campaign": name,
            "name": campaign_name(name),
            "leads": figures.leads,
            "revenue": float(figures.revenue),
            "cost": float(figures.cost),
            "roi": roi(figures),
        }
        for name, figures in campaigns.items()
    ]


def _campaigns_document(found: Stats, *, for_vendor: bool) -> list[dict[str, Any]]:
    shown, others = cut(found.ranked_campaigns, key=str)
    rows = [(name, campaign_name(name), [name]) for name in shown]
    if others:
        rows.append((OTHERS, others_name(others), others))
    return [
        _campaign_document(found, campaign, name, of, for_vendor=for_vendor) for campaign, name, of in rows
    ]


def _campaign_document(
    found: Stats, campaign: str, name: str, of: list[str], *, for_vendor: bool
) -> dict[str, Any]:
    now, before = (
        Figures.total(one[part] for part in of if part in one)
        for one in (found.campaigns, found.previous_campaigns)
    )
    compared = _compared(now, before, for_vendor=for_vendor)
    return {
        "campaign": campaign,
        "name": name,
        **{measure: _number(one.value) for measure, one in compared.items()},
        "change": {measure: one.change for measure, one in compared.items()},
    }


def _day_document(day: date, figures: Figures, *, for_vendor: bool) -> dict[str, Any]:
    document = {
        "date": day,
        "leads": figures.leads,
        "conversions": figures.conversions,
        "revenue": float(figures.revenue),
    }
    return _of_vendor(document) if for_vendor else document


def _compared(now: Figures, before: Figures, *, for_vendor: bool) -> dict[str, Compared]:
    return {
        name: Compared(None, None) if for_vendor and name in OF_STAFF else Compared(value(now), value(before))
        for name, value in KPIS.items()
    }


def _of_vendor(document: dict[str, Any]) -> dict[str, Any]:
    return {name: None if name in OF_STAFF else value for name, value in document.items()}


def _goal_document(volume: Volume, goal: int, pace: Pace | None) -> dict[str, Any]:
    return {
        "monthlyGoal": goal,
        "leadsThisMonth": volume.this_month,
        "goalProgress": volume.goal_progress(goal),
        "goalPace": _pace_document(pace),
    }


def _pace_document(pace: Pace | None) -> dict[str, Any] | None:
    if pace is None:
        return None
    return {"projected": round(pace.projected), "chance": round(100 * pace.chance, 1)}


def _trend_document(trend: Trend, volume: Volume) -> dict[str, Any]:
    return {
        "direction": trend.direction,
        "slope": round(trend.slope, 2),
        "p": None if trend.p is None else float(f"{trend.p:.2g}"),
        "days": trend.days,
        "daily": [{"date": day, "leads": leads} for day, leads in volume.shown_days.items()],
    }


def _number(value: Number) -> float | int | None:
    return value if value is None or isinstance(value, int) else float(value)
