"""App: the business in numbers."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """The business in numbers."""

    name = "analytics"

    def ready(self) -> None:
        """Listen."""
        from analytics import receivers  # noqa: F401
