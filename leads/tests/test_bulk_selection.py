"""Bulk work on leads chosen by filters and saved filters instead of ids."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.tests.factories import make_user, signed_in
from leads.choices import AssignmentStrategy
from leads.models import BulkOperation, Lead
from leads.services.bulk import selection
from leads.services.bulk.assigning import bulk_assign
from leads.services.bulk.unassigning import bulk_unassign
from leads.services.bulk.updating import bulk_update
from leads.tests.factories import make_lead

NOBODYS = "0199c0de-0000-7000-8000-000000000000"  # fixed: workers must collect the same tests

pytestmark = pytest.mark.django_db

UPDATE, ASSIGN = "/api/leads/bulk-update", "/api/leads/bulk-assign"
MANAGER = Actor.system("tests")
URGENT = {"updates": {"priority": "urgent"}}
NY = {"state": "NY"}
GOOD = {
    "logic": "AND",
    "conditions": [{"field": "quality_score", "operator": "greater_or_equal", "value": 8}],
}


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def save(client: APIClient, filters: dict[str, Any]) -> str:
    saved: str = client.post("/api/filters", {"name": "New York", "filters": filters}).json()["id"]
    return saved


def urgent() -> set[Any]:
    return set(Lead.objects.filter(priority="urgent").values_list("pk", flat=True))


def test_filters_and_a_saved_filter_choose_the_leads_to_change(manager: APIClient) -> None:
    both = [make_lead(state="NY", quality_score=9) for _ in range(2)]
    one = make_lead(state="NY", quality_score=2)
    make_lead(state="IL", quality_score=9)
    saved = save(manager, NY)
    answer = manager.post(UPDATE, {**URGENT, "saved_filter": saved, "filters": GOOD}).json()
    assert [result["lead_id"] for result in answer["results"]] == [str(lead.pk) for lead in both]
    assert answer["repeated_count"] == 0
    operation = BulkOperation.objects.get(pk=answer["operation_id"])
    assert operation.selection == {"filters": GOOD, "saved_filter": saved}
    assert urgent() == {lead.pk for lead in both}
    again = manager.post(UPDATE, {**URGENT, "saved_filter": saved}).json()
    assert (again["updated_count"], again["unchanged_count"]) == (1, 2)
    assert urgent() == {lead.pk for lead in (*both, one)}


def test_the_leads_to_assign_are_chosen_the_same_way(manager: APIClient) -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(state="NY")
    make_lead(state="IL")
    answer = manager.post(ASSIGN, {"assignment_strategy": "round_robin", "filters": NY}).json()
    assert [given["lead_id"] for given in answer["assignments"]] == [str(lead.pk)]
    assert list(Lead.objects.filter(assigned_agent=agent)) == [lead]


def test_an_agent_chooses_among_the_own_leads() -> None:
    agent = make_user(role=Role.AGENT)
    mine = make_lead(state="NY", assigned_agent=agent)
    make_lead(state="NY")
    answer = signed_in(agent).post(UPDATE, {**URGENT, "filters": NY}).json()
    assert [result["lead_id"] for result in answer["results"]] == [str(mine.pk)]
    assert urgent() == {mine.pk}


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        ({}, "lead_ids", "filters"),
        ({"filters": {}}, "filters", "every lead"),
        ({"filters": {"logic": "AND", "conditions": []}}, "filters", "every lead"),
        ({"filters": {"state": "AK"}}, "filters", "no lead"),
        ({"filters": {"stat": "NY"}}, "filters.stat", "Unknown"),
        ({"filters": {"state": [], "disposition": ["New"]}}, "filters.state", "Is empty"),
        ({"filters": {"state": "", "disposition": ["New"]}}, "filters.state", "Is empty"),
        ({"filters": {"conditions": [{"field": "x"}]}}, "filters.conditions[0].field", "Unknown"),
        ({"filters": NY, "lead_ids": [NOBODYS]}, "lead_ids", "not both"),
        ({"saved_filter": NOBODYS}, "saved_filter", "no such"),
        ({"saved_filter": "x"}, "saved_filter", "UUID"),
    ],
    ids=str,
)
def test_a_choice_that_cannot_be_worked_is_named(
    manager: APIClient, body: dict[str, Any], path: str, says: str
) -> None:
    make_lead(state="NY")
    for address, given in ((UPDATE, URGENT), (ASSIGN, {"assignment_strategy": "capacity_based"})):
        answer = manager.post(address, {**given, **body})
        assert answer.status_code == 400, answer.json()
        assert says in answer.json()["details"][path][0]
    assert not urgent()


def test_more_than_a_call_takes_are_counted_and_left(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_LEADS", 2)
    for _ in range(4):
        make_lead(state="NY")
    answer = manager.post(UPDATE, {**URGENT, "filters": NY})
    assert answer.json()["details"] == {"filters": ["Chooses 4 leads; one call takes 2 at most: narrow it."]}
    assert not urgent()


def test_a_manual_assignment_names_its_leads(manager: APIClient) -> None:
    lead = make_lead(state="NY")
    pair = {"lead_id": str(lead.pk), "agent": make_user(role=Role.AGENT).email}
    body = {"assignment_strategy": "manual", "assignments": [pair], "filters": NY}
    assert list(manager.post(ASSIGN, body).json()["details"]) == ["filters"]
    del body["filters"]
    assert manager.post(ASSIGN, body).json()["summary"]["successfully_assigned"] == 1


def test_ids_are_read_in_one_statement(django_assert_num_queries: Callable[[int], Any]) -> None:
    boss = make_user(role=Role.MANAGER)
    for _ in range(5):
        make_lead(state="NY")
    saved = save(signed_in(boss), NY)
    actor = boss.actor(Source.API)
    with django_assert_num_queries(1):
        selection.select_leads(actor, filters=NY)
    with django_assert_num_queries(3):  # the filter, that it is used, the ids
        assert len(selection.select_leads(actor, saved_filter=UUID(saved)).lead_ids) == 5


@pytest.mark.parametrize(
    "change", [{"state": "IL"}, {"first_name": "Zed", "email": "", "last_name": ""}], ids=str
)
def test_what_fits_no_longer_once_it_is_locked_is_left_alone(change: dict[str, str]) -> None:
    agent = make_user(role=Role.AGENT)
    stays, strays, gone = (make_lead(state="NY", first_name="Quentin") for _ in range(3))
    chosen = selection.select_leads(MANAGER, filters={"state": "NY", "q": "quentin"})
    Lead.objects.filter(pk=strays.pk).update(**change)
    Lead.objects.filter(pk=gone.pk).delete()

    updated = bulk_update(chosen, changes={"priority": "urgent"}, actor=MANAGER)
    codes = {lead_id: failure.code for lead_id, failure in updated.failures.items()}
    assert codes == dict.fromkeys((strays.pk, gone.pk), "no_longer_matches")
    assert urgent() == {stays.pk}

    rescored = bulk_update(chosen, changes={"at_fault": "no"}, actor=MANAGER)
    assert rescored.failures.keys() == codes.keys()

    assigned = bulk_assign(chosen, strategy=AssignmentStrategy.ROUND_ROBIN, actor=MANAGER)
    assert {failure.lead_id: failure.code for failure in assigned.failures} == codes
    assert list(Lead.objects.filter(assigned_agent=agent)) == [stays]

    unassigned = bulk_unassign(chosen, reason="all back", actor=MANAGER)
    assert (set(unassigned.unassigned), {failure.code for failure in unassigned.failures}) == (
        {stays.pk},
        {"no_longer_matches"},
    )
