"""What goes in and out of the account endpoints."""

from typing import Any

from rest_framework import serializers

from crm.core.api.serializers import PlainCharField, StrictSerializer
from crm.core.choices import Availability, Role
from crm.core.models import Invitation, User
from crm.core.models.user import MAX_CAPACITY_LIMIT
from crm.core.text import control_characters
from crm.core.tokens import Tokens


class PasswordField(serializers.CharField):
    """Kept to the character as typed, only unprintable ones are refused. Never shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=256, trim_whitespace=False, write_only=True, style={"input_type": "password"}, **kwargs
        )

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or control_characters(data):
            raise serializers.ValidationError("Must be a string without control characters.")
        text: str = super().to_internal_value(data)
        return text


class NameField(PlainCharField):
    """A first or last name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(markup=False, max_length=100, allow_blank=True, **kwargs)


class AgencyCodeField(PlainCharField):
    """An agency's code; `null` (or nothing) for whoever belongs to none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, allow_blank=True, allow_null=True, required=False, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data) or ""

    def to_representation(self, value: Any) -> Any:
        return value or None


class UserSerializer(serializers.ModelSerializer[User]):
    """A person, as the person sees it."""

    vendor_code = AgencyCodeField(read_only=True)

    class Meta:
        model = User
        fields = [
            "id", "username", "email", "first_name", "last_name", "role", "vendor_code",
            "capacity", "max_capacity", "availability", "last_seen",
        ]  # fmt: skip
        read_only_fields = fields


class AccountSerializer(UserSerializer):
    """A person, as an admin sees it."""

    class Meta(UserSerializer.Meta):
        fields = [*UserSerializer.Meta.fields, "is_active", "date_joined"]
        read_only_fields = fields


class ProfileChangeSerializer(StrictSerializer):
    """What people may change about themselves."""

    first_name = NameField(required=False)
    last_name = NameField(required=False)
    availability = serializers.ChoiceField(choices=Availability.choices, required=False)


class AccountChangeSerializer(ProfileChangeSerializer):
    """What an admin may change about anybody."""

    email = serializers.EmailField(max_length=254, required=False)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    vendor_code = AgencyCodeField()
    is_active = serializers.BooleanField(required=False)
    max_capacity = serializers.IntegerField(min_value=0, max_value=MAX_CAPACITY_LIMIT, required=False)


class NewAccountSerializer(AccountChangeSerializer):
    """A new person. Without a password they choose one by "forgot password"."""

    username = PlainCharField(max_length=254, markup=False, required=False)
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)
    password = PasswordField(required=False)


class SignInSerializer(StrictSerializer):
    """`username` takes an e-mail address too; `email` is the same by another name."""

    username = PlainCharField(max_length=254, required=False)
    email = PlainCharField(max_length=254, required=False)
    password = PasswordField()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        name = attrs.get("username") or attrs.get("email")
        if not name:
            raise serializers.ValidationError({"username": ["Send a username or an email."]})
        return {"name": name, "password": attrs["password"]}


class RefreshSerializer(StrictSerializer):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class ForgottenSerializer(StrictSerializer):
    """Whose password is forgotten."""

    email = serializers.EmailField(max_length=254)


class ResetSerializer(ForgottenSerializer):
    """A new password, by a mailed code."""

    confirmationCode = PlainCharField(max_length=32)
    newPassword = PasswordField()


class PasswordChangeSerializer(StrictSerializer):
    """A new password, by the old one."""

    oldPassword = PasswordField()
    newPassword = PasswordField()


class InviteSerializer(StrictSerializer):
    """Whom to invite, as what."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)
    vendor_code = AgencyCodeField()


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation on its way."""

    vendor_code = AgencyCodeField(read_only=True)

    class Meta:
        model = Invitation
        fields = ["email", "role", "vendor_code", "expires_at"]
        read_only_fields = fields


class AcceptanceSerializer(StrictSerializer):
    """What the invited person adds."""

    token = PlainCharField(max_length=100)
    password = PasswordField()
    first_name = NameField(default="")
    last_name = NameField(default="")


class RefreshedSerializer(serializers.Serializer[Tokens]):
    """Fresh tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class TokenPairSerializer(serializers.Serializer[Tokens]):
    """The same two, by the names some clients know."""

    accessToken = serializers.CharField(source="access")
    refreshToken = serializers.CharField(source="refresh")


class SignedInSerializer(RefreshedSerializer):
    """Tokens, and whose they are."""

    tokens = TokenPairSerializer(source="*")
    user = UserSerializer()


class DoneSerializer(serializers.Serializer[Any]):
    """Done, and what to tell the person."""

    success = serializers.BooleanField()
    message = serializers.CharField()
