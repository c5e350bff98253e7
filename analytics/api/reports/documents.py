"""A report as the API shows it."""

from typing import Any

from analytics.api.statistics.documents import same_age_document
from analytics.selectors.comparing import change
from analytics.selectors.figures import Figures
from analytics.selectors.reports import ReportRow, ReportSummary
from crm.core.clock import business_zone


def report_document(report: ReportSummary) -> dict[str, Any]:
    """A report as the API shows it."""
    now, before = report.total, report.previous
    return {
        "period": report.period.name,
        "dateRange": {
            "start": report.period.start,
            "end": report.period.end,
            "timeZone": str(business_zone()),
        },
        "vendor_code": report.agency.code if report.agency else None,
        "totalLeads": now.leads,
        "totalRevenue": float(now.revenue),
        "avgCPA": now.cpa,
        "conversions": now.conversions,
        "conversionRate": now.conversion_rate,
        "returnRate": now.return_rate,
        "previous": _figures(before),
        "change": {
            "totalLeads": change(now.leads, before.leads),
            "totalRevenue": change(now.revenue, before.revenue),
            "avgCPA": change(now.cpa, before.cpa),
            "conversions": change(now.conversions, before.conversions),
            "conversionRate": change(now.conversion_rate, before.conversion_rate),
        },
        "sameAge": _same_age(report),
        "byVendor": _rows(report.by_vendor),
        "bySource": _rows(report.by_source),
        "byAgent": _rows(report.by_agent),
        "byState": _rows(report.by_state),
        "asOf": report.generated_at,
    }


SAME_AGE = {
    "totalRevenue": "revenue",
    "avgCPA": "cpa",
    "conversions": "conversions",
    "conversionRate": "conversionRate",
}


def _same_age(report: ReportSummary) -> dict[str, Any] | None:
    found = report.of_same_age
    return {name: same_age_document(found[known]) for name, known in SAME_AGE.items()} if found else None


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "leads": figures.leads,
        "revenue": float(figures.revenue),
        "cpa": figures.cpa,
        "conversions": figures.conversions,
        "conversionRate": figures.conversion_rate,
        "returnRate": figures.return_rate,
    }


def _rows(rows: tuple[ReportRow, ...]) -> list[dict[str, Any]]:
    return [{"code": row.code, "name": row.name, **_figures(row.figures), "share": row.share} for row in rows]
