"""The audit of leads: every change, by every path."""

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from crm.core.admin.base import ReadOnlyAdmin
from leads.admin.changelist import UUID_LIKE
from leads.models import LeadChange

SHOWN = 4  # changed fields named in a row


@admin.register(LeadChange)
class LeadChangeAdmin(ReadOnlyAdmin):
    """Changes, newest first; searched by the id of a lead."""

    list_display = ("at", "action", "actor", "source", "lead", "changed", "reason")
    list_display_links = ("at",)
    search_fields = ("lead_id",)
    search_help_text = "A lead's whole id"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "action", "actor", "source", "lead", "reason", "request_id", "operation", "changes")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LeadChange], search_term: str
    ) -> tuple[QuerySet[LeadChange], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return (queryset.filter(lead_id=UUID(text)) if UUID_LIKE.fullmatch(text) else queryset.none()), False

    @display(description="lead")
    def lead(self, change: LeadChange) -> SafeString:
        return format_html(
            '<a class="crm-link" href="{}">{}</a>',
            reverse("admin:leads_lead_change", args=[change.lead_id]),
            str(change.lead_id)[-12:],
        )

    @display(description="changed")
    def changed(self, change: LeadChange) -> str:
        names = list(change.changes)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        return ", ".join(names[:SHOWN]) + more or "-"
