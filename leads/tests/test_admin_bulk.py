"""Many leads at once from the list: one operation, whatever was selected."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.tests.factories import make_agency
from crm.core.choices import Availability, Role
from crm.core.ids import uuid7
from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.admin.selecting import read, written
from leads.models import BulkOperation, Lead, LeadChange
from leads.services.bulk.operations import MOST_LEADS, Selection
from leads.tests.factories import make_lead, unique_phone

pytestmark = pytest.mark.django_db

LIST = reverse("admin:leads_lead_changelist")


def asked(
    client: Client, action: str, leads: list[Lead], *, query: str = "", everything: bool = False
) -> Any:
    """The page on which an action of the list asks what it needs."""
    sent: dict[str, Any] = {
        "action": action,
        "_selected_action": [str(lead.pk) for lead in leads[:50]],
        "index": "0",
    }
    return client.post(LIST + query, {**sent, "select_across": "1" if everything else "0"})


def answered(client: Client, page: Any, **given: Any) -> Any:
    """The page's form, filled in and sent as a browser sends it."""
    return client.post(page.context["target"], {"selection": page.context["selection"], **given})


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def many_leads(number: int) -> None:
    agency = make_agency()
    Lead.objects.bulk_create(
        Lead(agency=agency, first_name="Sam", last_name="Ortiz", phone=unique_phone()) for _ in range(number)
    )


@pytest.fixture
def agent() -> User:
    return make_user(role=Role.AGENT, email="anna@example.com", max_capacity=5)


def test_an_action_asks_first_and_names_a_few_leads(manager: Client) -> None:
    lead = make_lead()
    page = asked(manager, "assign_leads", [lead])
    text = page.content.decode()
    assert "Choose an agent" in text
    assert "Sam Ortiz" in text
    assert not BulkOperation.objects.exists()


def test_all_to_one_agent(manager: Client, agent: User) -> None:
    leads = [make_lead(), make_lead()]
    page = asked(manager, "assign_leads", leads)
    answer = answered(
        manager, page, strategy="manual", agent=agent.pk, priority="high", notes="speaks Spanish"
    )
    operation = BulkOperation.objects.get()
    (message,) = told(answer)
    assert message.startswith("2 leads assigned. ")
    assert reverse("admin:leads_bulkoperation_change", args=[operation.pk]) in message
    assert reverse("admin:leads_bulkoperation_undo", args=[operation.pk]) in message
    assert set(Lead.objects.values_list("assigned_agent", "priority")) == {(agent.pk, "high")}
    changes = LeadChange.objects.filter(operation=operation.pk)
    assert set(changes.values_list("action", "reason", "source")) == {
        ("bulk_assigned", "speaks Spanish", "admin")
    }
    assert operation.selection == {}


def test_shared_out_among_those_chosen_or_all_who_are_present(manager: Client, agent: User) -> None:
    away = make_user(role=Role.AGENT, availability=Availability.AWAY)
    leads = [make_lead() for _ in range(4)]
    answered(manager, asked(manager, "assign_leads", leads[:2]), strategy="round_robin", agents=[away.pk])
    answered(manager, asked(manager, "assign_leads", leads[2:]), strategy="capacity_based")
    held = [Lead.objects.get(pk=lead.pk).assigned_agent for lead in leads]
    assert held == [away, away, agent, agent]


def test_what_does_not_fit_is_refused_and_counted(manager: Client, agent: User) -> None:
    leads = [make_lead() for _ in range(8)]
    page = asked(manager, "assign_leads", leads)
    (message,) = told(answered(manager, page, strategy="manual", agent=agent.pk))
    assert message.startswith("5 leads assigned. 3 refused. anna@example.com has no room")
    assert "(3 leads)" in message


def test_where_nothing_could_be_done_the_form_says_why(manager: Client) -> None:
    full = make_user(role=Role.AGENT, max_capacity=0)
    page = asked(manager, "assign_leads", [make_lead()])
    again = answered(manager, page, strategy="manual", agent=full.pk)
    assert again.status_code == 200
    assert "has no room" in again.content.decode()
    assert again.context["selection"]


def test_an_agent_must_be_chosen_to_get_all(manager: Client) -> None:
    again = answered(manager, asked(manager, "assign_leads", [make_lead()]), strategy="manual")
    assert "Choose who gets the leads." in again.content.decode()


def test_an_agent_who_left_meanwhile_is_refused(manager: Client, agent: User) -> None:
    page = asked(manager, "assign_leads", [make_lead()])
    User.objects.filter(pk=agent.pk).update(is_active=False)
    again = answered(manager, page, strategy="manual", agent=agent.pk)
    assert "agent" in again.context["form"].errors


