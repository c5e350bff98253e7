"""Bulk operations over HTTP: what was done, and undoing it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.actors import Actor
from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsAgentOrManager, IsSignedIn
from crm.core.api.requests import actor_of, valid
from leads.api.operations import serializers as shapes
from leads.api.operations.filters import OperationFilter
from leads.api.views import IDEMPOTENCY_KEY
from leads.models import BulkOperation
from leads.querysets import BulkOperationQuerySet
from leads.services.bulk.undo.exceptions import OperationNotFound
from leads.services.bulk.undoing import refusal_of, undo_operation

UNDO = """Writes back what the operation changed, set-based, in one transaction, and is itself an operation that can be undone.

A field goes back where nobody has touched it since; everything else is left and reported, with who changed it and
when. Leads that the operation made are deleted if nobody has touched them. 409 where the operation still runs, changed
nothing or was undone already (`details.undone_by`); an undo that brought nothing back does not count. Agents undo their
own updates, on leads that are still theirs.
"""
LONG = ("lead_ids", "selection", "request", "failures", "report")  # columns a list does not show
LISTED = 1_000
"""How many entries of `failures` and of `report.left` an answer has."""


class OperationViewSet(GenericViewSet[BulkOperation]):
    """Bulk operations: managers see all, agents their own updates, vendors their own imports."""

    serializer_class = shapes.OperationSerializer
    filterset_class = OperationFilter
    ordering = "-created_at"
    ordering_fields = ("created_at",)

    def get_permissions(self) -> list[BasePermission]:
        return [IsAgentOrManager() if self.action == "undo" else IsSignedIn()]

    def get_queryset(self) -> BulkOperationQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return BulkOperation.objects.none()
        return BulkOperation.objects.visible_to(actor_of(self.request)).select_related("undone_by")

    @extend_schema(summary="Bulk operations, newest first")
    def list(self, request: Request) -> Response:
        shown = self.filter_queryset(self.get_queryset()).defer(
            *LONG, *(f"undone_by__{name}" for name in LONG)
        )
        actor = actor_of(request)
        rows = self.paginate_queryset(shown)
        return self.get_paginated_response([operation_document(one, actor) for one in rows or []])

    @extend_schema(
        summary="One bulk operation: counts, progress, refusals, report",
        responses=shapes.OperationDetailSerializer,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        one: BulkOperation | None = self.get_queryset().filter(pk=UUID(pk)).first()
        if one is None:
            raise OperationNotFound
        return Response(detail_document(one, actor_of(request)))

    @extend_schema(
        summary="Undo a bulk operation",
        description=UNDO,
        request=shapes.UndoInputSerializer,
        responses=shapes.OperationDetailSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def undo(self, request: Request, pk: str) -> Response:
        undo = undo_operation(UUID(pk), actor=actor_of(request), **valid(shapes.UndoInputSerializer, request))
        return Response(detail_document(undo, actor_of(request)))


def operation_document(one: BulkOperation, actor: Actor) -> dict[str, Any]:
    """An operation as the list shows it."""
    undone_by = undoing_id(one)
    return {
        "operation_id": one.pk,
        "kind": one.kind,
        "status": one.status,
        "progress": one.progress,
        "author": one.author,
        "source": one.source,
        "reason": one.reason,
        "requested_count": one.requested_count,
        "changed_count": one.changed_count,
        "unchanged_count": one.unchanged_count,
        "failed_count": one.failed_count,
        "undoes": one.undoes_id,
        "undone_by": undone_by,
        "can_undo": refusal_of(one, undone_by, actor) is None,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }


def detail_document(one: BulkOperation, actor: Actor) -> dict[str, Any]:
    """An operation with all that is known of it; of what has an entry a lead or field, the first `LISTED`."""
    report = dict(one.report)
    if "left" in report:
        report |= {"left": report["left"][:LISTED], "left_total": len(report["left"])}
    return {
        **operation_document(one, actor),
        "selection": one.selection,
        "request": one.request,
        "failures": one.failures[:LISTED],
        "failures_total": len(one.failures),
        "report": report,
    }


def undoing_id(one: BulkOperation) -> UUID | None:
    """The operation that undid this one, if any."""
    undo: BulkOperation | None = getattr(one, "undone_by", None)
    return undo.pk if undo else None
