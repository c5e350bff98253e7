"""Agencies, whom to call there, and the keys they post leads with."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from agencies.choices import AgencyStatus
from agencies.models import Agency, ApiKey, Contact
from agencies.services import create_agency, delete_agency, issue_key, revoke_key, update_agency
from crm.core.admin.base import ServiceAdmin, ServiceForm, actor_of
from crm.core.exceptions import DomainError

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


class KeyForm(forms.Form):
    """What a new key is for."""

    name = forms.CharField(
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Where the key is used, as: landing pages.",
    )


class ContactInline(TabularInline):
    """Whom to call."""

    model = Contact
    extra = 0


@admin.register(Agency)
class AgencyAdmin(ServiceAdmin):
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

    # Keys

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<str:code>/keys/new/", view(never_cache(self.new_key_view)), name="agencies_agency_new_key"
            ),
            path(
                "<str:code>/keys/<uuid:key_id>/revoke/",
                view(self.revoke_view),
                name="agencies_agency_revoke_key",
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        agency = kwargs.get("obj")
        if agency is not None:
            context["keys"] = list(ApiKey.objects.filter(agency=agency.pk))
        return super().render_change_form(request, context, **kwargs)

    def new_key_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Ask for a name, then show the secret: this once."""
        agency = self._agency(request, code)
        form = KeyForm(request.POST or None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "agency": agency,
            "title": f"A new key for {agency.name}",
            "button": "Make the key",
            "back": reverse("admin:agencies_agency_change", args=[agency.pk]),
            "form": form,
        }
        if request.method == "POST" and form.is_valid():
            key, secret = issue_key(code=agency.pk, name=form.cleaned_data["name"], actor=actor_of(request))
            return TemplateResponse(
                request, "admin/agencies/agency/key.html", {**context, "key": key, "secret": secret}
            )
        return TemplateResponse(request, "admin/service_form.html", context)

    def revoke_view(self, request: HttpRequest, code: str, key_id: UUID) -> HttpResponse:
        agency = self._agency(request, code)
        if request.method == "POST":
            try:
                key = revoke_key(code=agency.pk, key_id=key_id, actor=actor_of(request))
            except DomainError as refusal:
                messages.error(request, refusal.message)
            else:
                messages.success(request, f"{key} no longer opens the door.")
        return redirect("admin:agencies_agency_change", agency.pk)

    def _agency(self, request: HttpRequest, code: str) -> Agency:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Agency.objects.visible_to(actor_of(request)), pk=code)
