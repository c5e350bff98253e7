"""Agencies as they are read and written."""

from typing import Any

import phonenumbers
from django.conf import settings
from rest_framework import serializers

from agencies.choices import AgencyStatus
from agencies.models import Agency, ApiKey, Contact, code_form
from agencies.services import ContactDetails
from crm.core.api.serializers import PlainCharField, StrictSerializer

MOST_CONTACTS = 20
MOST_GOAL = 1_000_000


class CodeField(PlainCharField):
    """An agency's code, in capitals however it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class PhoneField(PlainCharField):
    """A phone number in any usual writing, kept as E.164."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            number = phonenumbers.parse(text, settings.DEFAULT_PHONE_REGION)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise serializers.ValidationError("Not a phone number; write it like +1 312 555 0123.")
        written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return written


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A person to call."""

    class Meta:
        model = Contact
        fields = ["name", "title", "email", "phone", "is_primary"]


class AgencySerializer(serializers.ModelSerializer[Agency]):
    """An agency; `notes` are the company's own and are not shown to vendors."""

    contacts = ContactSerializer(many=True)
    notes = serializers.CharField(required=False, help_text="For admins and managers only.")

    class Meta:
        model = Agency
        fields = ["code", "name", "status", "goal", "notes", "contacts", "created_at", "updated_at"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if not self.context.get("shows_notes", True):
            fields.pop("notes")
        return fields


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key without its secret."""

    class Meta:
        model = ApiKey
        fields = ["id", "name", "prefix", "created_at", "created_by", "last_used_at", "revoked_at"]


class IssuedKeySerializer(ApiKeySerializer):
    """A key just issued."""

    key = serializers.CharField(
        allow_null=True,
        help_text="The secret, shown this once; null in the repeated answer to an Idempotency-Key.",
    )

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


class ContactInput(StrictSerializer):
    """A person to call, as given."""

    name = PlainCharField(max_length=200, markup=False)
    title = PlainCharField(max_length=100, markup=False, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = PhoneField(max_length=40, required=False, allow_blank=True)
    is_primary = serializers.BooleanField(required=False)

    def to_internal_value(self, data: Any) -> ContactDetails:
        return ContactDetails(**super().to_internal_value(data))


class AgencyChanges(StrictSerializer):
    """What may be changed of an agency; `contacts` replaces all of them."""

    name = PlainCharField(max_length=200, markup=False)
    status = serializers.ChoiceField(choices=AgencyStatus.choices, required=False)
    goal = serializers.IntegerField(min_value=0, max_value=MOST_GOAL, required=False)
    notes = PlainCharField(max_length=20_000, multiline=True, required=False, allow_blank=True)
    contacts = serializers.ListField(child=ContactInput(), max_length=MOST_CONTACTS, required=False)


class AgencyInput(AgencyChanges):
    """A new agency."""

    code = CodeField(validators=[code_form])


class ApiKeyInput(StrictSerializer):
    """A new key's name: which system will use it."""

    name = PlainCharField(max_length=100, markup=False)


class DeletedAgencySerializer(serializers.Serializer[Any]):
    """An agency that is no more."""

    success = serializers.BooleanField()
    code = serializers.CharField()
