"""Giving leads to agents."""

import pytest
from django.db import IntegrityError, connection, transaction

from crm.core.choices import Availability, Role
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition
from leads.models import Decision, Lead, LeadChange
from leads.services.choosing import candidates, choose_agent
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


def capacity_of(agent: User) -> int:
    agent.refresh_from_db()
    return agent.capacity


def test_the_agent_with_fewest_leads_relative_to_capacity_is_chosen() -> None:
    half_full = make_user(role=Role.AGENT, max_capacity=2)
    make_lead(assigned_agent=half_full)
    fuller_but_roomier = make_user(role=Role.AGENT, max_capacity=10)
    for _ in range(2):
        make_lead(assigned_agent=fuller_but_roomier)
    chosen = choose_agent().chosen
    assert chosen is not None
    assert chosen.agent_id == fuller_but_roomier.pk


def test_ties_are_broken_by_a_recorded_draw_and_not_by_age() -> None:
    agents = {make_user(role=Role.AGENT).pk for _ in range(3)}
    winners = set()
    for _ in range(60):
        choice = choose_agent()
        assert choice.chosen is not None
        best = min(choice.candidates, key=lambda candidate: candidate.draw)
        assert choice.chosen == best
        winners.add(choice.chosen.agent_id)
    assert winners == agents


def test_inactive_absent_and_full_agents_are_never_chosen_and_the_reason_is_kept() -> None:
    make_user(role=Role.AGENT, email="gone@example.com", is_active=False)
    make_user(role=Role.AGENT, email="away@example.com", availability=Availability.AWAY)
    make_user(role=Role.AGENT, email="full@example.com", max_capacity=0)
    make_user(role=Role.MANAGER)
    reasons = {candidate.email: candidate.refusal for candidate in candidates()}
    assert reasons == {
        "gone@example.com": "deactivated",
        "away@example.com": "not present: away",
        "full@example.com": "full: 0 of 0 places taken",
    }
    assert choose_agent().chosen is None


def test_a_manager_assigns_a_lead() -> None:
    agent, lead = make_user(role=Role.AGENT, max_capacity=4), make_lead()
    manager = make_user(role=Role.MANAGER)
    answer = signed_in(manager).post(
        f"/api/leads/{lead.pk}/assign",
        {"agent_email": agent.email, "priority": "urgent", "notes": "speaks Spanish"},
    )
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["agent_capacity"] == {"current": 1, "max": 4, "percentage": 25.0, "available_slots": 3}
    assert (body["lead"]["assigned_agent"], body["lead"]["priority"]) == (agent.email, "urgent")
    change = LeadChange.objects.filter(lead_id=lead.pk).latest("id")
    assert (change.action, change.actor, change.reason) == ("assigned", manager.email, "speaks Spanish")
    assert change.changes["assigned_agent_id"] == [None, agent.pk]
    assert Decision.objects.get(lead_id=lead.pk).document["assignment"]["chosen"] == agent.email


def test_a_full_agent_is_409_and_nothing_changes() -> None:
    agent, lead = make_user(role=Role.AGENT, max_capacity=0), make_lead()
    answer = signed_in(make_user(role=Role.MANAGER)).post(
        f"/api/leads/{lead.pk}/assign", {"agent_email": agent.email}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "capacity_exceeded")
    lead.refresh_from_db()
    assert lead.assigned_agent is None


def test_reassigning_moves_the_place_too() -> None:
    old, new = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=old)
    answer = signed_in(make_user(role=Role.MANAGER)).put(
        f"/api/leads/{lead.pk}/reassign", {"new_agent": new.email, "reason": "holiday"}
    )
    body = answer.json()
    assert (body["previous_agent"], body["new_agent"]) == (old.email, new.email), body
    assert body["reassigned_at"]
    assert (capacity_of(old), capacity_of(new)) == (0, 1)


def test_unassigning_gives_the_place_back() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    answer = signed_in(make_user(role=Role.MANAGER)).post(
        f"/api/leads/{lead.pk}/unassign", {"reason": "wrong language"}
    )
    assert answer.json()["lead"]["assigned_agent"] is None
    assert answer.json()["lead"]["assigned_at"] is None
    assert capacity_of(agent) == 0


@pytest.mark.parametrize("email", ["nobody@example.com", "manager@example.com", "gone@example.com"])
def test_only_an_active_agent_is_given_leads(email: str) -> None:
    make_user(role=Role.MANAGER, email="manager@example.com")
    make_user(role=Role.AGENT, email="gone@example.com", is_active=False)
    answer = signed_in(make_user(role=Role.MANAGER)).post(
        f"/api/leads/{make_lead().pk}/assign", {"agent_email": email}
    )
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["agent_email"])


def test_an_agent_may_not_assign() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    assert signed_in(agent).post(f"/api/leads/{lead.pk}/unassign", {"reason": "no"}).status_code == 403


def test_a_lead_that_closes_gives_its_place_back_and_takes_one_when_reopened() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    Lead.objects.filter(pk=lead.pk).update(disposition=Disposition.NOT_INTERESTED)
    assert capacity_of(agent) == 0
    Lead.objects.filter(pk=lead.pk).update(disposition=Disposition.CONTACTED)
    assert capacity_of(agent) == 1


def test_raw_sql_cannot_get_round_the_capacity() -> None:
    agent = make_user(role=Role.AGENT, max_capacity=1)
    leads = [make_lead() for _ in range(2)]
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="no room"), transaction.atomic():
            cursor.execute("UPDATE leads_lead SET assigned_agent_id = %s", [agent.pk])
        cursor.execute("UPDATE leads_lead SET assigned_agent_id = %s WHERE id = %s", [agent.pk, leads[0].pk])
        assert capacity_of(agent) == 1
        cursor.execute("DELETE FROM leads_lead WHERE id = %s", [leads[0].pk])
        assert capacity_of(agent) == 0
