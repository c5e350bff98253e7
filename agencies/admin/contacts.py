"""Whom to call at an agency: edited in rows, replaced as one by the service."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError as Refused
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextInputWidget

from agencies.api.serializers import PhoneField
from agencies.models import Contact
from agencies.services import ContactDetails, update_agency
from crm.core.actors import Actor
from crm.core.admin.base import actor_of
from crm.core.exceptions import DomainError

FIELDS = ("name", "title", "email", "phone", "is_primary")


class ContactForm(forms.ModelForm):
    """One person; the number is kept as the API keeps it."""

    phone = forms.CharField(required=False, max_length=40, widget=UnfoldAdminTextInputWidget())

    class Meta:
        model = Contact
        fields = FIELDS

    def clean_phone(self) -> str:
        given = self.cleaned_data["phone"]
        try:
            return str(PhoneField(allow_blank=True).run_validation(given))
        except Refused as refusal:
            raise ValidationError([str(sentence) for sentence in refusal.detail]) from None

    def validate_constraints(self) -> None:
        """All rows are replaced at once: the formset looks at them together."""


class ContactFormSet(PaginationInlineFormSet):
    """All contacts of one agency."""

    actor: Actor  # who acts; set by ContactInline

    def clean(self) -> None:
        """The service's rules; a page that is shown again takes back what it wrote."""
        super().clean()
        if any(self.errors) or not self.has_changed():
            return
        try:
            update_agency(code=self.instance.pk, changes={}, contacts=self.contacts(), actor=self.actor)
        except DomainError as refusal:
            raise ValidationError(refusal.message) from None

    def contacts(self) -> list[ContactDetails]:
        """The contacts as they shall be."""
        return [ContactDetails(**{name: row[name] for name in FIELDS}) for row in self._rows()]

    def save(self, commit: bool = True) -> list[Contact]:
        """`clean` has; the admin's log finds nothing to tell."""
        self.new_objects: list[Contact] = []
        self.changed_objects: list[Contact] = []
        self.deleted_objects: list[Contact] = []
        return []

    def _rows(self) -> list[dict[str, Any]]:
        kept = (form for form in self.forms if form not in self.deleted_forms)
        return [form.cleaned_data for form in kept if getattr(form, "cleaned_data", {}).get("name")]


class ContactInline(TabularInline):
    """Whom to call."""

    model = Contact
    form: Any = ContactForm
    formset = ContactFormSet
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.actor = actor_of(request)  # a class made for this request
        return formset
