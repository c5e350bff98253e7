"""Campaigns are named by vendors: however many there are, answers stay short and add up."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.selectors import shortening
from analytics.selectors.shortening import MOST_ROWS, OTHERS, cut
from analytics.tests.analysing import ago
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead

CAMPAIGNS = MOST_ROWS + 3


@pytest.fixture
def caller() -> APIClient:
    """Who sees a lead of each of more campaigns than are shown, one of them called as the row of the others is."""
    agency = make_agency(code="OURS")
    one = make_lead(agency, lead_value=Decimal(10), created_at=ago(2), campaign_source=OTHERS)
    made = []
    for number in range(1, CAMPAIGNS):
        copy = Lead.objects.get(pk=one.pk)
        copy.pk, copy.campaign_source = None, f"Campaign {number}"
        copy.email, copy.phone = f"one{number}@example.com", f"+1212555{number:04}"
        copy.lead_value = Decimal(1)
        made.append(copy)
    Lead.objects.bulk_create(made)
    return signed_in(make_user(role=Role.MANAGER))


def rows_of(caller: APIClient, address: str) -> list[dict[str, Any]]:
    found = caller.get(f"/api/{address}").json()
    if "cpa" in found and "breakdown" in found["cpa"]:
        return [{"key": key, **row} for key, row in found["cpa"]["breakdown"].items()]
    rows: list[dict[str, Any]] = found.get("sources") or found.get("groups") or found["campaigns"]
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("admin/stats", "key"),
        ("admin/analytics/lead-sources", "campaign"),
        ("admin/analytics/funnel?by=source", "key"),
        ("agencies/OURS/stats", "campaign"),
    ],
)
def test_very_many_campaigns_end_in_one_row_for_the_others(caller: APIClient, address: str, key: str) -> None:
    rows = rows_of(caller, address)
    assert len(rows) == MOST_ROWS
    assert len({row[key] for row in rows}) == MOST_ROWS
    assert (rows[-1][key], rows[-1]["name"], rows[-1]["leads"]) == (OTHERS, "4 others", 4)
    assert sum(row["leads"] for row in rows) == CAMPAIGNS
    if "revenue" in rows[0]:
        assert rows[-1]["revenue"] == 13.0
        assert sum(row["revenue"] for row in rows) == CAMPAIGNS + 9
    if "share" in rows[0]:
        assert rows[-1]["share"] == pytest.approx(100 * 13 / (CAMPAIGNS + 9), abs=0.1)


def test_what_fits_is_shown_as_it_is() -> None:
    rows = [str(number) for number in range(shortening.MOST_ROWS - 1)] + [OTHERS]
    assert cut(rows, key=str) == (rows, [])
    shown, others = cut([*rows, "one more"], key=str)
    assert len(shown) == MOST_ROWS - 1
    assert others == ["one more", OTHERS]
