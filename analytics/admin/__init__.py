"""The business in numbers, in the back office."""

from analytics.admin import agencies, forecasts, insights, leads, reports

__all__ = ["agencies", "forecasts", "insights", "leads", "reports"]
