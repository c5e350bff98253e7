"""Imports."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from agencies.models import Agency
from leads.choices import ImportStatus
from leads.querysets import LeadImportQuerySet


class LeadImport(models.Model):
    """One row is one file of leads brought in, its progress and its report.

    `mapping` shows each column of the file and the field it was taken for; `report` holds counts, the
    statuses and owners as matched, and why rows were refused. Files live in the default storage.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    author = models.CharField(max_length=254)
    author_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    filename = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=300)
    is_dry_run = models.BooleanField("dry run", default=False)
    given_mapping = models.JSONField(default=dict, blank=True)
    creates_owners = models.BooleanField(
        default=False, help_text="Make an account for each owner nobody matches."
    )

    status = models.CharField(max_length=12, choices=ImportStatus.choices, default=ImportStatus.QUEUED)
    rows_total = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0, help_text="Of the refused, those known already.")
    last_row = models.PositiveIntegerField(
        default=0, help_text="Where a restart goes on; the header is row 1."
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often a worker began; one that is killed leaves the rest to the next."
    )
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    refused_file = models.FileField(upload_to="imports/%Y/%m/", max_length=300, blank=True)
    error = models.TextField(blank=True)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = LeadImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ["-created_at"]
        indexes = [models.Index("created_at", name="leads_import_created")]

    def __str__(self) -> str:
        return f"{self.filename} ({self.get_status_display()})"

    @property
    def progress(self) -> float:
        """Percent done, 0 to 100 with one decimal."""
        if self.status == ImportStatus.COMPLETED:
            return 100.0
        done = 100 * self.rows_done / self.rows_total if self.rows_total else 0.0
        return min(round(done, 1), 99.9)  # an XLSX file's own count of its rows may be too small


class ImportRefusal(models.Model):
    """One row is one row of a file that was not taken. Kept until the import ends, when they become its file."""

    id = models.BigAutoField(primary_key=True)
    lead_import = models.ForeignKey(
        LeadImport, on_delete=models.CASCADE, related_name="refusals", db_index=False
    )
    row = models.PositiveIntegerField(help_text="As a spreadsheet numbers it; the header is row 1.")
    reason = models.TextField()
    cells = models.JSONField()

    class Meta:
        verbose_name = "refused row"
        ordering = ["lead_import", "row"]
        constraints = [models.UniqueConstraint(fields=["lead_import", "row"], name="leads_refusal_once")]

    def __str__(self) -> str:
        return f"Row {self.row}: {self.reason}"