def test_unassigning_needs_a_reason(manager: Client, agent: User) -> None:
    lead, pooled = make_lead(assigned_agent=agent), make_lead()
    page = asked(manager, "unassign_leads", [lead, pooled])
    assert "This field is required" in answered(manager, page, reason="").content.decode()
    (message,) = told(answered(manager, page, reason="on holiday"))
    assert message.startswith("1 lead back in the pool. 1 stood like this already.")
    lead.refresh_from_db()
    assert lead.assigned_agent is None


def test_moves_are_checked_lead_by_lead(manager: Client) -> None:
    new, ended = make_lead(), make_lead(disposition="Returned", disposition_reason="bad number")
    page = asked(manager, "change_leads", [new, ended])
    (message,) = told(answered(manager, page, disposition="Contacted", priority="urgent"))
    assert message.startswith("1 lead changed. 1 refused. A lead cannot go from Returned to Contacted")
    new.refresh_from_db()
    assert (new.disposition, new.priority) == ("Contacted", "urgent")


def test_a_way_out_needs_a_reason(manager: Client) -> None:
    lead = make_lead()
    page = asked(manager, "change_leads", [lead])
    assert "needs a reason" in answered(manager, page, disposition="Rejected").content.decode()
    answered(manager, page, disposition="Rejected", reason="no injury")
    lead.refresh_from_db()
    assert (lead.disposition, lead.disposition_reason) == ("Rejected", "no injury")


def test_something_must_change(manager: Client) -> None:
    again = answered(manager, asked(manager, "change_leads", [make_lead()]))
    assert "Choose a disposition, a priority, or both." in again.content.decode()


def test_moves_that_no_lead_may_make_are_not_offered(manager: Client) -> None:
    form = asked(manager, "change_leads", [make_lead(disposition="Duplicate")]).context["form"]
    assert [value for value, _ in form.fields["disposition"].choices] == ["", "New", "Returned"]


def test_all_of_a_list_longer_than_a_form_may_have_fields(manager: Client) -> None:
    many_leads(1_200)
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS < 1_200
    shown = list(Lead.objects.all()[:50])
    page = asked(manager, "change_leads", shown, query="?disposition__exact=New", everything=True)
    text = page.content.decode()
    assert "1,200 leads</strong> selected" in text
    assert text.count("Sam Ortiz") == 0
    late = make_lead()
    answer = answered(manager, page, disposition="Contacted")
    assert answer.headers["Location"] == f"{LIST}?disposition__exact=New"
    (message,) = told(answer)
    assert message.startswith("1,200 leads changed.")
    late.refresh_from_db()
    assert late.disposition == "New"  # came in while the page was open
    operation = BulkOperation.objects.get()
    assert operation.selection == {"list": {"disposition__exact": ["New"]}}
    assert operation.requested_count == operation.changed_count == 1_200


def test_the_question_costs_the_same_for_few_and_many(manager: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            asked(manager, "assign_leads", list(Lead.objects.all()[:20]), everything=True)
        return len(queries)

    many_leads(20)
    few = statements()
    many_leads(200)
    assert statements() == few


def test_ten_thousand_leads_fit_into_a_form() -> None:
    selection = Selection.named(uuid7() for _ in range(MOST_LEADS))
    text = written(selection)
    assert len(text) < settings.API_BODY_LIMIT / 2
    assert read(text) == selection


def test_more_than_ten_thousand_are_refused_with_the_number(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.admin.selecting.MOST_LEADS", 2)
    leads = [make_lead() for _ in range(3)]
    answer = asked(manager, "change_leads", leads, query="?q=ortiz", everything=True)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}?q=ortiz")
    (message,) = told(answer)
    assert re.search(r"choose (about )?\d+ leads; one operation takes 2 at most. Narrow the list", message)


def test_leads_that_are_gone_are_told(manager: Client) -> None:
    ghost = Lead(pk=UUID("00000000-0000-7000-8000-000000000000"))
    assert told(asked(manager, "change_leads", [ghost])) == [
        "These leads are not in the list any more; nothing was done."
    ]


@pytest.mark.parametrize("selection", ["", "nonsense", "e30:forged:forged"])
def test_a_selection_that_was_not_written_here_is_refused(manager: Client, selection: str) -> None:
    url = reverse("admin:leads_lead_bulk_change")
    answer = manager.post(url, {"selection": selection, "disposition": "Contacted"})
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert "select the leads again" in told(answer)[0]
    assert not BulkOperation.objects.exists()


def test_the_answers_address_alone_leads_to_the_list(manager: Client) -> None:
    assert manager.get(reverse("admin:leads_lead_bulk_change")).headers["Location"] == LIST


@pytest.mark.parametrize("selected", ["nonsense", "\0"])
def test_a_row_that_cannot_be_leads_back_to_the_list(manager: Client, selected: str) -> None:
    answer = manager.post(LIST, {"action": "assign_leads", "_selected_action": [selected], "index": "0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
