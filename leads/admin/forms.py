"""The lead's facts as a form: what was changed goes to the service, by the contract's names."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.core.admin.base import ServiceForm
from crm.core.exceptions import DomainError
from leads.choices import US_STATES, USPS_CODES
from leads.exceptions import DuplicateLead, LeadMoved
from leads.models import Lead
from leads.services.editing import update_lead
from leads.services.intake import receive_lead

CONTRACT_NAMES = {"agency": "vendor_code"}
MOVED = (
    "This lead was changed while you were editing it, so nothing was saved. "
    "Open it again in another tab, compare, and enter your change there."
)


def contract_value(value: Any) -> Any:
    """A field's value as the service reads it."""
    if isinstance(value, date | Decimal):
        return str(value)
    return getattr(value, "pk", value)


class FactsForm(ServiceForm):
    """What the pages of a new and of a known lead share."""

    service_names = {name: field for field, name in CONTRACT_NAMES.items()}

    state = forms.ChoiceField(
        required=False,
        choices=[("", "Unknown"), *((code, code) for code in USPS_CODES)],
        widget=UnfoldAdminSelectWidget(),
    )
    accident_state = forms.ChoiceField(
        required=False,
        choices=[("", "Unknown"), *((code, code) for code in US_STATES)],
        widget=UnfoldAdminSelectWidget(),
    )
    tags = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget(), help_text="Separated by commas."
    )

    class Meta:
        model = Lead
        fields: list[str] = []
        help_texts = {"email": "", "phone": "Written any way; kept as +13125550123."}

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def sent(self, names: Any) -> dict[str, Any]:
        """The fields `names`, as the contract calls and writes them."""
        return {CONTRACT_NAMES.get(name, name): contract_value(self.cleaned_data[name]) for name in names}


class LeadForm(FactsForm):
    """A known lead. The version it was opened at is sent along: nobody overwrites what they have not seen."""

    etag = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["etag"] = self.instance.etag()
        self.initial["tags"] = ", ".join(self.instance.tags)

    def serve(self) -> Lead:
        changed = [name for name in self.changed_data if name != "etag"]
        if not changed:
            return cast("Lead", self.instance)
        return update_lead(
            self.instance.pk, changes=self.sent(changed), actor=self.actor, etag=self.cleaned_data["etag"]
        )

    def refuse(self, refusal: DomainError) -> None:
        if isinstance(refusal, LeadMoved):
            self.add_error(None, MOVED)
        else:
            super().refuse(refusal)


class NewLeadForm(FactsForm):
    """A lead taken down by hand, through the same intake as a vendor's."""

    def serve(self) -> Lead:
        given = {name: value for name, value in self.sent(self.fields).items() if value not in (None, "", [])}
        return receive_lead(given, actor=self.actor)

    def refuse(self, refusal: DomainError) -> None:
        known = refusal.details.get("lead_id") if isinstance(refusal, DuplicateLead) else None
        if known is None:
            super().refuse(refusal)
            return
        link = reverse("admin:leads_lead_change", args=[known])
        self.add_error(
            None, format_html('{} <a class="crm-link" href="{}">Open that lead</a>', refusal.message, link)
        )
