"""What is done to leads from the list and from a lead's page."""

from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from leads.admin.acting import ActForm, AssignForm, MoveForm, ReassignForm, UnassignForm
from leads.admin.bulk import AssignManyForm, BulkForm, ChangeManyForm, UnassignManyForm
from leads.admin.bulk_pages import answer_page, question_page
from leads.admin.merging import MergePages
from leads.admin.pages import act_page, comment_view
from leads.models import Lead

ONE = {"assign": AssignForm, "reassign": ReassignForm, "unassign": UnassignForm, "disposition": MoveForm}
MANY = {"assign": AssignManyForm, "unassign": UnassignManyForm, "change": ChangeManyForm}


class LeadActions(MergePages):
    """Each action asks what it needs on a page of its own, then calls one service: for one lead, or for many."""

    actions = ("assign_leads", "unassign_leads", "change_leads", "merge_leads")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        one = [
            path(f"<uuid:lead_id>/{word}/", view(self.act_view), {"form": form}, name=f"leads_lead_{word}")
            for word, form in ONE.items()
        ]
        many = [
            path(f"bulk/{word}/", view(self.bulk_view), {"word": word}, name=f"leads_lead_bulk_{word}")
            for word in MANY
        ]
        comment = path("<uuid:lead_id>/comment/", view(self.comment), name="leads_lead_comment")
        return [*one, *many, comment, *super().get_urls()]

    def act_view(self, request: HttpRequest, lead_id: UUID, form: type[ActForm]) -> HttpResponse:
        return act_page(self, request, self._lead(request, lead_id), form)

    def bulk_view(self, request: HttpRequest, word: str) -> HttpResponse:
        """What was answered to an action's question."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return answer_page(self, request, word, MANY[word])

    def comment(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        return comment_view(request, self._lead(request, lead_id))

    def _lead(self, request: HttpRequest, lead_id: UUID) -> Lead:
        lead: Lead = get_object_or_404(self.get_queryset(request), pk=lead_id)
        if not self.has_change_permission(request, lead):
            raise PermissionDenied
        return lead

    @admin.action(description="Assign…", permissions=["change"])
    def assign_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        return self._ask(request, queryset, "assign")

    @admin.action(description="Unassign…", permissions=["change"])
    def unassign_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        return self._ask(request, queryset, "unassign")

    @admin.action(description="Change disposition or priority…", permissions=["change"])
    def change_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        return self._ask(request, queryset, "change")

    def _ask(self, request: HttpRequest, leads: QuerySet[Lead], word: str) -> HttpResponse:
        form: type[BulkForm] = MANY[word]
        return question_page(self, request, leads, word, form)
