"""Events that wait for delivery."""

from datetime import datetime

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

WAITING = Q(delivered_at__isnull=True, failed_at__isnull=True)


class OutboxEventQuerySet(QuerySet["OutboxEvent"]):
    """Reads of events."""

    def waiting(self) -> "OutboxEventQuerySet":
        """Those that are still to be delivered."""
        return self.filter(WAITING)

    def due(self, at: datetime) -> "OutboxEventQuerySet":
        """Those that may be delivered at `at`, unless an earlier event of their key has to be tried first."""
        held = self.model.objects.waiting().filter(next_attempt_at__gt=at)
        return self.waiting().exclude(key__in=held.values("key"))


class OutboxEvent(models.Model):
    """One row is one thing that happened, written in the transaction that made it happen.

    Delivered after commit, at least once, in order of `id` per `key` (the lead or agency it is about).
    What a receiver refuses is tried again later and later, and set aside in the end (`failed_at`).
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, help_text="Empty: at once.")
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Set aside: not tried any more.")
    last_error = models.TextField(blank=True)

    objects = OutboxEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="core_outbox_waiting", condition=WAITING),
            models.Index(  # read with every batch, and all but empty
                fields=["next_attempt_at"],
                name="core_outbox_held",
                include=["key"],
                condition=WAITING & Q(next_attempt_at__isnull=False),
            ),
            models.Index(
                fields=["failed_at"], name="core_outbox_failed", condition=Q(failed_at__isnull=False)
            ),
            models.Index(
                fields=["delivered_at"], name="core_outbox_prunable", condition=Q(delivered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
