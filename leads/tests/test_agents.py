"""Agents, their capacity and figures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.core.choices import Availability, Role
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition
from leads.selectors import AgentFigures
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


def test_managers_see_agents_with_capacity_presence_and_figures() -> None:
    agent = make_user(role=Role.AGENT, email="a@example.com", max_capacity=4)
    make_user(role=Role.AGENT, email="b@example.com", max_capacity=6, availability=Availability.AWAY)
    make_user(role=Role.AGENT, email="c@example.com", max_capacity=0, is_active=False)
    assigned = timezone.now() - timedelta(hours=3)
    make_lead(assigned_agent=agent, assigned_at=assigned)
    make_lead(
        assigned_agent=agent,
        assigned_at=assigned,
        first_contact_at=assigned + timedelta(minutes=12),
        disposition=Disposition.RETAINED,
    )
    body = signed_in(make_user(role=Role.MANAGER)).get("/api/agents").json()
    assert body["summary"] == {
        "total_agents": 3,
        "active_agents": 1,
        "total_capacity": 10,
        "used_capacity": 1,
        "utilization_percentage": 10.0,
    }
    first = body["agents"][0]
    assert first["capacity"] == {"current": 1, "max": 4, "percentage": 25.0, "available_slots": 3}
    assert first["stats"] == {"leadsHandled": 2, "conversionRate": 50.0, "avgResponseTime": 12.0}
    assert body["agents"][1]["performance_score"] is None


def test_the_list_is_filtered_by_status_and_by_room() -> None:
    make_user(role=Role.AGENT, email="room@example.com")
    make_user(role=Role.AGENT, email="full@example.com", max_capacity=0)
    make_user(role=Role.AGENT, email="gone@example.com", is_active=False)
    manager = signed_in(make_user(role=Role.MANAGER))
    assert [agent["email"] for agent in manager.get("/api/agents?available=true").json()["agents"]] == [
        "room@example.com"
    ]
    assert [agent["email"] for agent in manager.get("/api/agents?status=inactive").json()["agents"]] == [
        "gone@example.com"
    ]
    assert manager.get("/api/agents?status=lazy").status_code == 400
    assert manager.get("/api/agents?available=maybe").status_code == 400


def test_a_manager_sets_capacity_and_an_agent_only_the_own_availability() -> None:
    agent, colleague = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    manager = signed_in(make_user(role=Role.MANAGER))
    answer = manager.put(f"/api/agents/{agent.pk}/capacity", {"max_capacity": 7, "availability": "busy"})
    assert (answer.json()["capacity"]["max"], answer.json()["availability"]) == (7, "busy")
    assert (
        signed_in(agent).put(f"/api/agents/{agent.pk}/capacity", {"availability": "active"}).status_code
        == 200
    )
    assert signed_in(agent).put(f"/api/agents/{agent.pk}/capacity", {"max_capacity": 900}).status_code == 403
    assert (
        signed_in(agent).put(f"/api/agents/{colleague.pk}/capacity", {"availability": "away"}).status_code
        == 404
    )
    assert manager.put(f"/api/agents/{agent.pk}/capacity", {"max_capacity": -1}).status_code == 400
    assert manager.put("/api/agents/999999/capacity", {"max_capacity": 1}).status_code == 404


def test_agents_see_themselves_only() -> None:
    agent, colleague = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    client = signed_in(agent)
    assert client.get("/api/agents").status_code == 403
    assert client.get(f"/api/agents/{agent.pk}").json()["email"] == agent.email
    assert client.get(f"/api/agents/{colleague.pk}").status_code == 404


def test_luck_with_few_leads_moves_the_score_little() -> None:
    one_lucky_lead = AgentFigures(handled=1, converted=1, expected=0.1).performance_score
    steady = AgentFigures(handled=200, converted=40, expected=20.0).performance_score
    average = AgentFigures(handled=200, converted=20, expected=20.0).performance_score
    assert average == 50.0
    assert one_lucky_lead is not None
    assert steady is not None
    assert average < one_lucky_lead < steady <= 100
