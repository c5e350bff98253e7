"""The pages of an agency's API keys: made, shown once, revoked."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminTextInputWidget

from agencies.models import Agency, ApiKey
from agencies.services import issue_key, revoke_key
from crm.core.admin.base import ServiceAdmin, actor_of
from crm.core.exceptions import DomainError


class KeyForm(forms.Form):
    """What a new key is for."""

    name = forms.CharField(
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Where the key is used, as: landing pages.",
    )


class KeyPages(ServiceAdmin):
    """Added to the agencies' pages."""

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
        agency: Agency | None = self.get_object(request, code)
        if agency is None:
            raise Http404
        return agency
