"""An agent who leaves: the sign-ins end, the open leads are handed on, whichever way it is done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import OutboxEvent, User
from crm.core.services.accounts import update_user
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition, OperationKind
from leads.exceptions import AgentUnavailable
from leads.models import BulkOperation, Decision, Lead, LeadChange
from leads.selectors import explanation_of
from leads.services.agents import deactivate_agent
from leads.services.assignment import assign_lead
from leads.services.editing import update_lead
from leads.services.handover import hand_over
from leads.services.recounting import differing_capacities
from leads.tests.factories import make_lead
from leads.tests.racing import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("test")


def make_leads(agent: User, number: int, **fields: Any) -> list[Lead]:
    return [make_lead(assigned_agent=agent, **fields) for _ in range(number)]


def holders(leads: list[Lead]) -> set[int | None]:
    return set(
        Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("assigned_agent", flat=True)
    )


def test_open_leads_go_back_to_the_pool_and_ended_ones_keep_their_agent() -> None:
    agent, manager = make_user(role=Role.AGENT), make_user(role=Role.MANAGER)
    api = signed_in(agent)
    leads, [ended] = make_leads(agent, 3), make_leads(agent, 1, disposition=Disposition.RETAINED)
    answer = signed_in(manager).delete(f"/api/agents/{agent.pk}")
    assert answer.status_code == 200, answer.json()
    operation = BulkOperation.objects.get()
    assert answer.json() == {
        "success": True,
        "agent_id": agent.pk,
        "operation_id": str(operation.pk),
        "reassigned_to": None,
        "leads_moved": 3,
    }
    assert (holders(leads), holders([ended])) == ({None}, {agent.pk})
    agent.refresh_from_db()
    assert (agent.is_active, agent.capacity) == (False, 0)
    assert api.get("/api/auth/me").status_code == 401


def test_open_leads_go_to_the_agent_named_and_all_of_it_is_on_record() -> None:
    agent, manager = make_user(role=Role.AGENT), make_user(role=Role.MANAGER)
    successor = make_user(role=Role.AGENT, email="next@example.com", max_capacity=3, availability="away")
    leads = make_leads(agent, 3)
    answer = signed_in(manager).delete(f"/api/agents/{agent.pk}?reassign_to=Next@Example.com").json()
    assert (answer["reassigned_to"], answer["leads_moved"]) == ("next@example.com", 3)
    assert holders(leads) == {successor.pk}
    operation = BulkOperation.objects.get(pk=answer["operation_id"])
    assert (operation.kind, operation.author, operation.changed_count) == ("handover", manager.email, 3)
    assert set(operation.lead_ids) == {lead.pk for lead in leads}
    written = LeadChange.objects.filter(operation=operation.pk)
    assert {change.action for change in written} == {"handed_over"}
    assert all(change.changes["assigned_agent_id"] == [agent.pk, successor.pk] for change in written)
    told = explanation_of(leads[0].pk, manager.actor(SYSTEM.source))["assignment"]
    assert (told["strategy"], told["chosen"]) == ("handover", "next@example.com")
    event = OutboxEvent.objects.get(topic="leads.bulk_changed")
    assert event.payload == {
        "operation_id": str(operation.pk),
        "kind": "handover",
        "fields": ["assigned_agent"],
        "count": 3,
    }
    assert not OutboxEvent.objects.filter(topic="lead.assigned").exists()


def test_an_agent_is_named_by_id_too() -> None:
    agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    leads = make_leads(agent, 1)
    signed_in(make_user(role=Role.MANAGER)).delete(f"/api/agents/{agent.pk}?reassign_to={successor.pk}")
    assert holders(leads) == {successor.pk}


def test_too_few_places_tell_how_many_and_nothing_is_done() -> None:
    agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT, max_capacity=3)
    leads = make_leads(agent, 5)
    make_leads(successor, 1)
    answer = signed_in(make_user(role=Role.MANAGER)).delete(
        f"/api/agents/{agent.pk}?reassign_to={successor.email}"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "capacity_exceeded")
    assert answer.json()["details"] == {
        "agent": successor.email,
        "needed": 5,
        "available": 2,
        "missing": 3,
    }
    agent.refresh_from_db()
    assert (agent.is_active, holders(leads)) == (True, {agent.pk})
    assert not BulkOperation.objects.exists()


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("reassign_to=nobody@example.com", "reassign_to"),
        ("reassign_to=999999", "reassign_to"),
        ("reassign_to=99999999999999999999", "reassign_to"),
        ("reassign_to=gone@example.com", "reassign_to"),
        ("reassign_to=manager@example.com", "reassign_to"),
        ("reassign_to=leaving@example.com", "reassign_to"),
        ("reassign_to=", "reassign_to"),
        ("reasign_to=next@example.com", "reasign_to"),
    ],
)
def test_a_wrong_successor_is_refused_by_name(address: str, field: str) -> None:
    agent = make_user(role=Role.AGENT, email="leaving@example.com")
    make_user(role=Role.AGENT, email="gone@example.com", is_active=False)
    manager = make_user(role=Role.MANAGER, email="manager@example.com")
    leads = make_leads(agent, 1)
    answer = signed_in(manager).delete(f"/api/agents/{agent.pk}?{address}")
    assert (answer.status_code, list(answer.json()["details"])) == (400, [field]), answer.json()
    assert holders(leads) == {agent.pk}


def test_a_successor_in_the_body_is_not_lost_silently() -> None:
    agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    answer = signed_in(make_user(role=Role.MANAGER)).delete(
        f"/api/agents/{agent.pk}", {"reassign_to": successor.email}, format="json"
    )
    assert answer.status_code == 400
    assert "?reassign_to=" in answer.json()["error"]


def test_doing_it_again_changes_nothing() -> None:
    agent = make_user(role=Role.AGENT)
    make_leads(agent, 2)
    manager = signed_in(make_user(role=Role.MANAGER))
    manager.delete(f"/api/agents/{agent.pk}")
    again = manager.delete(f"/api/agents/{agent.pk}")
    assert (again.status_code, again.json()["leads_moved"], again.json()["operation_id"]) == (200, 0, None)
    assert BulkOperation.objects.count() == 1


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_only_agents_are_deactivated_here(role: Role) -> None:
    chief = make_user(role=role)
    assert signed_in(make_user(role=Role.MANAGER)).delete(f"/api/agents/{chief.pk}").status_code == 404
    chief.refresh_from_db()
    assert chief.is_active


def test_agents_deactivate_nobody_not_even_themselves() -> None:
    agent = make_user(role=Role.AGENT)
    assert signed_in(agent).delete(f"/api/agents/{agent.pk}").status_code == 403


def by_the_accounts_page(agent: User) -> None:
    admin = signed_in(make_user(role=Role.ADMIN))
    assert admin.patch(f"/api/auth/users/{agent.username}", {"is_active": False}).status_code == 200


def by_another_role(agent: User) -> None:
    admin = signed_in(make_user(role=Role.ADMIN))
    assert admin.patch(f"/api/auth/users/{agent.username}", {"role": "manager"}).status_code == 200


@pytest.mark.parametrize("leave", [by_the_accounts_page, by_another_role])
def test_every_other_way_hands_the_leads_to_the_pool(leave: Callable[[User], None]) -> None:
    agent = make_user(role=Role.AGENT)
    leads = make_leads(agent, 2)
    leave(agent)
    assert holders(leads) == {None}
    operation = BulkOperation.objects.get()
    assert (operation.kind, operation.changed_count) == (OperationKind.HANDOVER, 2)


def test_the_admins_page_hands_them_on_too(manager: Client) -> None:
    agent = make_user(role=Role.AGENT)
    leads = make_leads(agent, 2)
    page = reverse("admin:core_user_change", args=[agent.pk])
    answer = manager.post(
        page, {"max_capacity": agent.max_capacity, "availability": agent.availability}, follow=True
    )
    assert "2 open leads went back to the pool" in answer.content.decode()
    assert holders(leads) == {None}
    operation = BulkOperation.objects.get()
    assert operation.source == "admin"
    for name in ("change", "undo"):
        assert reverse(f"admin:leads_bulkoperation_{name}", args=[operation.pk]) in answer.content.decode()


def test_other_changes_and_placeholders_move_nothing() -> None:
    agent, placeholder = make_user(role=Role.AGENT), make_user(role=Role.AGENT, is_active=False)
    leads = [*make_leads(agent, 1), *make_leads(placeholder, 1)]
    update_user(user=agent, actor=SYSTEM, fields={"first_name": "Ann", "is_active": True})
    update_user(user=placeholder, actor=SYSTEM, fields={"first_name": "Bo", "is_active": False})
    assert holders(leads) == {agent.pk, placeholder.pk}


def test_what_fails_later_leaves_the_leads_where_they_are() -> None:
    agent, other = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    leads = make_leads(agent, 1)
    answer = signed_in(make_user(role=Role.ADMIN)).patch(
        f"/api/auth/users/{agent.username}", {"is_active": False, "email": other.email}
    )
    assert (answer.status_code, holders(leads)) == (400, {agent.pk})
    assert not BulkOperation.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_leads() -> None:
    def statements(number: int) -> int:
        agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
        make_leads(agent, number)
        with CaptureQueriesContext(connection) as done:
            deactivate_agent(agent.pk, actor=SYSTEM, reassign_to=successor.email)
        return len(done)

    assert statements(2) == statements(20) <= 36


@pytest.mark.django_db(transaction=True)
def test_who_left_at_this_very_moment_is_given_nothing() -> None:
    agent, lead = make_user(role=Role.AGENT), make_lead()

    def give() -> object:
        try:
            return assign_lead(lead.pk, agent_email=agent.email, actor=SYSTEM)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            deactivate_agent(agent.pk, actor=SYSTEM)
            given = pool.submit(give)  # finds the agent active still, and waits for a place
            wait_until_somebody_waits()
        with pytest.raises(AgentUnavailable):
            given.result(timeout=30)
    assert holders([lead]) == {None}


def while_a_lead_comes_in(agent: User, act: Callable[[], Any]) -> tuple[Lead, Any]:
    """`act` finds the agent's row held by somebody who gives the agent this lead; what it answered."""
    lead = make_lead()

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assign_lead(lead.pk, agent_email=agent.email, actor=SYSTEM)
            answer = pool.submit(run)
            wait_until_somebody_waits()
        return lead, answer.result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_comes_in_while_the_agents_row_is_waited_for_is_handed_on() -> None:
    agent = make_user(role=Role.AGENT)
    held = make_leads(agent, 1)
    lead, _ = while_a_lead_comes_in(
        agent, lambda: update_user(user=agent, actor=SYSTEM, fields={"is_active": False})
    )
    agent.refresh_from_db()
    assert (agent.is_active, agent.capacity, holders([*held, lead])) == (False, 0, {None})
    operation = BulkOperation.objects.get()
    assert (operation.requested_count, operation.changed_count) == (2, 2)
    assert Decision.objects.filter(lead_id=lead.pk, document__assignment__strategy="handover").exists()


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_comes_in_meanwhile_needs_a_place_with_the_successor_too() -> None:
    agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT, max_capacity=1)
    held, manager = make_leads(agent, 1), signed_in(make_user(role=Role.MANAGER))
    address = f"/api/agents/{agent.pk}?reassign_to={successor.email}"
    lead, answer = while_a_lead_comes_in(agent, lambda: manager.delete(address))
    assert (answer.status_code, answer.json()["code"]) == (409, "capacity_exceeded"), answer.json()
    assert (answer.json()["details"]["needed"], answer.json()["details"]["available"]) == (2, 1)
    agent.refresh_from_db()
    assert (agent.is_active, holders([*held, lead])) == (True, {agent.pk})
    User.objects.filter(pk=successor.pk).update(max_capacity=2)
    assert manager.delete(address).json()["leads_moved"] == 2


