"""Shapes of bulk work for the API and its schema."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.core.api.serializers import PlainCharField, StrictSerializer
from crm.core.text import control_characters
from leads.api.searching.serializers import FiltersField
from leads.choices import AssignmentStrategy, Priority
from leads.services.bulk.by_hand import Wish
from leads.services.bulk.operations import MOST_LEADS

ASSIGNMENT_KEYS = {"lead_id", "agent"}
MOST_AGENTS = 1_000
LONGEST_ADDRESS = 254  # characters, as User.email
CHOOSERS = {"filters", "saved_filter"}
NAME_LEADS = "Name leads by their ids, or choose them by filters or saved_filter."

UPDATE_OUTCOMES = ["updated", "unchanged", "failed"]
ASSIGNMENT_OUTCOMES = ["assigned", "unchanged"]


class ManyField(serializers.Field):
    """A list of up to MOST_LEADS things, read in one loop: a field per item would cost more than the work itself."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError(f"Must be a list, not {type(data).__name__}.")
        if not data:
            raise serializers.ValidationError("The list is empty; name at least one lead.")
        if len(data) > MOST_LEADS:
            raise serializers.ValidationError(
                f"{len(data):,} leads; one call takes {MOST_LEADS:,} at most: send them in several calls."
            )
        return [self.read(item, position) for position, item in enumerate(data, start=1)]

    def read(self, item: Any, position: int) -> Any:
        """One thing of the list; positions count from 1."""
        raise NotImplementedError

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1, "maxItems": MOST_LEADS})  # fmt: skip
class LeadIdsField(ManyField):
    """Ids of leads."""

    def read(self, item: Any, position: int) -> UUID:
        return lead_id_of(item, f"Number {position}")


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "lead_id": {"type": "string", "format": "uuid"},
                "agent": {"type": "string", "format": "email", "maxLength": LONGEST_ADDRESS},
            },
            "required": sorted(ASSIGNMENT_KEYS),
        },
        "minItems": 1,
        "maxItems": MOST_LEADS,
    }
)
class AssignmentsField(ManyField):
    """Leads, each with the agent who is to get it."""

    def read(self, item: Any, position: int) -> Wish:
        if not isinstance(item, dict) or item.keys() != ASSIGNMENT_KEYS or not isinstance(item["agent"], str):
            raise serializers.ValidationError(
                f'Number {position} must be {{"lead_id": "<uuid>", "agent": "<e-mail address>"}}.'
            )
        agent = item["agent"]
        if len(agent) > LONGEST_ADDRESS or control_characters(agent):
            raise serializers.ValidationError(
                f"The agent of number {position} must be an e-mail address of {LONGEST_ADDRESS} characters at most, "
                "without control characters."
            )
        return Wish(lead_id_of(item["lead_id"], f"The lead_id of number {position}"), agent)


def lead_id_of(item: Any, place: str) -> UUID:
    try:
        return UUID(item)
    except (ValueError, AttributeError, TypeError):
        shown = str(item)[:60]
        raise serializers.ValidationError(
            f"{place} is no lead's id: {shown!r}. Ids look like 01997c1e-3f5a-7c60-9d2e-5b1f0c8a4e77."
        ) from None


class ChosenLeadsSerializer(StrictSerializer):
    """Leads named by their ids, or chosen: by filters, a saved filter, or both; and why something is done to them."""

    lead_ids = LeadIdsField(
        required=False,
        help_text="1 to 10,000; one named twice is worked once.",
    )
    filters = FiltersField(required=False, help_text="Instead of lead_ids: the leads that fit now.")
    saved_filter = serializers.UUIDField(required=False, help_text="Instead of lead_ids.")
    notes = PlainCharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=2000,
        multiline=True,
        help_text="Why; kept in the history.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "lead_ids" in attrs and attrs.keys() & CHOOSERS:
            raise serializers.ValidationError(
                {"lead_ids": ["Name leads, or choose them by filters or saved_filter: not both."]}
            )
        return attrs


