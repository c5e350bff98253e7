"""The page that undoes a bulk operation: what it would do, why, done."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from crm.core.admin.base import ReadOnlyAdmin, actor_of
from crm.core.exceptions import DomainError
from leads.admin import records
from leads.admin.acting import reason_field
from leads.models import BulkOperation
from leads.services.bulk.previewing import preview_undo
from leads.services.bulk.undoing import undo_operation


class UndoForm(forms.Form):
    """Why."""

    reason = reason_field()


class UndoPage(ReadOnlyAdmin):
    """Added to the pages of bulk operations."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<uuid:operation_id>/undo/", view, name="leads_bulkoperation_undo"), *super().get_urls()]

    def undo_view(self, request: HttpRequest, operation_id: UUID) -> HttpResponse:
        """Say what it will do; do it; lead to the undo's own page, which says what it did."""
        if not request.user.has_perm("leads.change_bulkoperation"):
            raise PermissionDenied
        operation = get_object_or_404(self.get_queryset(request), pk=operation_id)
        form = UndoForm(request.POST if request.method == "POST" else None)
        try:
            if form.is_bound and form.is_valid():
                return self._undone(request, operation, form.cleaned_data["reason"])
            return self._asked(request, operation, form)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect(reverse("admin:leads_bulkoperation_change", args=[operation.pk]))

    def _undone(self, request: HttpRequest, operation: BulkOperation, reason: str) -> HttpResponse:
        undo = undo_operation(operation.pk, actor=actor_of(request), reason=reason)
        level = messages.WARNING if undo.failed_count or undo.report.get("left") else messages.SUCCESS
        messages.add_message(request, level, f"{records.counted(undo.changed_count)} as before.")
        return redirect(reverse("admin:leads_bulkoperation_change", args=[undo.pk]))

    def _asked(self, request: HttpRequest, operation: BulkOperation, form: UndoForm) -> HttpResponse:
        preview = preview_undo(operation.pk, actor=actor_of(request))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": operation,
            "title": "Undo this operation",
            "button": "Undo",
            "form": form,
            "one": operation,
            "kind": records.told_kind(operation),
            "preview": preview,
            "without_place": sorted(preview.without_place.items()),
            "back": reverse("admin:leads_bulkoperation_change", args=[operation.pk]),
        }
        return TemplateResponse(request, "admin/leads/bulkoperation/undo.html", context)
