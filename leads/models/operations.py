"""Bulk operations: what was done to many leads at once."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from crm.core.choices import Source
from crm.core.ids import uuid7
from leads.choices import OperationKind, OperationStatus
from leads.querysets import BulkOperationQuerySet


class BulkOperation(models.Model):
    """One row is one thing done to many leads: a bulk call, an admin action, an import, a merge, an undo.

    What it changed is in the history (`LeadChange.operation` is this row's id), so an undo needs no copy.
    `selection` says how the leads were chosen (`{"filters": …}`, `{"saved_filter": …}`, or empty where they were
    named), `request` what was asked for, `failures` holds `{lead_id, code, error}` of each lead refused,
    `report` what only this kind knows: the agents looked at, children moved, fields an undo left alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=OperationKind.choices)
    status = models.CharField(
        max_length=10, choices=OperationStatus.choices, default=OperationStatus.COMPLETED
    )
    author = models.CharField(max_length=254)
    author_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    request_id = models.CharField(max_length=64, blank=True)

    selection = models.JSONField(default=dict)
    lead_ids = ArrayField(models.UUIDField(), default=list)
    request = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    requested_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0, help_text="They stood like this already.")
    failed_count = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list)
    report = models.JSONField(default=dict)

    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = BulkOperationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index("created_at", "id", name="leads_operation_created"),
            models.Index("author_user", "created_at", "id", name="leads_operation_author"),
        ]

    def __str__(self) -> str:
        plural = "" if self.requested_count == 1 else "s"
        return f"{self.get_kind_display()}: {self.requested_count:,} lead{plural}, by {self.author}"

    @property
    def progress(self) -> float:
        """Percent done, 0 to 100 with one decimal."""
        if self.status == OperationStatus.COMPLETED:
            return 100.0
        done = self.changed_count + self.unchanged_count + self.failed_count
        return min(round(100 * done / self.requested_count, 1), 99.9) if self.requested_count else 0.0


class AgentTurn(models.Model):
    """One row is one agent's last turn in the round robin, across calls: the longest not served is next."""

    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    turn = models.BigIntegerField()

    class Meta:
        verbose_name = "turn of an agent"
        verbose_name_plural = "turns of agents"

    def __str__(self) -> str:
        return f"agent {self.agent_id}: turn {self.turn}"
