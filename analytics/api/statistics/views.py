"""GET /admin/stats."""

from typing import Any

from rest_framework.viewsets import ViewSet

from analytics.api.reading import OF_ALL_ONLY, numbers
from analytics.api.statistics.documents import statistics_document
from analytics.api.statistics.serializers import StatisticsSerializer
from analytics.selectors.statistics import statistics
from crm.core.api.permissions import IsManager
from leads.selectors import AGENT_FIGURES

PERIOD = ("period", "previous", "change")
FUNNEL = ("funnel.reached", "funnel.share", "funnel.fromPrevious", "funnel.standing")
FORECAST = ("forecast", "forecast.matured", "forecast.interval", "forecast.backtestError")
STATISTICS = (
    *PERIOD, "leads", "revenue", "trend", *FORECAST, "cpa", "agents.total", "agents.online", "agents.utilization",
    "topPerformers", "performanceScore", "conversions", "conversionRate", "sameAge", *FUNNEL, "velocity",
)  # fmt: skip


class StatisticsViewSet(ViewSet):
    """What managers open every morning."""

    permission_classes = [IsManager]

    @numbers(
        "The business in numbers",
        description=OF_ALL_ONLY,
        answer=StatisticsSerializer,
        reads=("leads", "agents", "forecasts", AGENT_FIGURES),
        defined=STATISTICS,
    )
    def stats(self, given: dict[str, Any]) -> dict[str, Any]:
        return statistics_document(statistics(given["period"]))
