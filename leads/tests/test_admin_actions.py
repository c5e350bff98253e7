"""Assign, unassign and move from the admin: the same services as the API's, lead by lead."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from crm.core.choices import Role
from crm.core.tests.factories import make_user
from leads.admin.acting import apply_to_each
from leads.models import Lead, LeadChange
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


def acted(client: Client, action: str, leads: list[Lead], **given: Any) -> Any:
    """Choose an action for leads of the list; with `given`, answer its questions too."""
    sent = {"action": action, "_selected_action": [str(lead.pk) for lead in leads], **given}
    return client.post(reverse("admin:leads_lead_changelist"), sent)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_an_action_asks_first(manager: Client) -> None:
    lead = make_lead()
    page = acted(manager, "assign_leads", [lead])
    assert page.status_code == 200
    assert "Choose an agent" in page.content.decode()
    lead.refresh_from_db()
    assert lead.assigned_agent is None


def test_selected_leads_are_assigned(manager: Client) -> None:
    leads, agent = [make_lead(), make_lead()], make_user(role=Role.AGENT)
    answer = acted(
        manager, "assign_leads", leads, apply="1", agent=agent.pk, priority="high", notes="speaks Spanish"
    )
    assert told(answer) == ["2 leads assigned."]
    assert set(Lead.objects.values_list("assigned_agent", "priority")) == {(agent.pk, "high")}
    assert set(LeadChange.objects.filter(action="assigned").values_list("reason", flat=True)) == {
        "speaks Spanish"
    }


def test_what_does_not_fit_is_refused_and_named(manager: Client) -> None:
    leads, agent = [make_lead(), make_lead(last_name="Second")], make_user(role=Role.AGENT, max_capacity=1)
    answer = acted(manager, "assign_leads", leads, apply="1", agent=agent.pk)
    done, refused = told(answer)
    assert done == "1 lead assigned."
    assert refused.startswith("1 refused.")
    assert f"{agent.email} has no room" in refused
    agent.refresh_from_db()
    assert agent.capacity == 1


def test_many_equal_refusals_are_counted(manager: Client) -> None:
    leads, agent = [make_lead() for _ in range(6)], make_user(role=Role.AGENT, max_capacity=1)
    refused = told(acted(manager, "assign_leads", leads, apply="1", agent=agent.pk))[1]
    assert refused.startswith("5 refused.")
    assert "(5 leads)" in refused


def test_where_nothing_could_be_done_the_form_says_why(manager: Client) -> None:
    lead, agent = make_lead(), make_user(role=Role.AGENT, max_capacity=0)
    page = acted(manager, "assign_leads", [lead], apply="1", agent=agent.pk)
    assert "has no room" in page.content.decode()


def test_unassigning_needs_a_reason(manager: Client) -> None:
    lead = make_lead(assigned_agent=make_user(role=Role.AGENT))
    page = acted(manager, "unassign_leads", [lead], apply="1", reason="")
    assert "This field is required" in page.content.decode()
    assert told(acted(manager, "unassign_leads", [lead], apply="1", reason="on holiday")) == [
        "1 lead back in the pool."
    ]
    lead.refresh_from_db()
    assert lead.assigned_agent is None


def test_a_move_is_checked_lead_by_lead(manager: Client) -> None:
    new, ended = make_lead(), make_lead(disposition="Returned", disposition_reason="bad number")
    done, refused = told(acted(manager, "move_leads", [new, ended], apply="1", disposition="Contacted"))
    assert done == "1 lead moved."
    assert "cannot go from Returned to Contacted" in refused


def test_a_way_out_needs_a_reason(manager: Client) -> None:
    lead = make_lead()
    page = acted(manager, "move_leads", [lead], apply="1", disposition="Rejected")
    assert "needs a disposition_reason" in page.content.decode()
    acted(manager, "move_leads", [lead], apply="1", disposition="Rejected", reason="no injury")
    lead.refresh_from_db()
    assert (lead.disposition, lead.disposition_reason) == ("Rejected", "no injury")


def test_a_leads_page_offers_the_allowed_moves_only(manager: Client) -> None:
    lead = make_lead(disposition="Returned", disposition_reason="bad number")
    url = reverse("admin:leads_lead_disposition", args=[lead.pk])
    assert [value for value, _ in manager.get(url).context["form"].fields["disposition"].choices] == [""]


def test_a_lead_is_moved_from_its_page(manager: Client) -> None:
    lead = make_lead()
    url = reverse("admin:leads_lead_disposition", args=[lead.pk])
    answer = manager.post(url, {"apply": "1", "disposition": "Qualified", "reason": "clear fault"})
    assert answer.headers["Location"] == reverse("admin:leads_lead_change", args=[lead.pk])
    change = LeadChange.objects.filter(lead_id=lead.pk).first()
    assert change is not None
    assert (change.action, change.reason, change.source) == ("disposition_changed", "clear fault", "admin")


def test_an_unknown_lead_has_no_page(manager: Client) -> None:
    url = reverse("admin:leads_lead_assign", args=["00000000-0000-0000-0000-000000000000"])
    assert manager.get(url).status_code == 404


def test_a_whole_list_is_a_bulk_operations_work(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.admin.pages.MOST_SELECTED", 1)
    assert told(acted(manager, "move_leads", [make_lead(), make_lead()])) == ["Select 1 leads or fewer."]


def test_an_error_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        apply_to_each([make_lead().pk], lambda _: 1 / 0)


@pytest.mark.parametrize("selected", ["nonsense", "\0"])
def test_a_row_that_cannot_be_leads_back_to_the_list(manager: Client, selected: str) -> None:
    url = reverse("admin:leads_lead_changelist")
    answer = manager.post(url, {"action": "assign_leads", "_selected_action": [selected], "index": "0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
