"""One lead assigned, reassigned, taken back and moved from its page: the services of the API."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from crm.core.choices import Role
from crm.core.tests.factories import make_user
from leads.models import BulkOperation, Lead, LeadChange
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


def page_of(word: str, lead: Lead) -> str:
    return reverse(f"admin:leads_lead_{word}", args=[lead.pk])


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def newest_change(lead: Lead) -> LeadChange:
    return LeadChange.objects.filter(lead_id=lead.pk).latest("pk")


def test_a_lead_is_assigned_with_a_priority(manager: Client) -> None:
    lead, agent = make_lead(), make_user(role=Role.AGENT)
    assert "Choose an agent" in manager.get(page_of("assign", lead)).content.decode()
    answer = manager.post(
        page_of("assign", lead), {"agent": agent.pk, "priority": "high", "notes": "speaks Spanish"}
    )
    assert answer.headers["Location"] == reverse("admin:leads_lead_change", args=[lead.pk])
    assert told(answer) == ["Sam Ortiz: assigned."]
    lead.refresh_from_db()
    assert (lead.assigned_agent, lead.priority) == (agent, "high")
    change = newest_change(lead)
    assert (change.action, change.reason, change.source) == ("assigned", "speaks Spanish", "admin")
    assert not BulkOperation.objects.exists()


def test_a_lead_changes_hands_with_a_reason_only(manager: Client) -> None:
    lead, agent = make_lead(assigned_agent=make_user(role=Role.AGENT)), make_user(role=Role.AGENT)
    assert (
        page_of("reassign", lead)
        in manager.get(reverse("admin:leads_lead_change", args=[lead.pk])).content.decode()
    )
    page = manager.post(page_of("reassign", lead), {"agent": agent.pk, "reason": ""})
    assert "This field is required" in page.content.decode()
    manager.post(page_of("reassign", lead), {"agent": agent.pk, "reason": "on holiday"})
    lead.refresh_from_db()
    change = newest_change(lead)
    assert (lead.assigned_agent, change.action, change.reason) == (agent, "reassigned", "on holiday")


def test_a_lead_in_the_pool_has_nobody_to_take_it_from(manager: Client) -> None:
    lead, agent = make_lead(), make_user(role=Role.AGENT)
    page = manager.post(page_of("reassign", lead), {"agent": agent.pk, "reason": "why not"})
    assert "has no agent yet" in page.content.decode()


def test_where_it_could_not_be_done_the_form_says_why(manager: Client) -> None:
    lead, agent = make_lead(), make_user(role=Role.AGENT, max_capacity=0)
    page = manager.post(page_of("assign", lead), {"agent": agent.pk})
    assert "has no room" in page.content.decode()


def test_a_lead_goes_back_to_the_pool(manager: Client) -> None:
    lead = make_lead(assigned_agent=make_user(role=Role.AGENT))
    assert told(manager.post(page_of("unassign", lead), {"reason": "on holiday"})) == [
        "Sam Ortiz: back in the pool."
    ]
    lead.refresh_from_db()
    assert lead.assigned_agent is None


def test_a_leads_page_offers_the_allowed_moves_only(manager: Client) -> None:
    lead = make_lead(disposition="Returned", disposition_reason="bad number")
    form = manager.get(page_of("disposition", lead)).context["form"]
    assert [value for value, _ in form.fields["disposition"].choices] == [""]


def test_a_lead_is_moved(manager: Client) -> None:
    lead = make_lead()
    manager.post(page_of("disposition", lead), {"disposition": "Qualified", "reason": "clear fault"})
    change = newest_change(lead)
    assert (change.action, change.reason, change.source) == ("disposition_changed", "clear fault", "admin")


def test_a_way_out_needs_a_reason(manager: Client) -> None:
    lead = make_lead()
    page = manager.post(page_of("disposition", lead), {"disposition": "Rejected"})
    assert "needs a reason" in page.content.decode()
    manager.post(page_of("disposition", lead), {"disposition": "Rejected", "reason": "no injury"})
    lead.refresh_from_db()
    assert (lead.disposition, lead.disposition_reason) == ("Rejected", "no injury")


@pytest.mark.parametrize("word", ["assign", "reassign", "unassign", "disposition"])
def test_an_unknown_lead_has_no_page(manager: Client, word: str) -> None:
    url = reverse(f"admin:leads_lead_{word}", args=["00000000-0000-0000-0000-000000000000"])
    assert manager.get(url).status_code == 404
