"""Duplicates over HTTP: finding them, merging them, taking that back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsAgentOrManager, IsManager
from crm.core.api.requests import actor_of, valid
from crm.core.api.serializers import PlainCharField, StrictSerializer
from leads.api import representation
from leads.api.serializers import LeadSerializer
from leads.api.views import IDEMPOTENCY_KEY
from leads.choices import Disposition
from leads.exceptions import LeadNotFound
from leads.models import Lead
from leads.selectors import Likelihood, likely_duplicates
from leads.services.merging.merging import merge_leads
from leads.services.merging.picking import Rule
from leads.services.merging.previewing import MergePreview, preview_merge
from leads.services.merging.unmerging import unmerge_lead

MERGE = """The lead of the address is kept; the others become duplicates of it (`merged_into`).

The kept lead takes over what it lacks, and all that hangs on the others, such as comments; `fields` names the lead
whose value a field is to have. Of another agency's lead only notes and tags are taken unless `fields` names it: the kept
lead's vendor will see the rest. Its disposition, agent, agency and money stay. The operation can be undone.
404 for a lead that is not there, 409 `conflict` for one that was merged already or a kept one that is marked as a
duplicate, 409 `invalid_transition` for one that converted or was returned, 409 `duplicate_lead` where yet another lead
stands for the contact taken over.
"""
UNMERGE = """Undoes the operation that merged this lead: all leads that it merged come apart together.

