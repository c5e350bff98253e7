"""Bulk operations: what was done to many leads at once, and undoing it."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.core.actors import Actor
from crm.core.admin.base import CappedChangeList, actor_of
from leads.admin import records
from leads.admin.filters import AuthorFilter, CreatedFilter
from leads.admin.undoing import UndoPage
from leads.choices import OperationKind, OperationStatus
from leads.models import BulkOperation
from leads.selectors.standing import undone
from leads.services.bulk.undoing import refusal_of

STATUS_COLOURS = {
    OperationStatus.RUNNING: "info",
    OperationStatus.COMPLETED: "success",
    OperationStatus.FAILED: "danger",
}
LONG = ("lead_ids", "selection", "failures", "report")  # what a list does not show, of 10,000 leads each
BRIEFLY = 60  # characters of a request in the list


class OperationChangeList(CappedChangeList):
    """Reads of each operation only what a row shows."""

    def get_queryset(self, request: HttpRequest, **kwargs: Any) -> QuerySet[BulkOperation]:
        found: QuerySet[BulkOperation] = super().get_queryset(request, **kwargs)
        return found.select_related(None).defer(*LONG)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        last = undone(one.pk for one in self.result_list)
        for one in self.result_list:
            one.undone = last.get(one.pk)


@admin.register(BulkOperation)
class BulkOperationAdmin(UndoPage):
    """Operations, newest first; the page of one tells all that is known of it, and leads to its undo."""

    list_display = ("when", "what", "author", "leads", "changed", "refused", "stands", "taken_back")
    list_display_links = ("when",)
    list_filter = (("kind", ChoicesDropdownFilter), AuthorFilter, ("created_at", CreatedFilter))
    ordering = ("-created_at",)
    sortable_by = ("when",)
    change_form_template = "admin/leads/bulkoperation/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkOperation]:
        return BulkOperation.objects.visible_to(actor_of(request)).select_related("undone_by")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OperationChangeList]:
        return OperationChangeList

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        context.update(panels_of(kwargs["obj"], actor_of(request)))
        return cast("HttpResponse", super().render_change_form(request, context, **kwargs))

    @display(description="when", ordering="created_at")
    def when(self, one: BulkOperation) -> Any:
        return one.created_at

    @display(description="what")
    def what(self, one: BulkOperation) -> SafeString:
        asked = ", ".join(f"{name}: {value}" for name, value in records.request_rows(one))
        brief = asked if len(asked) <= BRIEFLY else f"{asked[: BRIEFLY - 1]}…"
        return format_html('{}<small class="crm-note crm-below">{}</small>', records.told_kind(one), brief)

    @display(description="leads")
    def leads(self, one: BulkOperation) -> str:
        return f"{one.requested_count:,}"

    @display(description="changed")
    def changed(self, one: BulkOperation) -> str:
        return f"{one.changed_count:,}"

    @display(description="refused")
    def refused(self, one: BulkOperation) -> str:
        return f"{one.failed_count:,}"

    @display(description="state")
    def stands(self, one: BulkOperation) -> SafeString:
        told = f"{one.progress} %" if one.status == OperationStatus.RUNNING else one.get_status_display()
        colour = STATUS_COLOURS[OperationStatus(one.status)]
        return format_html('<span class="crm-badge crm-badge--{}">{}</span>', colour, told)

    @display(description="undone by", empty_value="-")
    def taken_back(self, one: Any) -> SafeString | None:
        if one.undone is None:
            return None
        url = reverse("admin:leads_bulkoperation_change", args=[one.undone.last])
        told = "stands again" if one.undone.stands else one.undone.author
        return format_html('<a class="crm-link" href="{}">{}</a>', url, told)


def panels_of(one: BulkOperation, actor: Actor) -> dict[str, Any]:
    """What the page of one operation shows; two statements at most beside those that read it."""
    undo = getattr(one, "undone_by", None)
    refusal = refusal_of(one, undo.pk if undo else None, actor)
    names = records.names_of_listed(one, actor)
    left = one.report.get("left", [])
    return {
        "one": one,
        "kind": records.told_kind(one),
        "badge": STATUS_COLOURS[OperationStatus(one.status)],
        "is_running": one.status == OperationStatus.RUNNING,
        "is_import": one.kind == OperationKind.IMPORT,
        "undone": undone([one.pk])[one.pk] if undo else None,
        "can_undo": refusal is None,
        "asked": records.request_rows(one, names),
        "merged": records.merged_leads(one, names),
        "chosen": records.selection_rows(one),
        "reasons": records.reasons_of(one.failures),
        "failures": records.failure_rows(one, names),
        "more_failures": max(len(one.failures) - records.LISTED, 0),
        "candidates": one.report.get("candidates", []),
        "restored": records.restored_rows(one),
        "left": records.left_rows(one, names),
        "more_left": max(len(left) - records.LISTED, 0),
        "error": one.report.get("error", ""),
    }
