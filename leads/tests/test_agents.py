"""Agents, their capacity and figures."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core.choices import Availability, Role
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition
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


def test_a_deactivated_agents_places_are_no_capacity() -> None:
    agent = make_user(role=Role.AGENT, max_capacity=4)
    make_lead(assigned_agent=agent)
    make_user(role=Role.AGENT, max_capacity=100, is_active=False)
    manager = signed_in(make_user(role=Role.MANAGER))
    assert manager.get("/api/agents").json()["summary"] == {
        "total_agents": 2,
        "active_agents": 1,
        "total_capacity": 4,
        "used_capacity": 1,
        "utilization_percentage": 25.0,
    }
    gone = manager.get("/api/agents?status=inactive").json()["summary"]
    assert (gone["total_capacity"], gone["utilization_percentage"]) == (0, 0.0)


def test_figures_come_with_an_interval_and_the_time_they_were_taken() -> None:
    agent = make_user(role=Role.AGENT)
    make_lead(assigned_agent=agent)
    before = timezone.now()
    told = signed_in(make_user(role=Role.MANAGER)).get(f"/api/agents/{agent.pk}").json()
    assert told["performance_interval"]["low"] < told["performance_score"] == 50.0
    assert told["performance_interval"]["high"] > 50.0
    assert datetime.fromisoformat(told["figures_as_of"]) >= before


def test_figures_follow_every_change_while_they_are_quick_to_take() -> None:
    agent, manager = make_user(role=Role.AGENT), signed_in(make_user(role=Role.MANAGER))
    for number in range(1, 4):
        make_lead(assigned_agent=agent)
        assert manager.get(f"/api/agents/{agent.pk}").json()["stats"]["leadsHandled"] == number


def test_the_list_costs_the_same_for_many_agents_and_little_while_nothing_changes() -> None:
    manager = signed_in(make_user(role=Role.MANAGER))

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as done:
            assert manager.get("/api/agents").status_code == 200
        return [query["sql"] for query in done.captured_queries]

    make_lead(assigned_agent=make_user(role=Role.AGENT))
    assert len(statements()) == 4  # who asks, agents, the newest change, the figures
    for _ in range(10):
        make_lead(assigned_agent=make_user(role=Role.AGENT))
    assert len(statements()) == 4
    kept = statements()
    assert len(kept) == 3
    assert not any('"leads_lead"' in sql or " leads_lead" in sql for sql in kept)


def test_setting_a_capacity_reads_no_leads() -> None:
    agent, manager = make_user(role=Role.AGENT), signed_in(make_user(role=Role.MANAGER))
    make_lead(assigned_agent=agent)
    manager.get("/api/agents")
    with CaptureQueriesContext(connection) as done:
        answer = manager.put(f"/api/agents/{agent.pk}/capacity", {"max_capacity": 9})
    assert (answer.json()["capacity"]["max"], answer.json()["stats"]["leadsHandled"]) == (9, 1)
    assert not any(" leads_lead " in query["sql"].replace('"', "") for query in done.captured_queries)
