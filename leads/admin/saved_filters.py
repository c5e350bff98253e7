"""Saved filters: choices of leads under a name."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.core.admin.base import CappedChangeList, ServiceAdmin, ServiceForm, actor_of, person_of
from crm.core.exceptions import DomainError
from leads.admin.columns import in_lines
from leads.admin.conditions import told_filters
from leads.admin.scorecards import Indented
from leads.models import SavedFilter
from leads.services.saved_filters import change_filter, delete_filter, problems_of, save_filter

EXAMPLE = json.dumps({"disposition": ["New", "Contacted"], "state": "NY"})
HELP = f"As GET /api/leads takes them ({EXAMPLE}), or a tree of conditions; see docs/search.md."


class SavedFilterForm(ServiceForm):
    """A name, and which leads it stands for."""

    filters = forms.JSONField(
        encoder=Indented,
        initial=dict,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=HELP,
    )

    def serve(self) -> SavedFilter:
        given = {name: self.cleaned_data[name] for name in ("name", "description", "filters", "is_public")}
        if self.instance._state.adding:
            return save_filter(actor=self.actor, **given)
        return change_filter(self.instance.pk, actor=self.actor, **given)

    def refuse(self, refusal: DomainError) -> None:
        """What is wrong in the filters is named by its path there."""
        inside = {name: told for name, told in refusal.details.items() if name.startswith("filters")}
        if inside:
            self.add_error("filters", [f"{name}: {' '.join(told)}" for name, told in inside.items()])
        else:
            super().refuse(refusal)


class SavedFilterChangeList(CappedChangeList):
    """Knows of each filter shown whether it still fits: two statements for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        for saved, problems in zip(
            self.result_list, problems_of(self.result_list, actor_of(request)), strict=True
        ):
            saved.problems = problems


@admin.register(SavedFilter)
class SavedFilterAdmin(ServiceAdmin):
    """One's own filters and the public ones. Only the owner or an admin changes one."""

    form = SavedFilterForm
    list_display = ("name", "description", "conditions", "fits", "leads", "is_public", "owner", "updated_at")
    list_select_related = ("owner",)
    list_filter = (("is_public", BooleanRadioFilter),)
    search_fields = ("name", "description")
    search_help_text = "Name or description"
    ordering = ("name",)
    sortable_by = ("name", "updated_at")
    fields = ("name", "description", "is_public", "filters")
    change_form_template = "admin/leads/savedfilter/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedFilter]:
        return SavedFilter.objects.visible_to(actor_of(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SavedFilterChangeList]:
        return SavedFilterChangeList

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _may_change(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        saved = kwargs.get("obj")
        if saved is not None:
            context["conditions"] = told_filters(saved.filters)
            context["problems"] = problems_of([saved], actor_of(request))[0]
            context["leads_url"] = leads_url(saved)
        return super().render_change_form(request, context, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        delete_filter(obj.pk, actor=actor_of(request))

    @display(description="conditions")
    def conditions(self, saved: SavedFilter) -> SafeString:
        return in_lines(told_filters(saved.filters))

    @display(description="fits", boolean=True)
    def fits(self, saved: Any) -> bool:
        return not saved.problems

    @display(description="leads", empty_value="-")
    def leads(self, saved: Any) -> SafeString | None:
        if saved.problems:
            return None
        return format_html('<a class="crm-link" href="{}">Show the leads</a>', leads_url(saved))


def leads_url(saved: SavedFilter) -> str:
    """The list of the leads that it chooses."""
    return f"{reverse('admin:leads_lead_changelist')}?saved_filter={saved.pk}"


def _may_change(request: HttpRequest, saved: SavedFilter | None) -> bool:
    person = person_of(request)
    return saved is None or person.is_superuser or saved.owner_id == person.pk
