"""Files of leads: brought in, watched, explained."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from crm.core.admin.base import ServiceAdmin, ServiceForm, actor_of
from leads.choices import ImportStatus
from leads.models import BulkOperation, LeadImport
from leads.services.imports.report import Report
from leads.services.imports.starting import start_import
from leads.tasks import run_lead_import

STATUS_COLOURS = {
    ImportStatus.QUEUED: "default",
    ImportStatus.PROCESSING: "info",
    ImportStatus.COMPLETED: "success",
    ImportStatus.FAILED: "danger",
}
UNDER_WAY = (ImportStatus.QUEUED, ImportStatus.PROCESSING)


class ImportForm(ServiceForm):
    """A file and whose leads it holds."""

    class Meta:
        model = LeadImport
        fields: list[str] = []
        help_texts = {"file": "CSV or XLSX. Columns are recognised by their headings."}

    def serve(self) -> LeadImport:
        file = self.cleaned_data["file"]
        one = start_import(
            file,
            filename=file.name,
            agency_code=self.cleaned_data["agency"].pk,
            actor=self.actor,
            is_dry_run=self.cleaned_data["is_dry_run"],
        )
        transaction.on_commit(lambda: run_lead_import.delay(str(one.pk)), robust=True)
        return one


@admin.register(LeadImport)
class LeadImportAdmin(ServiceAdmin):
    """Imports, newest first; the page of one follows it to its end."""

    form = ImportForm
    list_display = (
        "filename",
        "agency",
        "stands",
        "is_dry_run",
        "done",
        "created_count",
        "refused_count",
        "author",
        "created_at",
    )
    list_select_related = ("agency",)
    ordering = ("-created_at",)
    sortable_by = ("created_at",)
    fields = ("agency", "file", "is_dry_run")
    autocomplete_fields = ("agency",)
    change_form_template = "admin/leads/leadimport/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadImport]:
        return LeadImport.objects.visible_to(actor_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.refused_view)
        return [path("<uuid:import_id>/refused/", view, name="leads_leadimport_refused"), *super().get_urls()]

    def refused_view(self, request: HttpRequest, import_id: UUID) -> FileResponse:
        """The rows refused, with the reason for each, to be mended and sent again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        one = get_object_or_404(self.get_queryset(request), pk=import_id)
        if not one.refused_file:
            raise Http404
        name = f"{one.filename.rpartition('.')[0] or one.filename}-refused.csv"
        return FileResponse(one.refused_file.open("rb"), as_attachment=True, filename=name)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect(reverse("admin:leads_leadimport_change", args=[obj.pk]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        one = kwargs.get("obj")
        if one is not None:
            is_under_way = one.status in UNDER_WAY
            context.update(one=one, is_under_way=is_under_way, badge=STATUS_COLOURS[ImportStatus(one.status)])
            context["has_operation"] = BulkOperation.objects.filter(pk=one.pk).exists()
            context["report"] = Report.read(one.report).document()
        return super().render_change_form(request, context, **kwargs)

    @display(description="status", label=STATUS_COLOURS)
    def stands(self, one: LeadImport) -> tuple[str, str]:
        return one.status, one.get_status_display()

    @display(description="progress")
    def done(self, one: LeadImport) -> SafeString:
        bar = (
            '<span class="crm-load"><progress class="crm-bar" value="{0}" max="100"></progress> {0} %</span>'
        )
        return format_html(bar, one.progress)
