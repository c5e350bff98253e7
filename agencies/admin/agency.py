"""Agencies, whom to call there, and the keys they post leads with."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from agencies.admin.contacts import ContactInline
from agencies.admin.keys import KeyPages
from agencies.choices import AgencyStatus
from agencies.models import Agency
from agencies.services import create_agency, delete_agency, update_agency
from crm.core.admin.base import ServiceForm, actor_of

STATUS_COLOURS = {
    AgencyStatus.ACTIVE: "success",
    AgencyStatus.PAUSED: "warning",
    AgencyStatus.CLOSED: "default",
}


class AgencyForm(ServiceForm):
    """A known agency; its code stays."""

    def serve(self) -> Agency:
        return update_agency(code=self.instance.pk, changes=self.changes(), actor=self.actor)


class NewAgencyForm(ServiceForm):
    """A new vendor."""

    def serve(self) -> Agency:
        return create_agency(**self.cleaned_data, actor=self.actor)


@admin.register(Agency)
class AgencyAdmin(KeyPages):
    """The vendors of leads."""

    form = AgencyForm
    list_display = ("name", "code", "status_badge", "goal", "live_keys", "created_at")
    list_display_links = ("name", "code")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("code", "name")
    search_help_text = "Code or name"
    ordering = ("code",)
    fields = ("code", "name", "status", "goal", "notes")
    inlines = (ContactInline,)
    change_form_template = "admin/agencies/agency/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agency]:
        agencies = Agency.objects.visible_to(actor_of(request))
        return agencies.annotate(keys=Count("api_keys", filter=Q(api_keys__revoked_at__isnull=True)))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewAgencyForm}), **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Agency | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Agency | None) -> Any:
        return self.inlines if obj else ()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        delete_agency(code=str(obj.pk), actor=actor_of(request))

    @display(description="status", label=STATUS_COLOURS, ordering="status")
    def status_badge(self, agency: Agency) -> tuple[str, str]:
        return agency.status, agency.get_status_display()

    @display(description="live keys")
    def live_keys(self, agency: Any) -> int:
        return int(agency.keys)
