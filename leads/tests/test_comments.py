"""Remarks on leads."""

import pytest

from crm.core.choices import Role
from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user, signed_in
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


def test_an_agent_remarks_and_mentions_a_colleague() -> None:
    agent, manager = make_user(role=Role.AGENT), make_user(role=Role.MANAGER)
    lead = make_lead(assigned_agent=agent)
    client = signed_in(agent)
    answer = client.post(
        f"/api/leads/{lead.pk}/comments", {"comment": "Call <b>back</b>\nat 5", "mentions": [manager.email]}
    )
    assert answer.status_code == 201, answer.json()
    page = client.get(f"/api/leads/{lead.pk}/comments").json()
    assert page["data"][0]["comment"] == "Call <b>back</b>\nat 5"
    assert page["data"][0]["mentions"] == [manager.email]
    assert page["pagination"]["total"] == 1
    assert OutboxEvent.objects.get(topic="lead.commented").payload["mentions"] == [manager.email]


@pytest.mark.parametrize("mention", ["nobody@example.com", "vendor@example.com", "gone@example.com"])
def test_only_active_colleagues_are_mentioned(mention: str) -> None:
    from agencies.tests.factories import make_agency

    make_agency(code="OURS")
    make_user(role=Role.VENDOR, vendor_code="OURS", email="vendor@example.com")
    make_user(role=Role.AGENT, email="gone@example.com", is_active=False)
    manager = signed_in(make_user(role=Role.MANAGER))
    answer = manager.post(f"/api/leads/{make_lead().pk}/comments", {"comment": "hi", "mentions": [mention]})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["mentions"])