Fields that somebody changed since stay, and so do children that were moved since; GET /bulk-operations/{operation_id}
tells which. POST /bulk-operations/{operation_id}/undo merges them again.
"""


class LookalikeSerializer(serializers.Serializer[Any]):
    """Another lead that may be the same person."""

    lead_id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    alternate_phone = serializers.CharField()
    date_of_birth = serializers.DateField(allow_null=True)
    accident_date = serializers.DateField(allow_null=True)
    accident_state = serializers.CharField()
    vendor_code = serializers.CharField()
    disposition = serializers.ChoiceField(Disposition.choices)
    assigned_agent = serializers.EmailField(allow_null=True)
    created_at = serializers.DateTimeField()
    same = serializers.ListField(
        child=serializers.ChoiceField(["phone", "email", "name", "date_of_birth", "accident_date"])
    )
    likelihood = serializers.ChoiceField([one.value for one in Likelihood])


class DuplicatesSerializer(serializers.Serializer[Any]):
    """The likeliest first, then the newest; 50 at most."""

    lead_id = serializers.UUIDField()
    duplicates = LookalikeSerializer(many=True)


class MergePreviewInputSerializer(StrictSerializer):
    """What to merge into the lead of the address."""

    lead_ids = serializers.ListField(
        child=serializers.UUIDField(), help_text="1 to 10; they become duplicates."
    )
    fields = serializers.DictField(  # type: ignore[assignment] # the contract's name, and a serializer's own
        child=serializers.UUIDField(),
        required=False,
        default=dict,
        help_text="{field: lead_id}: whose value it is to have; the rules pick the rest.",
    )


class MergeInputSerializer(MergePreviewInputSerializer):
    """What to merge, and why."""

    reason = PlainCharField(required=False, allow_blank=True, default="", max_length=500)


class UnmergeInputSerializer(StrictSerializer):
    """Why; kept in the history of every lead."""

    reason = PlainCharField(required=False, allow_blank=True, default="", max_length=500)


class MergeFieldSerializer(serializers.Serializer[Any]):
    """One field before and after."""

    field = serializers.CharField()
    values = serializers.DictField(help_text="{lead_id: what it says}")
    chosen = serializers.UUIDField(allow_null=True, help_text="Null where several leads make up the value.")
    value = serializers.JSONField(allow_null=True, help_text="What the kept lead will hold.")
    differs = serializers.BooleanField(help_text="Two leads contradict each other.")
    rule = serializers.ChoiceField([rule.value for rule in Rule])


class MergeLeadSerializer(serializers.Serializer[Any]):
    """A lead to compare, with what a merge never changes of the kept one."""

    lead_id = serializers.UUIDField()
    name = serializers.CharField()
    disposition = serializers.ChoiceField(Disposition.choices)
    assigned_agent = serializers.EmailField(allow_null=True)
    vendor_code = serializers.CharField()
    lead_value = serializers.DecimalField(10, 2)
    acquisition_cost = serializers.DecimalField(10, 2, allow_null=True)
    quality_score = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class MergePreviewSerializer(serializers.Serializer[Any]):
    """What a merge would do."""

    kept = serializers.UUIDField()
    leads = MergeLeadSerializer(many=True, help_text="The kept one, then the others, oldest first.")
    fields = MergeFieldSerializer(many=True)  # type: ignore[assignment] # the contract's name
    children = serializers.DictField(child=serializers.IntegerField(), help_text="{table: rows that move}")
    warnings = serializers.ListField(child=serializers.CharField())


class MergedSerializer(serializers.Serializer[Any]):
    """The answer to merge."""

    success = serializers.BooleanField()
    operation_id = serializers.UUIDField(help_text="POST /bulk-operations/{id}/undo takes it back.")
    lead = LeadSerializer()
    merged = serializers.ListField(child=serializers.UUIDField())
    moved = serializers.DictField(child=serializers.IntegerField(), help_text="{table: rows}")


class UnmergedSerializer(serializers.Serializer[Any]):
    """The answer to unmerge."""

    success = serializers.BooleanField(
        help_text="False where the lead had to stay merged; the operation tells why."
    )
    operation_id = serializers.UUIDField(help_text="The undo.")
    lead = LeadSerializer()
    unmerged = serializers.ListField(child=serializers.UUIDField())


class MergeViewSet(GenericViewSet[Lead]):
    """One person, sent twice."""

    queryset = Lead.objects.none()
    pagination_class = None
    filter_backends: list[Any] = []

    def get_permissions(self) -> list[BasePermission]:
        return [IsAgentOrManager() if self.action == "duplicates" else IsManager()]

    @extend_schema(
        summary="Leads that look like the same person",
        description="Merged ones left out. Docs: merging.md tells the rules.",
        responses=DuplicatesSerializer,
    )
    def duplicates(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        lead = Lead.objects.visible_to(actor).filter(pk=pk).first()
        if lead is None:
            raise LeadNotFound
        found = likely_duplicates(lead, actor)
        return Response({"lead_id": lead.pk, "duplicates": [_lookalike(look) for look in found]})

    @extend_schema(
        summary="What a merge would do, field by field",
        description="Writes nothing.",
        request=MergePreviewInputSerializer,
        responses=MergePreviewSerializer,
    )
    def preview(self, request: Request, pk: str) -> Response:
        given = valid(MergePreviewInputSerializer, request)
        found = preview_merge(UUID(pk), given["lead_ids"], fields=given["fields"], actor=actor_of(request))
        return Response(_preview(found))

    @extend_schema(
        summary="Merge duplicates into a lead",
        description=MERGE,
        request=MergeInputSerializer,
        responses={200: MergedSerializer, 409: OpenApiResponse(description="A lead that is not merged so.")},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def merge(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        done = merge_leads(UUID(pk), actor=actor, **valid(MergeInputSerializer, request))
        return Response(
            {
                "success": True,
                "operation_id": done.operation.pk,
                "lead": representation.read_lead(done.kept_id, actor),
                "merged": done.lead_ids,
                "moved": done.moved,
            }
        )

    @extend_schema(
        summary="Un-merge a lead",
        description=UNMERGE,
        request=UnmergeInputSerializer,
        responses={200: UnmergedSerializer, 409: OpenApiResponse(description="It is not merged.")},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def unmerge(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        done = unmerge_lead(UUID(pk), actor=actor, **valid(UnmergeInputSerializer, request))
        return Response(
            {
                "success": done.lead_id in done.lead_ids,
                "operation_id": done.undo.pk,
                "lead": representation.read_lead(done.lead_id, actor),
                "unmerged": done.lead_ids,
            }
        )


def _lookalike(look: Any) -> dict[str, Any]:
    lead = look.lead
    told = ("email", "phone", "alternate_phone", "date_of_birth", "accident_date", "accident_state")
    return {
        **_identity(lead),
        **{name: getattr(lead, name) for name in told},
        "created_at": lead.created_at,
        "same": look.same,
        "likelihood": look.likelihood,
    }


def _identity(lead: Lead) -> dict[str, Any]:
    return {
        "lead_id": lead.pk,
        "name": str(lead),
        "vendor_code": lead.agency_id,
        "disposition": lead.disposition,
        "assigned_agent": lead.assigned_agent.email if lead.assigned_agent else None,
    }


def _preview(found: MergePreview) -> dict[str, Any]:
    shown = ("lead_value", "acquisition_cost", "quality_score", "created_at")
    return {
        "kept": found.kept.pk,
        "leads": [
            {**_identity(lead), **{name: getattr(lead, name) for name in shown}} for lead in found.leads
        ],
        "fields": [
            {
                "field": name,
                "values": {str(lead_id): said[name] for lead_id, said in pick.said.items()},
                "chosen": pick.chosen,
                "value": pick.result[name],
                "differs": pick.is_disputed(name),
                "rule": pick.rule,
            }
            for pick in found.picks
            for name in pick.fields
        ],
        "children": found.children,
        "warnings": found.warnings,
    }
