"""What is to come, as it was seen on a day."""

from django.db import models
from django.utils import timezone

from analytics.choices import Series


class Forecast(models.Model):
    """One row is one series forecast on one business day, with how the method was chosen and how far off it was.

    `scope` is an agency's code, or empty for the whole business. `document` is described in docs/forecast.md.
    Rows stay: what was forecast can be compared with what came.
    """

    id = models.BigAutoField(primary_key=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_for = models.DateField(help_text="The business day it was made on, which is its first day.")
    series = models.CharField(max_length=10, choices=Series.choices)
    scope = models.CharField(max_length=32, blank=True, help_text="An agency's code; empty for all.")
    method = models.CharField(max_length=30)
    version = models.PositiveSmallIntegerField(help_text="Of the rules that made it.")
    document = models.JSONField()

    class Meta:
        ordering = ["-made_for", "series", "scope"]
        get_latest_by = "made_for"
        constraints = [  # its index also finds the newest of a series
            models.UniqueConstraint(
                fields=["series", "scope", "made_for"], name="analytics_forecast_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_series_display()} of {self.scope or 'all agencies'}, {self.made_for}"
