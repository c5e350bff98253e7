"""Leads over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from agencies.api.authentication import KEY_OR_TOKEN
from crm.core.actors import Actor
from crm.core.api.caching import CREDENTIALS, MAX_AGE
from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsAdmin, IsAgentOrManager, IsManager, IsSignedIn, roles
from crm.core.api.requests import actor_of, valid
from crm.core.choices import Role
from leads.api import representation
from leads.api import serializers as shapes
from leads.api.agents import capacity_document
from leads.api.filters import LeadListFilter, VendorLeadListFilter
from leads.exceptions import LeadNotFound
from leads.models import Lead, etag_of
from leads.querysets import LeadQuerySet
from leads.selectors import explanation_of
from leads.services.assignment import assign_lead, reassign_lead, unassign_lead
from leads.services.editing import delete_lead, update_lead
from leads.services.intake import receive_lead
from leads.services.normalising.aliases import alias_table

ORDERINGS = ("created_at", "updated_at", "quality_score", "lead_value", "last_contact", "filing_deadline")
VENDOR_ORDERINGS = (
    "created_at",
    "updated_at",
    "quality_score",
    "last_contact",
    "filing_deadline",
)  # no hidden value
INTAKE = f"""Normalises, refuses duplicates, scores, prices, assigns and stores, in one transaction.

409 `duplicate_lead` for the same e-mail or phone within the policy's window, 403 where the agency is paused, 400
naming each field that is wrong or unknown. Vendors' spellings are taken for fields:

{alias_table()}
"""
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag the lead was read with."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Makes a repetition safe for 24 h."
)
MAY_SEND = roles(Role.ADMIN, Role.MANAGER, Role.VENDOR)


class LeadViewSet(GenericViewSet[Lead]):
    """Lists, details and the work on one lead."""

    serializer_class = shapes.LeadSerializer
    ordering = "-created_at"
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    permissions: dict[str, type[BasePermission]] = {
        "create": MAY_SEND,
        "partial_update": IsAgentOrManager,
        "destroy": IsAdmin,
        "assign": IsManager,
        "reassign": IsManager,
        "unassign": IsManager,
    }

    @property
    def filterset_class(self) -> type[VendorLeadListFilter]:
        return VendorLeadListFilter if self._is_vendor else LeadListFilter

    @property
    def ordering_fields(self) -> tuple[str, ...]:
        return orderings_for(Role.VENDOR if self._is_vendor else Role.AGENT)

    @property
    def _is_vendor(self) -> bool:
        return getattr(self.request.user, "role", None) == Role.VENDOR if self.request else False

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def get_authenticators(self) -> list[Any]:
        request = getattr(self, "request", None)
        if request is not None and self.action_map.get(request.method.lower()) == "create":
            return [authenticator() for authenticator in KEY_OR_TOKEN]
        return super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        return [self.permissions.get(self.action or "", IsSignedIn)()]

    def get_queryset(self) -> LeadQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Lead.objects.none()
        return Lead.objects.visible_to(self.actor)

    @extend_schema(summary="Leads, newest first")
    @method_decorator(cache_control(private=True, max_age=MAX_AGE))
    @method_decorator(vary_on_headers(*CREDENTIALS))
    def list(self, request: Request) -> Response:
        leads = cast(LeadQuerySet, self.filter_queryset(self.get_queryset()))
        rows = self.paginate_queryset(representation.rows_of(leads, self.actor))
        return self.get_paginated_response(representation.documents(list(rows or []), self.actor))

    @extend_schema(
        summary="Take in a lead",
        description=INTAKE,
        request=shapes.LeadInputSerializer,
        responses={201: shapes.LeadSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        lead = receive_lead(object_of(request), actor=self.actor)
        return Response(
            representation.read_lead(lead.pk, self.actor),
            status=201,
            headers={"Location": f"/api/leads/{lead.pk}"},
        )

    @extend_schema(summary="One lead, with its history", responses=shapes.LeadDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return _with_etag(representation.read_lead(UUID(pk), self.actor, history=True))

    @extend_schema(
        summary="Change a lead",
        request=shapes.LeadPatchSerializer,
        responses=shapes.LeadDetailSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        update_lead(UUID(pk), changes=object_of(request), actor=self.actor, etag=_if_match(request))
        return _with_etag(representation.read_lead(UUID(pk), self.actor, history=True))

    @extend_schema(summary="Delete a lead; its history stays", responses={200: shapes.DeletedSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        delete_lead(UUID(pk), actor=self.actor)
        return Response({"success": True, "lead_id": pk})

    @extend_schema(
        summary="Why this score, price, assignment and deadline", responses=shapes.ExplanationSerializer
    )
    @action(detail=True, methods=["get"])
    def explain(self, request: Request, pk: str) -> Response:
        self._require_visible(pk)
        return Response(explanation_of(UUID(pk), self.actor))

    @extend_schema(
        summary="Give a lead to an agent",
        request=shapes.AssignSerializer,
        responses=shapes.AssignedSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def assign(self, request: Request, pk: str) -> Response:
        given = valid(shapes.AssignSerializer, request)
        done = assign_lead(UUID(pk), actor=self.actor, **given)
        return Response(
            {
                "success": True,
                "lead": representation.read_lead(UUID(pk), self.actor),
                "agent_capacity": capacity_document(done.agent),
            }
        )

    @extend_schema(
        summary="Give a lead to another agent",
        request=shapes.ReassignSerializer,
        responses=shapes.ReassignedSerializer,
    )
    @action(detail=True, methods=["put"])
    def reassign(self, request: Request, pk: str) -> Response:
        done = reassign_lead(UUID(pk), actor=self.actor, **valid(shapes.ReassignSerializer, request))
        return Response(
            {
                "success": True,
                "lead": representation.read_lead(UUID(pk), self.actor),
                "previous_agent": done.previous_agent.email if done.previous_agent else None,
                "new_agent": done.agent.email,
                "reassigned_at": done.at,
            }
        )

    @extend_schema(
        summary="Put a lead back into the pool",
        request=shapes.UnassignSerializer,
        responses=shapes.UnassignedSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def unassign(self, request: Request, pk: str) -> Response:
        unassign_lead(UUID(pk), actor=self.actor, **valid(shapes.UnassignSerializer, request))
        return Response({"success": True, "lead": representation.read_lead(UUID(pk), self.actor)})

    def _require_visible(self, pk: str) -> None:
        if not self.get_queryset().filter(pk=pk).exists():
            raise LeadNotFound


def orderings_for(role: Role) -> tuple[str, ...]:
    """What lists of leads may be sorted by: a vendor by what it is shown."""
    return VENDOR_ORDERINGS if role == Role.VENDOR else ORDERINGS


def object_of(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ValidationError({"body": ["Send one JSON object."]})
    return request.data


def _with_etag(lead: dict[str, Any]) -> Response:
    return Response(lead, headers={"ETag": etag_of(lead["updated_at"])})


def _if_match(request: Request) -> str | None:
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    tag = given.removeprefix("W/")
    if len(tag) < 3 or not (tag.startswith('"') and tag.endswith('"')) or "," in tag:
        raise ValidationError(
            {"If-Match": ['Send one entity tag in quotes, as the ETag header had it: "5f3a…".']}
        )
    return tag
