"""Shapes of leads for the API and its schema. What a field may hold is `leads.services.normalise`'s matter."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from crm.core.api.serializers import PlainCharField, StrictSerializer
from crm.core.choices import Availability
from leads.choices import Priority
from leads.models import Lead

COMPUTED = (
    "lead_id", "quality_score", "assigned_agent", "assigned_at", "first_contact_at", "closed_date", "merged_into",
)  # fmt: skip


class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A lead as lists show it. Describes `leads.api.representation`, which makes the answers."""

    lead_id = serializers.UUIDField(source="id")
    vendor_code = serializers.CharField(source="agency_id")
    assigned_agent = serializers.EmailField(allow_null=True)
    lead_value = serializers.DecimalField(10, 2, allow_null=True, help_text="Null for vendors.")
    priority = serializers.ChoiceField(Priority.choices, allow_null=True, help_text="Null for vendors.")
    merged_into = serializers.UUIDField(
        allow_null=True,
        source="merged_into_id",
        help_text="The lead that stands for the same person now. Null for vendors, and for agents who may not see that lead.",
    )
    days_to_deadline = serializers.IntegerField(allow_null=True)

    class Meta:
        model = Lead
        exclude = ("id", "agency", "furthest_stage")


class HistoryEntrySerializer(serializers.Serializer[Any]):
    """One change of a lead."""

    timestamp = serializers.DateTimeField()
    user = serializers.CharField(help_text="Empty for vendors.")
    action = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the contract's name, and an attribute of every field
    changes = serializers.DictField(child=serializers.ListField(), help_text="{field: [old, new]}")
    reason = serializers.CharField()
    request_id = serializers.CharField()
    operation = serializers.UUIDField(allow_null=True)


class LeadDetailSerializer(LeadSerializer):
    """A lead with its history."""

    update_history = HistoryEntrySerializer(many=True)


class LeadInputSerializer(serializers.ModelSerializer[Lead]):
    """What may be sent, by the contract's names; vendors' spellings of them are accepted too."""

    vendor_code = serializers.CharField(
        required=False, help_text="Needed from staff; a vendor's own is implied."
    )
    name = serializers.CharField(required=False, help_text="Full name, instead of first_name and last_name.")

    class Meta:
        model = Lead
        exclude = ("id", "agency", "created_at", "created_by", "updated_at", "filing_deadline", "disposition",
                   "disposition_reason", "last_contact", *(name for name in COMPUTED if name != "lead_id"))  # fmt: skip
        extra_kwargs = {"lead_value": {"required": False}}


class LeadPatchSerializer(serializers.ModelSerializer[Lead]):
    """What PATCH may change."""

    vendor_code = serializers.CharField(required=False)

    class Meta:
        model = Lead
        exclude = ("id", "agency", "created_at", "created_by", "updated_at", "filing_deadline",
                   *(name for name in COMPUTED if name != "lead_id"))  # fmt: skip


class AssignSerializer(StrictSerializer):
    """Giving a lead to an agent."""

    agent_email = serializers.EmailField()
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    notes = PlainCharField(required=False, allow_blank=True, default="", max_length=2000, multiline=True)


class ReassignSerializer(StrictSerializer):
    """Giving a lead to another agent."""

    new_agent = serializers.EmailField()
    reason = PlainCharField(max_length=300)
    notes = PlainCharField(required=False, allow_blank=True, default="", max_length=2000, multiline=True)


class UnassignSerializer(StrictSerializer):
    """Putting a lead back into the pool."""

    reason = PlainCharField(max_length=300)


class CapacitySerializer(serializers.Serializer[Any]):
    """How full an agent is."""

    current = serializers.IntegerField()
    max = serializers.IntegerField()
    percentage = serializers.FloatField()
    available_slots = serializers.IntegerField()


class AssignedSerializer(serializers.Serializer[Any]):
    """The answer to assign."""

    success = serializers.BooleanField()
    lead = LeadSerializer()
    agent_capacity = CapacitySerializer()


