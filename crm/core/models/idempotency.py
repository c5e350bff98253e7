"""Answers kept so that a repeated request acts once."""

from django.db import models
from django.utils import timezone


class IdempotencyRecord(models.Model):
    """One row is the answer to one `Idempotency-Key` of one caller, kept for 24 hours."""

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(
        max_length=64, help_text="Keyed hash of method, path and body: a body may hold a password."
    )
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True)
    location = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="core_idempotency_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
