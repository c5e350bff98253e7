"""The audit of leads: every change, by every path."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from crm.core.actors import Actor
from crm.core.admin.base import CappedChangeList, ReadOnlyAdmin, actor_of
from leads.admin.changelist import UUID_LIKE, lead_names
from leads.admin.columns import in_lines
from leads.admin.explaining import told
from leads.models import LeadChange
from leads.selectors import history_documents

SHOWN = 4  # changed fields told in a row
LONGEST = 40  # characters of a value there


class HistoryChangeList(CappedChangeList):
    """Changes in words: the agents and the leads of all rows are looked up at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        tell(self.result_list, actor_of(request))


def tell(changes: Sequence[Any], actor: Actor) -> None:
    """Give each change its words: `did`, `told`, and the `lead_name` where the lead is still there."""
    names = lead_names((change.lead_id for change in changes), actor)
    for change, document in zip(changes, told(history_documents(changes, actor)), strict=True):
        change.did, change.told = document["action"], document["changes"]
        change.lead_name = names.get(change.lead_id)


@admin.register(LeadChange)
class LeadChangeAdmin(ReadOnlyAdmin):
    """Changes, newest first; searched by the id of a lead or of a bulk operation."""

    list_display = ("at", "did", "actor", "source", "lead", "changed", "reason")
    list_display_links = ("at",)
    search_fields = ("lead_id",)
    search_help_text = "A lead's or a bulk operation's whole id"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "did", "actor", "source", "lead", "reason", "request_id", "bulk_operation", "whole")
    readonly_fields = ("did", "lead", "bulk_operation", "whole")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[HistoryChangeList]:
        return HistoryChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        change = super().get_object(request, object_id, from_field)
        if change is not None:
            tell([change], actor_of(request))
        return change

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LeadChange], search_term: str
    ) -> tuple[QuerySet[LeadChange], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if not UUID_LIKE.fullmatch(text):
            return queryset.none(), False
        return queryset.filter(Q(lead_id=UUID(text)) | Q(operation=UUID(text))), False

    @display(description="action")
    def did(self, change: Any) -> str:
        return str(change.did)

    @display(description="lead")
    def lead(self, change: Any) -> SafeString:
        if change.lead_name is None:
            return format_html('<span class="crm-note">{} (deleted)</span>', _brief(change.lead_id))
        return _link("admin:leads_lead_change", change.lead_id, change.lead_name)

    @display(description="bulk operation", empty_value="-")
    def bulk_operation(self, change: LeadChange) -> SafeString | None:
        if not change.operation:
            return None
        return _link("admin:leads_bulkoperation_change", change.operation, _brief(change.operation))

    @display(description="changed", empty_value="-")
    def changed(self, change: Any) -> SafeString | None:
        more = len(change.told) - SHOWN
        rest = [f"and {more} more"] if more > 0 else []
        return in_lines([*_told(change.told[:SHOWN], LONGEST), *rest]) if change.told else None

    @display(description="changes", empty_value="-")
    def whole(self, change: Any) -> SafeString | None:
        return in_lines(_told(change.told, None)) if change.told else None


def _link(name: str, pk: UUID, text: str) -> SafeString:
    return format_html('<a class="crm-link" href="{}">{}</a>', reverse(name, args=[pk]), text)


def _brief(pk: UUID) -> str:
    return str(pk)[-12:]


def _told(changes: list[dict[str, Any]], longest: int | None) -> list[str]:
    return [
        f"{one['field']}: {truncated(one['old'], longest)} → {truncated(one['new'], longest)}"
        for one in changes
    ]


def truncated(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"
