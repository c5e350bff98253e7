"""What a manager should look at, as the rules found it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.core.ids import uuid7


class Severity(models.IntegerChoices):
    """How much it presses."""

    INFO = 0, "info"
    WARNING = 1, "warning"
    CRITICAL = 2, "critical"


class Insight(models.Model):
    """One row is what one rule found about one subject on one business day, as the last run that found it saw it.

    A run within the day writes the row anew; what it does not find again is no longer current. `document` holds
    title, text, figures, test, threshold and link, as docs/insights.md says.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, help_text="The rule.")
    subject = models.CharField(
        max_length=255, blank=True, help_text="What the rule speaks of; empty for all."
    )
    scope = models.CharField(max_length=32, blank=True, help_text="An agency's code; empty for all.")
    valid_for = models.DateField(help_text="The business day it was found on.")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    size = models.FloatField(help_text="Orders those of one severity, across rules: leads concerned.")
    version = models.PositiveSmallIntegerField(help_text="Of the rules that found it.")
    is_current = models.BooleanField(default=True, help_text="Whether the last run found it.")
    found_at = models.DateTimeField(default=timezone.now, help_text="First, on this day.")
    made_at = models.DateTimeField(default=timezone.now, help_text="Last.")
    document = models.JSONField()

    class Meta:
        ordering = ["-severity", "-size", "code", "subject"]
        constraints = [  # its index also finds the days to let go
            models.UniqueConstraint(
                fields=["valid_for", "code", "subject"], name="analytics_insight_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="analytics_insight_severity_known"
            ),
        ]
        indexes = [
            models.Index(  # the newest set, and the newest of one agency
                "scope", name="analytics_insight_current", condition=Q(is_current=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.document.get("title", self.code))
