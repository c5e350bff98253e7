"""Leads of other days, and what managers are told of them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from leads.choices import Disposition
from leads.models import Lead
from leads.tests.factories import make_lead


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def lead(value: int, days: float = 3, **fields: Any) -> Lead:
    """Created so many days ago."""
    return make_lead(lead_value=Decimal(value), created_at=ago(days), **fields)


def retained(value: int, days: float, took: float, **fields: Any) -> Lead:
    """Converted so many days after its creation."""
    return lead(value, days, disposition=Disposition.RETAINED, closed_date=ago(days - took), **fields)


def told(caller: APIClient, address: str, **query: str) -> dict[str, Any]:
    """What /api/admin/… answers."""
    answer = caller.get(f"/api/admin/{address}", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def refused(caller: APIClient, address: str, **query: str) -> dict[str, Any]:
    answer = caller.get(f"/api/admin/{address}", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    details: dict[str, Any] = answer.json()["details"]
    return details


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