def test_a_successor_who_works_no_leads_any_more_gets_none() -> None:
    agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    held = make_leads(agent, 2)
    User.objects.filter(pk=successor.pk).update(role=Role.MANAGER)  # after the caller had looked
    with pytest.raises(AgentUnavailable), transaction.atomic():
        hand_over(agent, actor=SYSTEM, successor=successor)
    assert holders(held) == {agent.pk}


@pytest.mark.django_db(transaction=True)
def test_leads_that_come_in_meanwhile_are_handed_on_or_refused() -> None:
    make_user(role=Role.ADMIN)
    agent, successor = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    held = make_leads(agent, 10)
    waiting = [make_lead() for _ in range(10)]

    def give(lead: Lead) -> Callable[[], object]:
        return lambda: assign_lead(lead.pk, agent_email=agent.email, actor=SYSTEM)

    def work(lead: Lead) -> Callable[[], object]:
        return lambda: update_lead(lead.pk, changes={"disposition": "Contacted"}, actor=SYSTEM)

    answers = at_once(
        [
            lambda: deactivate_agent(agent.pk, actor=SYSTEM, reassign_to=successor.email),
            lambda: update_user(user=agent, actor=SYSTEM, fields={"is_active": False}),
            *(give(lead) for lead in waiting),
            *(work(lead) for lead in held),
        ]
    )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert {type(refusal).__name__ for refusal in refused} <= {"AgentUnavailable"}
    agent.refresh_from_db()
    assert not agent.is_active
    assert not Lead.objects.open().filter(assigned_agent=agent).exists()
    assert differing_capacities() == []
    assert Decision.objects.filter(document__assignment__strategy="handover").count() >= 10


def test_an_undo_gives_the_leads_back_once_the_agent_is_there_again() -> None:
    agent, manager = make_user(role=Role.AGENT), signed_in(make_user(role=Role.MANAGER))
    leads = make_leads(agent, 2)
    operation = manager.delete(f"/api/agents/{agent.pk}").json()["operation_id"]
    agent.refresh_from_db()
    update_user(user=agent, actor=SYSTEM, fields={"is_active": True})
    assert holders(leads) == {None}
    answer = manager.post(f"/api/bulk-operations/{operation}/undo")
    assert answer.status_code == 200, answer.json()
    assert holders(leads) == {agent.pk}
    assert differing_capacities() == []
