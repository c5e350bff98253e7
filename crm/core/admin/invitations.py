"""Asking people in."""

from typing import Any

from django.contrib import admin
from django.forms import Field
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from crm.core.admin.base import ServiceAdmin, ServiceForm, person_of
from crm.core.choices import Role
from crm.core.models import Invitation
from crm.core.services.invitations import MANAGERS_INVITE, invite

STATE_COLOURS = {"waiting": "info", "accepted": "success", "expired": "default"}


class InvitationForm(ServiceForm):
    """Mails a link; a second invitation of the same address replaces the first."""

    def serve(self) -> Invitation:
        given = self.cleaned_data
        return invite(
            actor=self.actor,
            email=given["email"],
            role=Role(given["role"]),
            vendor_code=given["vendor_code"].strip().upper(),
        )

    def validate_unique(self) -> None:
        """Inviting again is fine."""


@admin.register(Invitation)
class InvitationAdmin(ServiceAdmin):
    """Who was asked in, and who came."""

    form = InvitationForm
    list_display = ("email", "role", "vendor_code", "state", "invited_by", "created_at", "expires_at")
    list_select_related = ("invited_by",)
    search_fields = ("email",)
    ordering = ("-created_at",)
    fields = ("email", "role", "vendor_code")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field:
        if db_field.name == "role" and not person_of(request).is_superuser:
            kwargs["choices"] = [(role.value, role.label) for role in Role if role in MANAGERS_INVITE]
        field: Field = super().formfield_for_choice_field(db_field, request, **kwargs)
        return field

    @display(description="state", label=STATE_COLOURS)
    def state(self, invitation: Invitation) -> str:
        if invitation.accepted_at:
            return "accepted"
        return "waiting" if invitation.expires_at > timezone.now() else "expired"
