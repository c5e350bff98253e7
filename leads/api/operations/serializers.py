"""Shapes of bulk operations for the API and its schema."""

from typing import Any

from rest_framework import serializers

from crm.core.api.serializers import PlainCharField, StrictSerializer
from crm.core.choices import Source
from leads.api.bulk.serializers import FailureSerializer
from leads.choices import OperationKind, OperationStatus


class UndoInputSerializer(StrictSerializer):
    """Why; kept in the history of every lead."""

    reason = PlainCharField(required=False, allow_blank=True, default="", max_length=500)


class OperationSerializer(serializers.Serializer[Any]):
    """What was done to many leads at once, and how far it is."""

    operation_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=OperationKind.choices)
    status = serializers.ChoiceField(choices=OperationStatus.choices)
    progress = serializers.FloatField(help_text="Per cent.")
    author = serializers.CharField()
    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment] # a field's own attribute
    reason = serializers.CharField()
    requested_count = serializers.IntegerField()
    changed_count = serializers.IntegerField()
    unchanged_count = serializers.IntegerField(
        help_text="They stood like this already, or were left by an undo."
    )
    failed_count = serializers.IntegerField(
        help_text="A lead of which an undo brought a part back is among the changed, too."
    )
    undoes = serializers.UUIDField(allow_null=True)
    undone_by = serializers.UUIDField(allow_null=True)
    can_undo = serializers.BooleanField(help_text="By the caller, now.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class OperationDetailSerializer(OperationSerializer):
    """One operation with all that is known of it."""

    selection = serializers.DictField(help_text="How the leads were chosen; empty where they were named.")
    request = serializers.DictField(help_text="What was asked for.")
    failures = FailureSerializer(many=True, help_text="The first 1,000.")
    failures_total = serializers.IntegerField(help_text="How many there are.")
    report = serializers.DictField(
        help_text="What only this kind knows. Of an undo: `restored` {field: leads}, `deleted`, `recreated`, "
        "`left` [{lead_id, field, ours, now, by, at} or {…, code, error}], the first 1,000 of `left_total`."
    )
