"""Sign-ins."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone


class SessionQuerySet(QuerySet["Session"]):
    """Reads of sign-ins."""

    def live(self) -> "SessionQuerySet":
        """Those whose tokens still open doors."""
        return self.filter(ended_at__isnull=True)


class Session(models.Model):
    """One row is one sign-in on one device: the family of refresh tokens that grew from it.

    Only the newest refresh token, the one named here, is good; an older one betrays a copy and ends the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    refresh_jti = models.UUIDField()

    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    refreshed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in"
        ordering = ["-refreshed_at"]
        indexes = [
            models.Index(fields=["user"], name="core_session_live", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["refreshed_at"], name="core_session_prunable"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"
