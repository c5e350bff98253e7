"""Leads for tests."""

from itertools import count
from typing import Any

from agencies.models import Agency
from agencies.tests.factories import make_agency
from leads.models import Lead

_numbers = count(1)


def unique_phone() -> str:
    """A valid US number that no other lead of this run has."""
    return f"+1312{2_000_000 + next(_numbers):07d}"


def posted(**fields: Any) -> dict[str, Any]:
    """What a vendor posts: a good lead, changed by `fields`."""
    number = next(_numbers)
    return {
        "first_name": "Dana",
        "last_name": f"Reyes{'abcdefghij'[number % 10]}",
        "email": f"dana.reyes{number}@example.com",
        "phone": unique_phone(),
        "state": "IL",
        "accident_state": "IL",
        "accident_date": "2026-11-01",
        "role_in_accident": "driver",
        "at_fault": "no",
        "treatment": "emergency",
        "has_attorney": "no",
        **fields,
    }


def make_lead(agency: Agency | None = None, **fields: Any) -> Lead:
    """A stored lead, past intake."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "first_name": "Sam",
        "last_name": "Ortiz",
        "email": f"sam.ortiz{number}@example.com",
        "phone": unique_phone(),
        "state": "IL",
    }
    owner = agency or Agency.objects.filter(pk="TESTAGENCY").first() or make_agency(code="TESTAGENCY")
    lead = Lead.objects.create(agency=owner, **{**defaults, **fields})
    lead.refresh_from_db()
    return lead
