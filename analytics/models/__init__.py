"""The tables of the numbers."""

from analytics.models.counters import Count, CountDelta, CountingZone
from analytics.models.forecast import Forecast
from analytics.models.grade import AgencyGrade
from analytics.models.insight import Insight
from analytics.models.reports import ReportDelivery, ReportSchedule

__all__ = [
    "AgencyGrade",
    "Count",
    "CountDelta",
    "CountingZone",
    "Forecast",
    "Insight",
    "ReportDelivery",
    "ReportSchedule",
]
