"""The page, and the files of the same numbers."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header

from agencies.models import Agency
from analytics.admin.business.asking import Asked, read_query
from analytics.admin.business.reading import Business, read_business
from analytics.admin.charts import forecast_chart, leads_chart, revenue_chart
from analytics.admin.tiles import tiles
from analytics.models.reports import Audience, ReportFormat
from analytics.selectors.naming import NO_AGENT
from analytics.selectors.reports import build_report
from analytics.services.reporting.files import write_report
from crm.core.admin.base import person_of
from crm.core.clock import business_day
from crm.core.generations import generations
from crm.core.keeping import kept_exactly

PERMISSION = "analytics.view_count"
READS = ("leads", "agents", "agencies", "forecasts", "insights", "grades")
ROWS_SHOWN = 25

View = Callable[..., HttpResponse]


def business(request: HttpRequest) -> HttpResponse:
    """Revenue, leads, funnel, sources, agents, agencies, forecast: of the period that the address asks for."""
    _check_may_see(request)
    asked = read_query(request.GET)
    kept, _ = kept_exactly(
        _name_of(asked), version=lambda: generations(READS), take=lambda: read_business(asked)
    )
    context = {
        **admin.site.each_context(request),
        "title": "Business",
        "asked": asked,
        "formats": ReportFormat.choices,
        **_drawn(asked, kept.value),
    }
    return TemplateResponse(request, "admin/analytics/business/page.html", context)


def export(request: HttpRequest, format: str) -> HttpResponse:  # noqa: A002 - as the API calls it
    """The report of the same period as a file."""
    _check_may_see(request)
    asked = read_query(request.GET)
    if format not in ReportFormat or asked.problems:
        raise Http404
    agency = Agency.objects.get(pk=asked.agency) if asked.agency else None
    file = write_report(build_report(asked.period, agency), ReportFormat(format), Audience.STAFF)
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name) or "",
            "Cache-Control": "private, no-store",
        },
    )


def _check_may_see(request: HttpRequest) -> None:
    if not person_of(request).has_perm(PERMISSION):
        raise PermissionDenied


def _name_of(asked: Asked) -> str:
    parts = (asked.period.start, asked.period.end, asked.agency or "", asked.metric, business_day())
    return f"business:{':'.join(map(str, parts))}"


def _drawn(asked: Asked, found: Business) -> dict[str, Any]:
    """What the template shows, in the order of the page."""
    fine = asked.period.granularity
    return {
        "found": found,
        "tiles": tiles(found.kpis, asked.period, agency=asked.agency, of_same_age=found.of_same_age),
        "charts": [
            ("Revenue", revenue_chart(found.trend, fine)),
            ("Leads and conversions", leads_chart(found.trend, fine)),
        ],
        "sources": found.sources[:ROWS_SHOWN],
        "more_sources": max(0, len(found.sources) - ROWS_SHOWN),
        "no_agent": NO_AGENT,
        "agents": found.ranking.agents[:ROWS_SHOWN] if found.ranking else [],
        "more_agents": max(0, len(found.ranking.agents) - ROWS_SHOWN) if found.ranking else 0,
        "forecasts": [(one, forecast_chart(one)) for one in found.forecasts],
    }
