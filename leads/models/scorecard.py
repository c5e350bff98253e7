"""The weights of the score."""

from django.db import models
from django.utils import timezone


class Scorecard(models.Model):
    """One row is one version of the scoring weights. Rows are only added; the newest one is in force."""

    version = models.AutoField(primary_key=True)
    weights = models.JSONField(help_text="See docs/scoring.md for the factors.")
    note = models.CharField(max_length=300, blank=True)
    author = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-version"]
        get_latest_by = "version"

    def __str__(self) -> str:
        return f"Scorecard {self.version}"
