"""Agencies (lead vendors), their contacts and keys."""

from uuid import uuid4

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from agencies.choices import AgencyStatus
from agencies.querysets import AgencyQuerySet, ApiKeyQuerySet
from crm.core.actors import Actor
from crm.core.choices import Role, Source

DEFAULT_GOAL = 600

code_form = RegexValidator(r"^[A-Z0-9][A-Z0-9_-]{1,31}\Z", "Use 2 to 32 capital letters, digits, '-' or '_'.")


class Agency(models.Model):
    """One row is one vendor of leads. Its code is its identity everywhere: on leads, in files, in URLs."""

    code = models.CharField(max_length=32, primary_key=True, validators=[code_form])
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=AgencyStatus.choices, default=AgencyStatus.ACTIVE)
    goal = models.PositiveIntegerField("monthly goal", default=DEFAULT_GOAL, help_text="Leads a month.")
    notes = models.TextField(blank=True)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=AgencyStatus.values), name="agencies_agency_status_known"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_-]{1,31}$"), name="agencies_agency_code_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def is_sending(self) -> bool:
        """Whether intake takes this agency's leads."""
        return self.status == AgencyStatus.ACTIVE


class Contact(models.Model):
    """One row is one person to call at an agency."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_primary", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency"], condition=Q(is_primary=True), name="agencies_contact_one_primary"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """One row is one key an agency's systems post leads with. Only the key's SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, help_text="The part that may be shown.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=254, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    # The key is what signs in on its agency's behalf: DRF's idea of a user.
    is_authenticated = True
    is_active = True
    role = Role.VENDOR

    @property
    def vendor_code(self) -> str:
        """The agency this key acts for."""
        return self.agency_id

    def actor(self, source: Source, request_id: str = "") -> Actor:
        """This key as the author of changes."""
        return Actor(
            label=f"key {self.prefix}…",
            role=Role.VENDOR,
            source=source,
            vendor_code=self.agency_id,
            request_id=request_id,
        )
