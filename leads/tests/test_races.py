"""What must hold when things happen at the same instant."""

from functools import partial
from typing import Any

import pytest
from django.db.models import Count
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency, make_key
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import OPEN
from leads.exceptions import CapacityExceeded
from leads.models import Lead
from leads.services.assignment import assign_lead, reassign_lead
from leads.tests.factories import make_lead, posted, unique_phone
from leads.tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANAGER = Actor.system("test")


def key_client(code: str) -> APIClient:
    _, secret = make_key(make_agency(code=code))
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def assert_capacity_equals_recount() -> None:
    held = dict(
        Lead.objects.open()
        .exclude(assigned_agent=None)
        .order_by()
        .values_list("assigned_agent")
        .annotate(n=Count("pk"))
    )
    for agent in User.objects.agents():
        assert agent.capacity == held.get(agent.pk, 0), agent.email
        assert agent.capacity <= agent.max_capacity


@pytest.mark.parametrize("shared", ["phone", "email", "both"])
def test_vendors_that_post_the_same_person_at_once_make_one_lead(shared: str) -> None:
    person = posted()
    clients = [key_client(f"VENDOR-{n}") for n in range(4)]

    def body() -> dict[str, Any]:
        other = posted()
        return {**other, **{name: person[name] for name in ("phone", "email") if shared in (name, "both")}}

    answers = at_once([partial(client.post, "/api/leads", body()) for client in clients])
    statuses = sorted(answer.status_code for answer in answers if not isinstance(answer, Exception))
    assert statuses == [201, 409, 409, 409], answers
    assert Lead.objects.count() == 1
    assert_capacity_equals_recount()


def test_crossed_contacts_at_once_do_not_deadlock() -> None:
    """One shares its phone, the other its e-mail address, with opposite partners."""
    clients = [key_client(f"VENDOR-{n}") for n in range(2)]
    for _ in range(10):
        one, two = posted(), posted()
        mixed = [{**one, "email": two["email"]}, {**two, "email": one["email"]}]
        answers = at_once(
            [partial(client.post, "/api/leads", body) for client, body in zip(clients, mixed, strict=True)]
        )
        assert sorted(answer.status_code for answer in answers if not isinstance(answer, Exception)) == [
            201,
            201,
        ], answers


def test_a_double_click_with_one_key_makes_one_lead_and_two_equal_answers() -> None:
    client = key_client("VENDOR-1")
    body = posted()
    answers = at_once(
        [partial(client.post, "/api/leads", body, HTTP_IDEMPOTENCY_KEY="click-1") for _ in range(4)]
    )
    bodies = {answer.json()["lead_id"] for answer in answers if not isinstance(answer, Exception)}
    assert len(bodies) == 1
    assert {answer.status_code for answer in answers if not isinstance(answer, Exception)} == {201}
    assert Lead.objects.count() == 1


def test_intake_at_once_fills_agents_to_the_last_place_and_no_further() -> None:
    agents = [make_user(role=Role.AGENT, max_capacity=5) for _ in range(3)]
    clients = [key_client(f"VENDOR-{n}") for n in range(8)]

    def send(client: APIClient) -> list[int]:
        return [client.post("/api/leads", posted()).status_code for _ in range(3)]

    outcomes = at_once([partial(send, client) for client in clients])
    assert outcomes == [[201, 201, 201]] * 8
    assert Lead.objects.filter(assigned_agent__in=agents).count() == 15
    assert Lead.objects.unassigned().count() == 9
    assert_capacity_equals_recount()


def test_assigning_at_once_never_exceeds_an_agents_capacity() -> None:
    agent = make_user(role=Role.AGENT, max_capacity=7)
    leads = [make_lead() for _ in range(16)]

    def give(part: list[Lead]) -> int:
        given = 0
        for lead in part:
            try:
                assign_lead(lead.pk, agent_email=agent.email, actor=MANAGER)
                given += 1
            except CapacityExceeded:
                continue
        return given

    given = at_once([partial(give, leads[n::8]) for n in range(8)])
    assert sum(n for n in given if not isinstance(n, Exception)) == 7, given
    assert_capacity_equals_recount()


def test_leads_swapped_between_agents_at_once_do_not_deadlock() -> None:
    one, two = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    left = [make_lead(assigned_agent=one) for _ in range(8)]
    right = [make_lead(assigned_agent=two) for _ in range(8)]

    def move(leads: list[Lead], agent: User) -> None:
        for lead in leads:
            reassign_lead(lead.pk, new_agent=agent.email, reason="swap", actor=MANAGER)

    assert at_once([partial(move, left, two), partial(move, right, one)]) == [None, None]
    assert_capacity_equals_recount()


def test_of_two_edits_of_one_version_one_is_refused() -> None:
    lead = make_lead()
    manager = make_user(role=Role.MANAGER)
    clients = [signed_in(manager) for _ in range(2)]
    calls = [
        partial(client.patch, f"/api/leads/{lead.pk}", {"city": city}, HTTP_IF_MATCH=lead.etag())
        for client, city in zip(clients, ("Peoria", "Joliet"), strict=True)
    ]
    answers = at_once(calls)
    assert sorted(answer.status_code for answer in answers if not isinstance(answer, Exception)) == [
        200,
        412,
    ], answers


def test_two_inserts_by_raw_means_cannot_get_round_the_guard() -> None:
    phone = unique_phone()
    agency = make_agency()
    outcomes = at_once([partial(make_lead, agency, phone=phone) for _ in range(3)])
    assert sum(isinstance(outcome, Lead) for outcome in outcomes) == 1, outcomes
    assert Lead.objects.filter(phone=phone, disposition__in=OPEN).count() == 1
