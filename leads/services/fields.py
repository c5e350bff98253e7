"""Which fields may be written by whom: one place for intake, PATCH and the admin."""

from collections.abc import Mapping
from typing import Any

from crm.core.choices import Role

PERSON = {
    "first_name", "last_name", "email", "phone", "alternate_phone", "date_of_birth", "address", "city", "state",
    "zip_code", "language",
}  # fmt: skip
ORIGIN = {"vendor_code", "campaign_source", "source_url", "sub_id"}
CRASH = {
    "accident_date", "accident_state", "accident_city", "role_in_accident", "at_fault", "fault_percent",
    "police_report", "police_report_number", "citation_issued_to", "injury_type", "injury_description", "treatment",
    "treatment_date", "medical_bills_range", "has_attorney", "insurance_claimant", "insurance_other",
    "commercial_vehicle", "government_vehicle", "prior_settlement",
}  # fmt: skip
CONSENT = {"consent_given", "consent_text", "consent_ip", "trustedform_url", "jornaya_lead_id"}
WORK = {"disposition", "disposition_reason", "priority", "tags", "notes", "last_contact"}
MONEY = {"lead_value", "acquisition_cost"}

RECEIVABLE = PERSON | ORIGIN | CRASH | CONSENT | {"notes", "tags"}  # `type` and `incident_type` become tags
"""What a vendor may send."""

RECEIVABLE_FROM_STAFF = RECEIVABLE | MONEY | {"priority", "tags"}

EDITABLE_BY_AGENT = PERSON | CRASH | WORK | {"campaign_source"}
EDITABLE_BY_MANAGER = EDITABLE_BY_AGENT | ORIGIN | CONSENT | MONEY

EDITABLE: dict[Role, set[str]] = {
    Role.ADMIN: EDITABLE_BY_MANAGER,
    Role.MANAGER: EDITABLE_BY_MANAGER,
    Role.AGENT: EDITABLE_BY_AGENT,
    Role.VENDOR: set(),
}

HIDDEN_FROM_VENDORS: Mapping[str, Any] = {
    "assigned_agent": None,
    "notes": "",
    "tags": [],
    "lead_value": None,
    "priority": None,
    "disposition_reason": "",
    "created_by": "",
    "merged_into": None,
}
"""What a vendor is not shown, searches not by and is not disclosed by a merge; with what stands there instead."""

SCORED = CRASH | CONSENT | PERSON
"""A change of these makes deadline and score be decided anew."""

DECIDED = ("filing_deadline", "quality_score")
"""What is decided then, by `leads.services.intake.rescore`."""
