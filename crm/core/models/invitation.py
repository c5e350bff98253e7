"""Ways into an account by mail: an invitation, and the code of a forgotten password."""

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.core.choices import Role


class InvitationQuerySet(QuerySet["Invitation"]):
    """Reads of invitations."""

    def open(self) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """One row is one person asked to join. The link is made when it is mailed; only its hash is kept."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    vendor_code = models.CharField(max_length=32, blank=True)

    token_hash = models.CharField(max_length=64, blank=True, editable=False)

    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations"
    )

    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"], name="core_invitation_one_waiting", condition=Q(accepted_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["token_hash"], name="core_invitation_token", condition=~Q(token_hash="")
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="core_invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class PasswordReset(models.Model):
    """One row is the last code mailed to one person who forgot the password; only its hash is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="password_reset"
    )
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)

    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at:%Y-%m-%d %H:%M}"