class BulkUpdateSerializer(ChosenLeadsSerializer):
    """The same change for many leads."""

    updates = serializers.DictField(
        allow_empty=False,
        help_text="Fields as PATCH /leads/{id} takes them, but for email, phone and alternate_phone.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() & {"lead_ids", *CHOOSERS}:
            raise serializers.ValidationError({"lead_ids": [NAME_LEADS]})
        return super().validate(attrs)


class BulkAssignSerializer(ChosenLeadsSerializer):
    """Many leads for agents."""

    assignment_strategy = serializers.ChoiceField(choices=AssignmentStrategy.choices)
    agents = serializers.ListField(
        child=serializers.EmailField(),
        required=False,
        allow_empty=False,
        error_messages={
            "empty": "Name at least one agent, or leave this out to choose among all who are present."
        },
        max_length=MOST_AGENTS,
        help_text="Choose among these only, present or not; without, among all who are present.",
    )
    assignments = AssignmentsField(
        required=False, help_text="For manual: each lead's agent; lead_ids follow from them."
    )
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["assignment_strategy"] == AssignmentStrategy.MANUAL:
            if "assignments" not in attrs:
                raise serializers.ValidationError({"assignments": ["manual needs them."]})
            chosen = attrs.keys() & CHOOSERS
            if chosen:
                raise serializers.ValidationError(
                    {name: ["Not with manual: the assignments name the leads."] for name in chosen}
                )
        elif not attrs.keys() & {"lead_ids", *CHOOSERS}:
            raise serializers.ValidationError({"lead_ids": [NAME_LEADS]})
        return super().validate(attrs)


class FailureSerializer(serializers.Serializer[Any]):
    """Why a lead was left as it is."""

    lead_id = serializers.UUIDField()
    code = serializers.CharField(help_text="As the codes of errors.")
    error = serializers.CharField()


class UpdateResultSerializer(serializers.Serializer[Any]):
    """What became of one lead."""

    lead_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=UPDATE_OUTCOMES)
    code = serializers.CharField(required=False, help_text="Where it failed.")
    error = serializers.CharField(required=False, help_text="Where it failed.")


class BulkUpdatedSerializer(serializers.Serializer[Any]):
    """The answer to bulk-update."""

    success = serializers.BooleanField(help_text="False only where every lead was refused.")
    operation_id = serializers.UUIDField()
    updated_count = serializers.IntegerField()
    unchanged_count = serializers.IntegerField(help_text="They stood like this already.")
    failed_count = serializers.IntegerField()
    repeated_count = serializers.IntegerField(help_text="Ids that were sent again, and worked once.")
    results = UpdateResultSerializer(many=True, help_text="In the order of lead_ids, each lead once.")


class AssignmentResultSerializer(serializers.Serializer[Any]):
    """A lead that has its agent."""

    lead_id = serializers.UUIDField()
    agent_email = serializers.EmailField()
    previous_agent = serializers.EmailField(allow_null=True)
    status = serializers.ChoiceField(choices=ASSIGNMENT_OUTCOMES)


class AssignmentSummarySerializer(serializers.Serializer[Any]):
    """The sum of it: total = assigned + failed."""

    total_leads = serializers.IntegerField()
    successfully_assigned = serializers.IntegerField(help_text="Those unchanged among them.")
    failed_assignments = serializers.IntegerField()


class BulkAssignedSerializer(serializers.Serializer[Any]):
    """The answer to bulk-assign."""

    success = serializers.BooleanField(help_text="False only where every lead was refused.")
    operation_id = serializers.UUIDField()
    assignments = AssignmentResultSerializer(many=True, help_text="In the order of the leads, each once.")
    failures = FailureSerializer(many=True)
    unchanged_count = serializers.IntegerField(help_text="They stood like this already.")
    repeated_count = serializers.IntegerField(help_text="Ids that were sent again, and worked once.")
    summary = AssignmentSummarySerializer()
