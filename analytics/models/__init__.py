"""The tables of the numbers."""

from analytics.models.counters import Count, CountDelta, CountingZone
from analytics.models.forecast import Forecast
from analytics.models.reports import ReportDelivery, ReportSchedule

__all__ = ["Count", "CountDelta", "CountingZone", "Forecast", "ReportDelivery", "ReportSchedule"]
