"""Bulk work over HTTP: one call, many leads, each with its own outcome."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.actors import Actor
from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsAgentOrManager, IsManager
from crm.core.api.requests import actor_of, valid
from leads.api.bulk import serializers as shapes
from leads.api.bulk.outcomes import assigned_document, updated_document
from leads.api.views import IDEMPOTENCY_KEY
from leads.choices import AssignmentStrategy
from leads.models import Lead
from leads.services.bulk.assigning import bulk_assign
from leads.services.bulk.operations import Selection
from leads.services.bulk.selection import select_leads
from leads.services.bulk.updating import bulk_update

UPDATE = """Each lead is valid or refused on its own, and all that is valid is applied in one transaction.

The rules are those of `PATCH /leads/{id}`. What no lead could take is 400 for the whole call: an unknown field, a bad
value, a way out without `disposition_reason`, and `email`, `phone`, `alternate_phone`, which tell persons apart. Agents
change their own leads; a lead that is not there, or not theirs, is refused as `not_found`. Instead of `lead_ids`, `filters`
or `saved_filter` choose the leads that fit now, 10,000 at most.
"""
ASSIGN = """Never over capacity, whatever runs beside it. A lead for which no agent has room is a failure and stays as it is.

`round_robin`: the agent longest without a turn, counted across calls. `capacity_based`: the least loaded at that point.
`performance`: the best leads first, shares as the performance scores. `manual`: as `assignments` say. Ties are drawn, and
the draws are recorded: `GET /leads/{id}/explain` shows them.
"""


class BulkViewSet(GenericViewSet[Lead]):
    """The same for many leads at once."""

    queryset = Lead.objects.none()
    pagination_class = None
    filter_backends: list[Any] = []

    def get_permissions(self) -> list[BasePermission]:
        return [IsAgentOrManager()] if self.action == "update_leads" else [IsManager()]

    @extend_schema(
        summary="Change many leads",
        description=UPDATE,
        request=shapes.BulkUpdateSerializer,
        responses=shapes.BulkUpdatedSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def update_leads(self, request: Request) -> Response:
        given = valid(shapes.BulkUpdateSerializer, request)
        selection = selection_of(given, actor_of(request))
        done = bulk_update(
            selection,
            changes=given["updates"],
            actor=actor_of(request),
            reason=given["notes"],
        )
        return Response(updated_document(done, named=len(given.get("lead_ids", selection.lead_ids))))

    @extend_schema(
        summary="Give many leads to agents",
        description=ASSIGN,
        request=shapes.BulkAssignSerializer,
        responses=shapes.BulkAssignedSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def assign_leads(self, request: Request) -> Response:
        given = valid(shapes.BulkAssignSerializer, request)
        wishes = given.get("assignments", [])
        if given["assignment_strategy"] == AssignmentStrategy.MANUAL:
            given.setdefault("lead_ids", [wish.lead_id for wish in wishes])
        selection = selection_of(given, actor_of(request))
        done = bulk_assign(
            selection,
            strategy=AssignmentStrategy(given["assignment_strategy"]),
            actor=actor_of(request),
            agents=given.get("agents"),
            assignments=wishes,
            priority=given.get("priority"),
            reason=given["notes"],
        )
        return Response(assigned_document(done, named=len(given.get("lead_ids", selection.lead_ids))))


def selection_of(given: dict[str, Any], actor: Actor) -> Selection:
    """The leads of a call, named or chosen."""
    if "lead_ids" in given:
        return Selection.named(given["lead_ids"])
    return select_leads(actor, filters=given.get("filters"), saved_filter=given.get("saved_filter"))
