"""The list of leads and a lead's page."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    MultipleChoicesDropdownFilter,
    RangeNumericFilter,
)

from crm.core.admin.base import actor_of
from leads.admin.actions import LeadActions
from leads.admin.changelist import LeadChangeList, found_leads, visible_leads
from leads.admin.columns import LeadColumns
from leads.admin.filters import (
    AgencyFilter,
    AgentFilter,
    CreatedFilter,
    DeadlineFilter,
    SavedFilterFilter,
    StateFilter,
)
from leads.admin.forms import LeadForm, NewLeadForm
from leads.admin.pages import panels_of
from leads.models import Lead
from leads.services.editing import delete_lead

PERSON = (
    ("first_name", "last_name"),
    ("phone", "alternate_phone"),
    ("email", "language"),
    ("address", "city"),
    ("state", "zip_code"),
    "date_of_birth",
)
CRASH = (
    ("accident_date", "role_in_accident"),
    ("accident_state", "accident_city"),
    ("at_fault", "fault_percent"),
    ("police_report", "police_report_number"),
    ("citation_issued_to", "prior_settlement"),
    ("commercial_vehicle", "government_vehicle"),
)
INJURY = (
    ("injury_type", "medical_bills_range"),
    ("treatment", "treatment_date"),
    "injury_description",
    "has_attorney",
    ("insurance_claimant", "insurance_other"),
)
CONSENT = ("consent_given", "consent_ip", "consent_text", ("trustedform_url", "jornaya_lead_id"))
ORIGIN = (("agency", "campaign_source"), ("sub_id", "source_url"))
TAB = ("tab",)


@admin.register(Lead)
class LeadAdmin(LeadColumns, LeadActions):
    """Leads: found, read, changed, given to agents. Every change is a service's."""

    form = LeadForm
    list_display = ("person", "vendor", "stands", "score", "agent", "value", "state", "deadline", "came_in")
    list_before_template = "admin/leads/lead/chosen_by.html"
    list_fullwidth = True
    compressed_fields = False
    list_select_related = ("agency", "assigned_agent")
    list_filter = (
        SavedFilterFilter,
        ("disposition", MultipleChoicesDropdownFilter),
        AgencyFilter,
        AgentFilter,
        ("priority", ChoicesDropdownFilter),
        StateFilter,
        ("has_attorney", ChoicesDropdownFilter),
        ("quality_score", RangeNumericFilter),
        ("created_at", CreatedFilter),
        DeadlineFilter,
    )
    search_fields = ("id",)  # shows the box; found_leads() looks
    search_help_text = "Name, phone, e-mail, notes or lead id"
    sortable_by = ("score", "value", "deadline", "came_in")
    ordering = ("-created_at",)
    list_disable_select_all = False
    autocomplete_fields = ("agency",)
    change_form_template = "admin/leads/lead/change_form.html"
    fieldsets = (
        ("Person", {"classes": TAB, "fields": PERSON}),
        ("Crash", {"classes": TAB, "fields": CRASH}),
        ("Injury and cover", {"classes": TAB, "fields": INJURY}),
        (
            "Work",
            {"classes": TAB, "fields": ("priority", ("lead_value", "acquisition_cost"), "tags", "notes")},
        ),
        ("Consent", {"classes": TAB, "fields": CONSENT}),
        ("Origin", {"classes": TAB, "fields": ORIGIN}),
    )
    add_fieldsets = (
        ("Origin", {"fields": ORIGIN}),
        ("Person", {"fields": PERSON}),
        ("Crash", {"fields": CRASH}),
        ("Injury and cover", {"fields": INJURY}),
        ("Work", {"fields": ("priority", "tags", "notes")}),
        ("Consent", {"fields": CONSENT}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        return visible_leads(actor_of(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LeadChangeList]:
        return LeadChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        return found_leads(queryset, search_term), False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewLeadForm}), **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        lead = kwargs.get("obj")
        if lead is not None:
            context.update(panels_of(lead, actor_of(request)))
        return super().render_change_form(request, context, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        delete_lead(obj.pk, actor=actor_of(request))
