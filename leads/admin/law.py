"""The rules a manager looks up and an admin maintains: state law, intake policy."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.core.admin.base import BaseAdmin
from leads.models import IntakePolicy, StateLaw

CONFIDENCE_COLOURS = {"H": "success", "M": "warning", "L": "danger"}


@admin.register(StateLaw)
class StateLawAdmin(BaseAdmin):
    """How long one may file, state by state. A change of the law is a new row with its first day."""

    list_display = (
        "state",
        "claim_type",
        "limit",
        "fault_rule",
        "effective_from",
        "sure",
        "statute",
        "checked_on",
    )
    list_filter = (("claim_type", ChoicesDropdownFilter), ("fault_rule", ChoicesDropdownFilter))
    search_fields = ("state", "statute")
    search_help_text = "State or statute"
    ordering = ("state", "claim_type", "-effective_from")
    fieldsets = (
        (None, {"fields": (("state", "claim_type"), "effective_from")}),
        (
            "Time limit, from the day of the crash",
            {"fields": (("limit_years", "limit_months", "limit_days"),)},
        ),
        ("Fault and insurance", {"fields": ("fault_rule", "system", "bars_uninsured")}),
        ("Source", {"fields": ("statute", "confidence", "note", "source", "checked_on")}),
    )

    @display(description="limit")
    def limit(self, law: StateLaw) -> str:
        parts = ((law.limit_years, "year"), (law.limit_months, "month"), (law.limit_days, "day"))
        return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number)

    @display(description="confidence", label=CONFIDENCE_COLOURS)
    def sure(self, law: StateLaw) -> tuple[str, str]:
        return law.confidence, law.get_confidence_display()


@admin.register(IntakePolicy)
class IntakePolicyAdmin(BaseAdmin):
    """The one row of intake's settings: the list leads straight to it."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        policy = IntakePolicy.objects.first() or IntakePolicy.objects.create()
        return redirect(reverse("admin:leads_intakepolicy_change", args=[policy.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
