"""What leads can be searched by: every field a lead shows, with its kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crm.core.choices import Role
from leads import choices
from leads.models import Lead
from leads.services.fields import HIDDEN_FROM_VENDORS
from leads.services.normalising import numbers, text
from leads.services.searching import values
from leads.services.searching.kinds import (
    Day,
    DaysLeft,
    Holder,
    Kind,
    LongText,
    Moment,
    Ordered,
    Phone,
    Tags,
    Text,
    Word,
    YesNo,
)
from leads.services.searching.operators import EMPTINESS, Operator

CENTURIES = 100_000  # days

AGENCY, AGENT = "vendor_code", "assigned_agent"
COLUMNS = {"lead_id": "id", AGENCY: "agency", "days_to_deadline": "filing_deadline"}
"""Where a field's column is not named as the field is."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that conditions may name."""

    name: str
    kind: Kind

    @property
    def column(self) -> str:
        """The model's field."""
        return COLUMNS.get(self.name, self.name)

    @property
    def operators(self) -> list[Operator]:
        """What may be asked of it, in the contract's order; nothing about emptiness where it never is."""
        column: Any = Lead._meta.get_field(self.column)
        known = self.kind.operators if column.null or column.blank else self.kind.operators - EMPTINESS
        return [operator for operator in Operator if operator in known]


def _texts(*names: str, is_in_document: bool = False) -> dict[str, Kind]:
    return {name: Text(values.as_stored(name), is_in_document=is_in_document) for name in names}


def _chosen(**lists: Iterable[str]) -> dict[str, Kind]:
    return {name: Word(values.one_of(known)) for name, known in lists.items()}


KINDS: dict[str, Kind] = {
    **dict.fromkeys(("lead_id", "merged_into"), Kind(values.identifier)),
    **_texts("first_name", "last_name", "email", is_in_document=True),
    **{
        name: Phone(values.as_stored(name), is_in_document=True) for name in ("phone", "alternate_phone")
    },
    "date_of_birth": Day(values.day),
    **_texts("address", "city", "zip_code", "language", "campaign_source", "source_url", "sub_id"),
    **{name: Word(values.as_stored(name)) for name in ("state", "accident_state")},
    AGENCY: Kind(values.as_stored(AGENCY)),
    **_chosen(
        disposition=choices.Disposition.values,
        priority=choices.Priority.values,
        role_in_accident=choices.RoleInAccident.values,
        at_fault=choices.AtFault.values,
        police_report=choices.YesNoUnknown.values,
        treatment=choices.Treatment.values,
        medical_bills_range=choices.MedicalBills.values,
        has_attorney=choices.HasAttorney.values,
    ),
    **_texts("disposition_reason"),
    "tags": Tags(values.line(50)),
    **dict.fromkeys(("notes", "injury_description", "consent_text"), LongText(text.scalar)),
    **dict.fromkeys(("lead_value", "acquisition_cost"), Ordered(lambda value: values.filled(numbers.money(value)))),
    **dict.fromkeys(("quality_score", "fault_percent"), Ordered(values.whole(0, 100))),
    AGENT: Holder(values.holder),
    **dict.fromkeys(
        (
            "assigned_at", "first_contact_at", "last_contact", "closed_date", "created_at", "updated_at",
        ),
        Moment(values.span),
    ),
    **dict.fromkeys(("accident_date", "treatment_date", "filing_deadline"), Day(values.day)),
    "days_to_deadline": DaysLeft(values.whole(-CENTURIES, CENTURIES)),
    **_texts(
        "accident_city", "police_report_number", "citation_issued_to", "injury_type", "insurance_claimant",
        "insurance_other", "trustedform_url", "jornaya_lead_id",
    ),
    **dict.fromkeys(
        ("commercial_vehicle", "government_vehicle", "prior_settlement", "consent_given"), YesNo(values.yes_or_no)
    ),
    "consent_ip": Kind(values.as_stored("consent_ip")),
    "created_by": Text(values.line(254)),
}  # fmt: skip

FIELDS = {name: Field(name, kind) for name, kind in KINDS.items()}
"""Every field of the contract's lead but its history."""

# Who could search by what is hidden would know it.
_FOR_VENDORS = {name: field for name, field in FIELDS.items() if name not in HIDDEN_FROM_VENDORS}


def fields_for(role: Role) -> dict[str, Field]:
    """The fields `role` may search by."""
    return _FOR_VENDORS if role == Role.VENDOR else FIELDS
