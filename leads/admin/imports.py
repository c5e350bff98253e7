"""Files of leads: brought in, watched, explained."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from crm.core.admin.base import ReadOnlyAdmin
from leads.choices import ImportStatus
from leads.models import LeadImport

STATUS_COLOURS = {
    ImportStatus.QUEUED: "default",
    ImportStatus.PROCESSING: "info",
    ImportStatus.COMPLETED: "success",
    ImportStatus.FAILED: "danger",
}


@admin.register(LeadImport)
class LeadImportAdmin(ReadOnlyAdmin):
    """Imports, newest first."""

    list_display = (
        "filename",
        "agency",
        "stands",
        "done",
        "created_count",
        "refused_count",
        "author",
        "created_at",
    )
    list_select_related = ("agency",)
    ordering = ("-created_at",)
    sortable_by = ("created_at",)

    @display(description="status", label=STATUS_COLOURS)
    def stands(self, one: LeadImport) -> tuple[str, str]:
        return one.status, one.get_status_display()

    @display(description="progress")
    def done(self, one: LeadImport) -> SafeString:
        return format_html(
            '<progress class="crm-bar" value="{}" max="100"></progress> {} %', one.progress, one.progress
        )
