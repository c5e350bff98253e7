"""Shapes of imports for the API and its schema."""

from typing import Any

from rest_framework import serializers

from crm.core.api.serializers import PlainCharField, StrictSerializer
from leads.choices import ImportStatus


class ImportInputSerializer(StrictSerializer):
    """A file of leads. What it is, is told by its content."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="CSV or XLSX; the first row names the columns."
    )
    agency = PlainCharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=32,
        help_text="Its code; a vendor's own is implied.",
    )
    mapping = serializers.JSONField(
        required=False,
        default=dict,
        help_text='{"Header": "field"}, null for a column to leave out, or {"field", "values": {"cell": "value"}}.',
    )
    createOwners = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Make a deactivated account for each owner nobody matches; admins only.",
    )

    def validate_mapping(self, mapping: Any) -> dict[str, Any]:
        if not isinstance(mapping, dict):
            raise serializers.ValidationError('Must be an object like {"Header": "field"}.')
        return mapping


class ImportStartedSerializer(serializers.Serializer[Any]):
    """An import that was accepted."""

    importId = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ImportStatus.choices)


class ImportCountsSerializer(serializers.Serializer[Any]):
    """Rows. `duplicates` are among the refused; in a dry run `created` are those that would be."""

    total = serializers.IntegerField(allow_null=True)
    done = serializers.IntegerField()
    created = serializers.IntegerField()
    refused = serializers.IntegerField()
    duplicates = serializers.IntegerField()


class StatusFoundSerializer(serializers.Serializer[Any]):
    """What a status of the file was taken for."""

    disposition = serializers.CharField()
    rows = serializers.IntegerField()
    isKnown = serializers.BooleanField(help_text="False: nothing here answers to it, so it is New.")


class OwnerFoundSerializer(serializers.Serializer[Any]):
    """Who an owner of the file is here."""

    agent = serializers.EmailField(allow_null=True)
    rows = serializers.IntegerField()
    assigned = serializers.IntegerField()
    leftInPool = serializers.IntegerField()
    isCreated = serializers.BooleanField()
    note = serializers.CharField()


class ImportSerializer(serializers.Serializer[Any]):
    """An import, its progress and its report."""

    importId = serializers.UUIDField()
    filename = serializers.CharField()
    agency = serializers.CharField()
    author = serializers.CharField()
    dryRun = serializers.BooleanField()
    status = serializers.ChoiceField(choices=ImportStatus.choices)
    progress = serializers.FloatField(help_text="Per cent.")
    counts = ImportCountsSerializer()
    mapping = serializers.DictField(
        child=serializers.CharField(allow_null=True),
        help_text="Each column's field; null: kept in the notes, or left out.",
    )
    statuses = serializers.DictField(child=StatusFoundSerializer())
    owners = serializers.DictField(child=OwnerFoundSerializer())
    columns = serializers.ListField(
        child=serializers.CharField(), help_text="The header, in the file's order."
    )
    unplacedColumns = serializers.ListField(child=serializers.CharField(), help_text="Kept in the notes.")
    refusals = serializers.DictField(child=serializers.IntegerField(), help_text="Rows per kind of reason.")
    form = serializers.DictField(child=serializers.CharField(), help_text="What kind of file it is.")
    seconds = serializers.FloatField()
    refusedUrl = serializers.CharField(
        allow_null=True, help_text="The refused rows with the reason for each; signed, good for ten minutes."
    )
    error = serializers.CharField(allow_null=True)
    createdAt = serializers.DateTimeField()
    startedAt = serializers.DateTimeField(allow_null=True)
    finishedAt = serializers.DateTimeField(allow_null=True)
