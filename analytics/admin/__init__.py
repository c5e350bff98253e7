"""The business in numbers, in the back office."""

from analytics.admin import reports

__all__ = ["reports"]
