"""The lead."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from agencies.models import Agency
from crm.core.ids import uuid7
from leads.choices import (
    OPEN,
    AtFault,
    Disposition,
    HasAttorney,
    MedicalBills,
    Priority,
    RoleInAccident,
    Treatment,
    YesNoUnknown,
)
from leads.querysets import LeadQuerySet

OLDEST_BIRTH = date(1900, 1, 1)


class Lead(models.Model):
    """One row is one person hurt in one crash, as one agency sent them.

    Triggers (leads/sql) keep, for every path: history, the agents' counts of open leads, the search
    document, `updated_at`, `assigned_at`, `first_contact_at`, `last_contact`, `closed_date`, `furthest_stage`,
    and the promise that no e-mail address or phone number comes in twice within the duplicate window.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    # The person
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True, help_text="Casefolded.")
    phone = models.CharField(max_length=20, blank=True, help_text="E.164, as +13125550123.")
    alternate_phone = models.CharField(max_length=20, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    language = models.CharField(max_length=40, blank=True)

    # Where it came from
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, db_column="vendor_code", related_name="leads", db_index=False
    )
    campaign_source = models.CharField(max_length=120, blank=True)
    source_url = models.CharField(max_length=2000, blank=True)
    sub_id = models.CharField(max_length=120, blank=True, help_text="The vendor's own id.")

    # How it is worked
    disposition = models.CharField(max_length=30, choices=Disposition.choices, default=Disposition.NEW)
    disposition_reason = models.CharField(max_length=300, blank=True)
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    notes = models.TextField(blank=True)
    lead_value = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0.00"))
    acquisition_cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    quality_score = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    assigned_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        db_index=False,
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    last_contact = models.DateTimeField(null=True, blank=True)
    closed_date = models.DateTimeField("converted at", null=True, blank=True)
    furthest_stage = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="How far it ever got on the way forward: its place among STAGES."
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        db_index=False,
        help_text="The lead that stands for the same person now; only with disposition Duplicate.",
    )

    # The crash
    accident_date = models.DateField(null=True, blank=True)
    accident_state = models.CharField(max_length=2, blank=True)
    accident_city = models.CharField(max_length=100, blank=True)
    role_in_accident = models.CharField(max_length=12, choices=RoleInAccident.choices, blank=True)
    at_fault = models.CharField(max_length=8, choices=AtFault.choices, default=AtFault.UNKNOWN)
    fault_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    police_report = models.CharField(max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN)
    police_report_number = models.CharField(max_length=60, blank=True)
    citation_issued_to = models.CharField(max_length=100, blank=True)
    injury_type = models.CharField(max_length=120, blank=True)
    injury_description = models.TextField(blank=True)
    treatment = models.CharField(max_length=12, choices=Treatment.choices, default=Treatment.UNKNOWN)
    treatment_date = models.DateField("first treatment", null=True, blank=True)
    medical_bills_range = models.CharField(max_length=12, choices=MedicalBills.choices, blank=True)
    has_attorney = models.CharField(max_length=8, choices=HasAttorney.choices, default=HasAttorney.UNKNOWN)
    insurance_claimant = models.CharField("claimant's insurance", max_length=120, blank=True)
    insurance_other = models.CharField("other party's insurance", max_length=120, blank=True)
    commercial_vehicle = models.BooleanField(null=True, blank=True)
    government_vehicle = models.BooleanField(null=True, blank=True)
    prior_settlement = models.BooleanField(null=True, blank=True)
    filing_deadline = models.DateField(
        null=True, blank=True, help_text="From the law of the accident's state."
    )

    # Consent
    consent_given = models.BooleanField(null=True, blank=True)
    consent_text = models.TextField(blank=True)
    consent_ip = models.GenericIPAddressField("consent IP", null=True, blank=True)
    trustedform_url = models.CharField("TrustedForm URL", max_length=500, blank=True)
    jornaya_lead_id = models.CharField("Jornaya lead id", max_length=100, blank=True)

    # Stamps
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=254, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(  # the list, newest first; a period's leads by quality score, without a look at them
                fields=["created_at", "id"], include=["quality_score"], name="leads_created"
            ),
            models.Index("agency", "created_at", "id", name="leads_agency_created"),  # a vendor's list
            models.Index("disposition", "created_at", "id", name="leads_disposition_created"),
            models.Index("agency", "disposition", "created_at", "id", name="leads_agency_disposition"),
            models.Index("campaign_source", "created_at", "id", name="leads_campaign_created"),
            models.Index("state", "created_at", "id", name="leads_state_created"),
            models.Index(
                "assigned_agent", "created_at", "id", name="leads_agent_created"
            ),  # "my leads", "unassigned"
            models.Index("updated_at", "id", name="leads_updated"),  # ordering=
            models.Index("quality_score", "id", name="leads_quality"),  # ordering=
            models.Index("lead_value", "id", name="leads_value"),  # ordering=
            models.Index("last_contact", "id", name="leads_last_contact"),  # ordering=
            models.Index("filing_deadline", "id", name="leads_deadline"),  # ordering=, deadlineWithin=
            models.Index("phone", "created_at", name="leads_phone", condition=~Q(phone="")),  # duplicates
            models.Index("email", "created_at", name="leads_email", condition=~Q(email="")),  # duplicates
            GinIndex(fields=["tags"], name="leads_tags", condition=~Q(tags=[])),  # tag=
            GinIndex(  # any of these together, and counts of what is rare; a dozen times smaller than one btree
                fields=["state", "campaign_source", "has_attorney", "priority"], name="leads_facts"
            ),
            models.Index(  # who waits for an agent: the admin's day and its list
                "created_at",
                "id",
                name="leads_pool",
                condition=Q(assigned_agent__isnull=True, disposition__in=OPEN),
            ),
            models.Index(  # converted this month
                "closed_date", "id", name="leads_converted", condition=Q(closed_date__isnull=False)
            ),
            models.Index(  # how long a period's conversions took, and by quality score, without a look at the leads
                fields=["created_at", "closed_date"],
                include=["quality_score"],
                name="leads_velocity",
                condition=Q(closed_date__isnull=False),
            ),
            models.Index(  # the same person under the other number
                "alternate_phone", name="leads_alternate_phone", condition=~Q(alternate_phone="")
            ),
            models.Index(  # what was merged into a lead; deletions
                "merged_into", name="leads_merged_into", condition=Q(merged_into__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(disposition__in=Disposition.values), name="leads_disposition_known"
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="leads_priority_known"),
            models.CheckConstraint(condition=Q(quality_score__range=(1, 10)), name="leads_quality_1_to_10"),
            models.CheckConstraint(condition=Q(lead_value__gte=0), name="leads_value_not_negative"),
            models.CheckConstraint(condition=Q(acquisition_cost__gte=0), name="leads_cost_not_negative"),
            models.CheckConstraint(condition=Q(fault_percent__lte=100), name="leads_fault_percent"),
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="leads_reachable"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="leads_phone_e164"
            ),
            models.CheckConstraint(condition=Q(date_of_birth__gte=OLDEST_BIRTH), name="leads_birth_sane"),
            models.CheckConstraint(
                condition=Q(filing_deadline__gte=F("accident_date")), name="leads_deadline_after_accident"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="leads_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or self.phone

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_open(self) -> bool:
        """Whether the lead is still worked and takes a place of its agent's capacity."""
        return self.disposition in OPEN

    def days_to_deadline(self, today: date) -> int | None:
        """Days left to file, negative once passed."""
        return (self.filing_deadline - today).days if self.filing_deadline else None

    def etag(self) -> str:
        """The version of this row, for `If-Match`."""
        return etag_of(self.updated_at)


def etag_of(updated_at: datetime) -> str:
    """A strong entity tag: the microsecond of the last change."""
    return f'"{int(updated_at.timestamp() * 1_000_000):x}"'