class ReassignedSerializer(serializers.Serializer[Any]):
    """The answer to reassign."""

    success = serializers.BooleanField()
    lead = LeadSerializer()
    previous_agent = serializers.EmailField(allow_null=True)
    new_agent = serializers.EmailField()
    reassigned_at = serializers.DateTimeField()


class UnassignedSerializer(serializers.Serializer[Any]):
    """The answer to unassign."""

    success = serializers.BooleanField()
    lead = LeadSerializer()


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why the program decided as it did; a section is null where nothing was decided."""

    duplicate = serializers.DictField(allow_null=True)
    score = serializers.DictField(allow_null=True)
    price = serializers.DictField(allow_null=True)
    assignment = serializers.DictField(allow_null=True, required=False)
    deadline = serializers.DictField(allow_null=True)


class CommentInputSerializer(StrictSerializer):
    """A remark to make."""

    comment = PlainCharField(max_length=5000, multiline=True)
    mentions = serializers.ListField(
        child=serializers.EmailField(), required=False, max_length=20, default=list
    )


class CommentSerializer(serializers.Serializer[Any]):
    """A remark made."""

    id = serializers.IntegerField()
    author = serializers.EmailField(source="author.email")
    comment = serializers.CharField()
    mentions = serializers.ListField(child=serializers.EmailField())
    created_at = serializers.DateTimeField()


class DeletedSerializer(serializers.Serializer[Any]):
    """The answer to DELETE."""

    success = serializers.BooleanField()
    lead_id = serializers.UUIDField()


class AgentStatsSerializer(serializers.Serializer[Any]):
    """An agent's last 90 days."""

    leadsHandled = serializers.IntegerField()
    conversionRate = serializers.FloatField(allow_null=True)
    avgResponseTime = serializers.FloatField(
        allow_null=True, help_text="Minutes from assignment to first contact, the median."
    )


class IntervalSerializer(serializers.Serializer[Any]):
    """Where a figure lies."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class AgentSerializer(serializers.Serializer[Any]):
    """An agent."""

    agent_id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()
    status = serializers.ChoiceField(choices=["active", "inactive"])
    availability = serializers.ChoiceField(choices=Availability.choices)
    last_seen = serializers.DateTimeField(allow_null=True)
    capacity = CapacitySerializer()
    performance_score = serializers.FloatField(
        allow_null=True, help_text="0 to 100, 50 is as the team; null without leads."
    )
    performance_interval = IntervalSerializer(
        allow_null=True, help_text="Holds the score with 90 % certainty: wide while leads are few."
    )
    stats = AgentStatsSerializer()
    figures_as_of = serializers.DateTimeField(help_text="When stats and score were taken.")


class AgentsSummarySerializer(serializers.Serializer[Any]):
    """All agents together."""

    total_agents = serializers.IntegerField()
    active_agents = serializers.IntegerField()
    total_capacity = serializers.IntegerField()
    used_capacity = serializers.IntegerField()
    utilization_percentage = serializers.FloatField()


@extend_schema_serializer(many=False)
class AgentsSerializer(serializers.Serializer[Any]):
    """GET /agents."""

    agents = AgentSerializer(many=True)
    summary = AgentsSummarySerializer()


class AgentDepartureSerializer(StrictSerializer):
    """DELETE /agents/{id}: the address's parameters."""

    reassign_to = PlainCharField(
        max_length=254, required=False, help_text="E-mail address or id of an active agent."
    )


class AgentDepartedSerializer(serializers.Serializer[Any]):
    """What became of the agent's open leads."""

    success = serializers.BooleanField()
    agent_id = serializers.IntegerField()
    operation_id = serializers.UUIDField(allow_null=True, help_text="To undo; null where no lead was open.")
    reassigned_to = serializers.EmailField(allow_null=True, help_text="Null: back to the pool.")
    leads_moved = serializers.IntegerField()


class AgentCapacityInputSerializer(StrictSerializer):
    """PUT /agents/{id}/capacity."""

    max_capacity = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    availability = serializers.ChoiceField(choices=Availability.choices, required=False)
