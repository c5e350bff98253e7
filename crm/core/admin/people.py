"""People."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.timesince import timesince
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from crm.core.admin.base import ServiceForm, person_of
from crm.core.admin.passwords import PasswordPage
from crm.core.choices import Availability, Role
from crm.core.models import User
from crm.core.services.accounts import AccountFields, create_user, update_user

ROLE_COLOURS = {Role.ADMIN: "danger", Role.MANAGER: "primary", Role.AGENT: "info", Role.VENDOR: "default"}
AVAILABILITY_COLOURS = {
    Availability.ACTIVE: "success", Availability.BUSY: "warning", Availability.AWAY: "warning", Availability.OFFLINE: "default",
}  # fmt: skip

ONLY_BY_ADMINS = ("first_name", "last_name", "email", "username", "role", "vendor_code")


class PersonForm(ServiceForm):
    """An account's fields, changed by `update_user`."""

    handed_on = 0  # open leads of an agent who left

    def serve(self) -> User:
        person: User = self.instance
        fields, held = cast("AccountFields", self.changes()), person.capacity
        if fields:
            person = update_user(user=person, actor=self.actor, fields=fields)
        if not person.takes_leads:
            self.handed_on = held - person.capacity
        return person


class NewPersonForm(ServiceForm):
    """An account made at once; an invitation is the better way."""

    password = forms.CharField(
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text='Leave empty: the person then chooses one by "forgot password".',
    )

    def serve(self) -> User:
        fields = {name: value for name, value in self.cleaned_data.items() if name != "password"}
        return create_user(
            actor=self.actor,
            fields=cast("AccountFields", fields),
            password=self.cleaned_data["password"] or None,
        )


@admin.register(User)
class PersonAdmin(PasswordPage):
    """Everyone with an account; agents with the room they have left."""

    form = PersonForm
    list_display = ("person", "role_badge", "load", "availability_badge", "is_active", "seen")
    list_filter = ("role", "availability", "is_active")
    search_fields = ("email", "first_name", "last_name", "username", "vendor_code")
    search_help_text = "Name or e-mail address"
    ordering = ("email",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("first_name", "last_name"),
                    "email",
                    "username",
                    ("role", "vendor_code"),
                    "is_active",
                )
            },
        ),
        ("Work", {"fields": (("max_capacity", "availability"), "load", "last_seen", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    ("first_name", "last_name"),
                    ("role", "vendor_code"),
                    "max_capacity",
                    "password",
                )
            },
        ),
    )
    readonly_fields = ("load", "last_seen", "date_joined")
    change_form_template = "admin/core/user/change_form.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewPersonForm}), **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_active":
            field.help_text = "Deactivate instead of deleting. An agent's open leads go back to the pool."
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None or person_of(request).is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, *ONLY_BY_ADMINS)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service has; what became of the work of an agent who left is told."""
        handed_on = getattr(form, "handed_on", 0)
        if handed_on > 0:
            plural = "" if handed_on == 1 else "s"
            told = f"{handed_on:,} open lead{plural} went back to the pool."
            messages.info(request, self.tell_departure(request, told))

    def tell_departure(self, request: HttpRequest, told: str) -> str:
        """What is told of an agent's work; the app that knows of it adds the way there."""
        return told

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A manager changes agents, and nobody else."""
        allowed = bool(super().has_change_permission(request, obj))
        person = obj if isinstance(obj, User) else None
        return allowed and (person is None or person_of(request).is_superuser or person.role == Role.AGENT)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # people are deactivated: their work keeps their name

    @display(description="person", header=True, ordering="email")
    def person(self, user: User) -> list[str]:
        return [str(user), user.email]

    @display(description="role", label=ROLE_COLOURS, ordering="role")
    def role_badge(self, user: User) -> tuple[str, str]:
        return user.role, f"{user.get_role_display()} {user.vendor_code}".strip()

    @display(description="open leads", ordering="capacity")
    def load(self, user: User) -> str:
        if user.role != Role.AGENT:
            return "-"
        bar = '<span class="crm-load"><progress class="crm-bar" value="{0}" max="{2}"></progress> {0} of {1}</span>'
        return format_html(bar, user.capacity, user.max_capacity, max(user.max_capacity, 1))

    @display(description="availability", label=AVAILABILITY_COLOURS, ordering="availability")
    def availability_badge(self, user: User) -> tuple[str, str] | None:
        return (user.availability, user.get_availability_display()) if user.role == Role.AGENT else None

    @display(description="last seen")
    def seen(self, user: User) -> str:
        return f"{timesince(user.last_seen, depth=1)} ago" if user.last_seen else "never"
