"""The addresses of the numbers."""

from django.urls import re_path

from analytics.api.agencies.views import AgencyNumbersViewSet
from analytics.api.analytics.views import AnalyticsViewSet
from analytics.api.reports.views import ReportViewSet
from analytics.api.statistics.views import StatisticsViewSet
from crm.core.api.routers import SlashOptionalRouter

ANALYTICS = {
    "admin/analytics": "analytics",
    "admin/analytics/kpis": "kpis",
    "admin/analytics/funnel": "funnel",
    "admin/analytics/lead-sources": "lead_sources",
    "admin/analytics/agents": "agents",
    "admin/analytics/publishers": "publishers",
    "admin/analytics/predictions": "predictions",
    "admin/analytics/lead-quality": "lead_quality",
    "admin/analytics/revenue-trends": "revenue_trends",
}

router = SlashOptionalRouter()
router.register("agencies", AgencyNumbersViewSet, basename="agency")

urlpatterns = [
    *router.urls,
    re_path(r"^admin/stats/?$", StatisticsViewSet.as_view({"get": "stats"}), name="admin-stats"),
    *(
        re_path(rf"^{address}/?$", AnalyticsViewSet.as_view({"get": read}), name=address.replace("/", "-"))
        for address, read in ANALYTICS.items()
    ),
    re_path(r"^reports/summary/?$", ReportViewSet.as_view({"get": "summary"}), name="report-summary"),
    re_path(r"^reports/export/?$", ReportViewSet.as_view({"get": "export"}), name="report-export"),
]
