"""What happened to leads."""

from django.db import models
from django.utils import timezone

from crm.core.choices import Source
from leads.querysets import LeadChangeQuerySet


class LeadChange(models.Model):
    """One row is one change of one lead, written by triggers for every path. Rows are never changed.

    `changes` maps a column to `[old, new]`; it is empty for the creation, and whole for a deletion. The lead
    is not a foreign key: history outlives a deletion.
    """

    id = models.BigAutoField(primary_key=True)
    lead_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=40)
    actor = models.CharField(max_length=254, blank=True)
    actor_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    request_id = models.CharField(max_length=64, blank=True)
    operation = models.UUIDField(null=True, help_text="The bulk operation or import this was part of.")
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)

    objects = LeadChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "change of a lead"
        verbose_name_plural = "changes of leads"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["lead_id", "id"], name="leads_change_of_lead"),
            models.Index(
                fields=["operation", "id"],
                name="leads_change_of_operation",
                condition=models.Q(operation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor or 'unknown'}"
