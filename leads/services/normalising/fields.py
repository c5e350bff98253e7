"""How each field of a lead is read from what came in."""

from collections.abc import Callable
from datetime import date
from typing import Any

from leads.models import Lead
from leads.services.normalising import contacts, dates, numbers, phrases, places, text

Parser = Callable[[Any, date], Any]
"""Returns what the model holds, "" or None for nothing. Raises text.UnreadableError."""

LONGEST_TEXT = 20_000  # characters; a note longer than this is a document


def longest(field: str) -> int:
    """How many characters the lead has room for in `field`."""
    return getattr(Lead._meta.get_field(field), "max_length", None) or LONGEST_TEXT


def _sized(read: Callable[[Any, int | None], Any], *fields: str) -> dict[str, Parser]:
    return {field: _with_limit(read, longest(field)) for field in fields}


def _with_limit(read: Callable[[Any, int | None], Any], limit: int) -> Parser:
    return lambda value, today: read(value, limit)


def _plain(read: Callable[[Any], Any], *fields: str) -> dict[str, Parser]:
    return {field: lambda value, today: read(value) for field in fields}


def _tags(value: Any, today: date) -> list[str]:
    return text.tag_list(value, 50)


def _whole(least: int, most: int) -> Parser:
    return lambda value, today: numbers.whole(value, least, most)


def _agency_code(value: Any, today: date) -> str:
    return text.line(value, 32).upper()


def _agent(value: Any, today: date) -> str:
    return text.line(value, 254)


PARSERS: dict[str, Parser] = {
    **_sized(text.name_part, "first_name", "last_name"),
    **_sized(contacts.email, "email"),
    **_plain(contacts.phone, "phone", "alternate_phone"),
    **_plain(places.state, "state", "accident_state"),
    **_plain(places.zip_code, "zip_code"),
    **_sized(text.address_line, "address"),
    **_sized(
        text.line,
        "city",
        "language",
        "campaign_source",
        "sub_id",
        "disposition_reason",
        "accident_city",
        "police_report_number",
        "citation_issued_to",
        "injury_type",
        "insurance_claimant",
        "insurance_other",
        "jornaya_lead_id",
    ),
    **_sized(text.paragraphs, "notes", "injury_description", "consent_text"),
    **_sized(contacts.link, "source_url", "trustedform_url"),
    **_plain(contacts.ip_address, "consent_ip"),
    **dict.fromkeys(("date_of_birth", "accident_date", "treatment_date"), dates.day),
    **dict.fromkeys(("created_at", "first_contact_at", "last_contact", "closed_date"), dates.moment),
    **_plain(numbers.money, "lead_value", "acquisition_cost"),
    **_plain(
        numbers.yes_or_no, "commercial_vehicle", "government_vehicle", "prior_settlement", "consent_given"
    ),
    "fault_percent": _whole(0, 100),
    "quality_score": _whole(1, 10),
    "tags": _tags,
    "vendor_code": _agency_code,
    "assigned_agent": _agent,
    **_plain(phrases.DISPOSITION.read, "disposition"),
    **_plain(phrases.PRIORITY.read, "priority"),
    **_plain(phrases.ROLE.read, "role_in_accident"),
    **_plain(phrases.AT_FAULT.read, "at_fault"),
    **_plain(phrases.POLICE_REPORT.read, "police_report"),
    **_plain(phrases.TREATMENT.read, "treatment"),
    **_plain(phrases.HAS_ATTORNEY.read, "has_attorney"),
    **_plain(phrases.medical_bills, "medical_bills_range"),
}
