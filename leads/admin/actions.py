"""What is done to leads from the list and from a lead's page."""

from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from crm.core.admin.base import ServiceAdmin
from leads.admin.acting import ActForm, AssignForm, MoveForm, UnassignForm
from leads.admin.pages import act_page, comment_view
from leads.models import Lead


class LeadActions(ServiceAdmin):
    """Each action asks what it needs on a page of its own, then calls one service for each lead."""

    actions = ("assign_leads", "unassign_leads", "move_leads")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        acts = {"assign": AssignForm, "unassign": UnassignForm, "disposition": MoveForm}
        own = [
            path(f"<uuid:lead_id>/{word}/", view(self.act_view), {"form": form}, name=f"leads_lead_{word}")
            for word, form in acts.items()
        ]
        own.append(path("<uuid:lead_id>/comment/", view(self.comment), name="leads_lead_comment"))
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, lead_id: UUID, form: type[ActForm]) -> HttpResponse:
        leads = self.get_queryset(request).filter(pk=lead_id)
        return act_page(self, request, leads, form, is_one=True)

    def comment(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        lead = get_object_or_404(self.get_queryset(request), pk=lead_id)
        if not self.has_change_permission(request, lead):
            raise PermissionDenied
        return comment_view(request, lead)

    @admin.action(description="Assign to agent…", permissions=["change"])
    def assign_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        return act_page(self, request, queryset, AssignForm)

    @admin.action(description="Unassign…", permissions=["change"])
    def unassign_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        return act_page(self, request, queryset, UnassignForm)

    @admin.action(description="Change disposition…", permissions=["change"])
    def move_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        return act_page(self, request, queryset, MoveForm)
