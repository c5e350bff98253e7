"""Saved filters."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.core.ids import uuid7
from leads.querysets import SavedFilterQuerySet


class SavedFilter(models.Model):
    """One row is a choice of leads under a name: `filters` as GET /leads or as advanced-search takes them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    filters = models.JSONField()
    is_public = models.BooleanField("public", default=False, help_text="All of the staff see and use it.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="leads_saved_filter_name_once"),
        ]
        indexes = [
            models.Index("is_public", name="leads_saved_filter_public", condition=models.Q(is_public=True))
        ]

    def __str__(self) -> str:
        return self.name


class SavedFilterUse(models.Model):
    """One row is the last time a person used a saved filter: what `recentFilters` shows."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    saved_filter = models.ForeignKey(SavedFilter, on_delete=models.CASCADE, related_name="uses")
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "use of a saved filter"
        verbose_name_plural = "uses of saved filters"
        constraints = [
            models.UniqueConstraint(fields=["user", "saved_filter"], name="leads_saved_filter_use_once"),
        ]
        indexes = [models.Index("user", "used_at", name="leads_saved_filter_recent")]

    def __str__(self) -> str:
        return f"{self.saved_filter_id} at {self.used_at}"
