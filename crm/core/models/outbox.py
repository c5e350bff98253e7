"""Events that wait for delivery."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxEvent(models.Model):
    """One row is one thing that happened, written in the transaction that made it happen.

    Delivered after commit, at least once, in order of `id` per `key` (the lead or agency it is about).
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="core_outbox_waiting", condition=Q(delivered_at__isnull=True)),
            models.Index(
                fields=["delivered_at"], name="core_outbox_prunable", condition=Q(delivered_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
