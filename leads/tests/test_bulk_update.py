"""The same change for many leads, each valid or refused on its own."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.ids import uuid7
from crm.core.models import OutboxEvent, User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition, OperationKind, OperationStatus
from leads.models import BulkOperation, Decision, Lead, LeadChange
from leads.services.bulk.operations import MOST_LEADS, Selection
from leads.services.bulk.updating import bulk_update
from leads.services.intake import IntakeContext
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

URL = "/api/leads/bulk-update"
MANAGER = Actor.system("tests")


@pytest.fixture
def manager() -> User:
    return make_user(role=Role.MANAGER)


def send(user: User, leads: list[Any], updates: dict[str, Any], **more: Any) -> Any:
    ids = [str(lead.pk if isinstance(lead, Lead) else lead) for lead in leads]
    return signed_in(user).post(URL, {"lead_ids": ids, "updates": updates, **more}, format="json")


def results_of(answer: Any) -> list[tuple[str, str | None]]:
    assert answer.status_code == 200, answer.json()
    return [(result["status"], result.get("code")) for result in answer.json()["results"]]


def test_many_leads_move_at_once_and_the_history_says_by_which_operation(manager: User) -> None:
    leads = [make_lead() for _ in range(3)]
    answer = send(manager, leads, {"disposition": "Contacted", "priority": "high"}, notes="called today")
    body = answer.json()
    assert results_of(answer) == [("updated", None)] * 3
    counts = {name: body[name] for name in body if name.endswith("_count")}
    assert counts == {"updated_count": 3, "unchanged_count": 0, "failed_count": 0, "repeated_count": 0}
    assert [result["lead_id"] for result in body["results"]] == [str(lead.pk) for lead in leads]
    for lead in leads:
        lead.refresh_from_db()
        assert (lead.disposition, lead.priority, bool(lead.first_contact_at)) == ("Contacted", "high", True)
        change = LeadChange.objects.filter(lead_id=lead.pk).latest("id")
        assert (change.action, change.source, change.reason) == ("bulk_updated", "bulk", "called today")
        assert (change.actor, str(change.operation)) == (manager.email, body["operation_id"])
        assert change.changes["disposition"] == ["New", "Contacted"]


def test_the_operation_is_recorded_and_told_once(manager: User) -> None:
    leads = [make_lead(), make_lead(priority="high")]
    missing = uuid7()
    body = send(manager, [*leads, missing], {"priority": "high"}).json()
    operation = BulkOperation.objects.get(pk=body["operation_id"])
    assert (operation.kind, operation.status, operation.source) == (
        OperationKind.UPDATE, OperationStatus.COMPLETED, "api"
    )  # fmt: skip
    assert (operation.author, operation.request) == (manager.email, {"updates": {"priority": "high"}})
    assert operation.lead_ids == [leads[0].pk, leads[1].pk, missing]
    assert (operation.changed_count, operation.unchanged_count, operation.failed_count) == (1, 1, 1)
    assert [failure["lead_id"] for failure in operation.failures] == [str(missing)]
    events = OutboxEvent.objects.filter(topic__startswith="lead")
    assert [(event.topic, event.key, event.payload["count"]) for event in events] == [
        ("leads.bulk_changed", str(operation.pk), 1)
    ]


def test_each_lead_is_refused_on_its_own_with_its_reason(manager: User) -> None:
    fine, far, stands = make_lead(), make_lead(disposition="Returned"), make_lead(disposition="Contacted")
    missing = uuid7()
    answer = send(manager, [far, fine, missing, stands], {"disposition": "Contacted"})
    assert results_of(answer) == [
        ("failed", "invalid_transition"),
        ("updated", None),
        ("failed", "not_found"),
        ("unchanged", None),
    ]
    errors = [result.get("error", "") for result in answer.json()["results"]]
    assert "from Returned to Contacted. Allowed: none" in errors[0]
    assert errors[2] == "There is no such lead, or you may not see it."
    assert answer.json()["success"] is True
    far.refresh_from_db()
    assert far.disposition == Disposition.RETURNED


def test_success_is_false_where_every_lead_is_refused(manager: User) -> None:
    assert send(manager, [uuid7(), uuid7()], {"priority": "low"}).json()["success"] is False


def test_a_lead_named_twice_is_worked_once(manager: User) -> None:
    one, two = make_lead(), make_lead()
    body = send(manager, [two, one, two, two], {"priority": "low"}).json()
    assert [result["lead_id"] for result in body["results"]] == [str(two.pk), str(one.pk)]
    assert (body["updated_count"], body["repeated_count"]) == (2, 2)


def test_an_agent_changes_the_own_leads_and_learns_nothing_of_others() -> None:
    agent = make_user(role=Role.AGENT)
    own, others, missing = make_lead(assigned_agent=agent), make_lead(), uuid7()
    answer = send(agent, [own, others, missing], {"priority": "urgent"})
    assert results_of(answer) == [("updated", None), ("failed", "not_found"), ("failed", "not_found")]
    told = [result for result in answer.json()["results"] if result["status"] == "failed"]
    assert told[0]["error"] == told[1]["error"]
    others.refresh_from_db()
    assert others.priority == "normal"


def test_an_agent_changes_no_money_and_a_vendor_nothing() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    answer = send(agent, [lead], {"lead_value": "10.00"})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["lead_value"])
    vendor = make_user(role=Role.VENDOR, vendor_code=make_agency().code)
    assert send(vendor, [lead], {"priority": "low"}).status_code == 403


@pytest.mark.parametrize(
    ("updates", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"email": "new@example.com"}, "email"),
        ({"Mobile": "312 555 0100"}, "Mobile"),
        ({"alternate_phone": "not a number"}, "alternate_phone"),
        ({"phone": ""}, "phone"),
        ({"priority": "soonish"}, "priority"),
        ({"quality_score": 9}, "quality_score"),
        ({"vendor_code": "NOBODY"}, "vendor_code"),
        ({"lead_value": None}, "lead_value"),
        ({"disposition": "Rejected"}, "disposition_reason"),
        ({"disposition": "Rejected", "disposition_reason": ""}, "disposition_reason"),
        ({"disposition": "Won"}, "disposition"),
        ({}, "updates"),
        ("all", "updates"),
    ],
)
def test_what_no_lead_could_take_is_400_naming_it_and_nothing_is_recorded(
    manager: User, updates: Any, field: str
) -> None:
    answer = send(manager, [make_lead()], updates)
    assert (answer.status_code, list(answer.json()["details"])) == (400, [field]), answer.json()
    assert not BulkOperation.objects.exists()


def test_what_tells_persons_apart_comes_with_the_advice(manager: User) -> None:
    assert "PATCH /api/leads/{id}" in send(manager, [make_lead()], {"email": "a@example.com"}).json()["error"]


@pytest.mark.parametrize(
    ("lead_ids", "told"),
    [
        ([], "empty"),
        (["x"], "Number 1 is no lead's id: 'x'"),
        ([str(uuid7()), 7], "Number 2 is no lead's id: '7'"),
        ([None], "Number 1 is no lead's id"),
        ("all", "Must be a list"),
        ([str(uuid7())] * (MOST_LEADS + 1), "one call takes 10,000 at most"),
    ],
)
def test_bad_lists_of_leads_are_400_with_the_fix(manager: User, lead_ids: Any, told: str) -> None:
    body = {"lead_ids": lead_ids, "updates": {"priority": "low"}}
    answer = signed_in(manager).post(URL, body, format="json")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["lead_ids"])
    assert told in answer.json()["error"]


def test_a_way_out_takes_its_reason_and_a_way_back_clears_it(manager: User) -> None:
    leads = [make_lead(), make_lead(disposition="Not Interested", disposition_reason="no answer")]
    out = {"disposition": "Rejected", "disposition_reason": "no answer"}
    assert results_of(send(manager, leads, out)) == [("updated", None)] * 2
    assert set(Lead.objects.values_list("disposition", "disposition_reason")) == {("Rejected", "no answer")}
    assert LeadChange.objects.filter(action="bulk_updated", reason="no answer").count() == 2

    staying = make_lead(disposition="Contacted", disposition_reason="kept from before")
    back = {"disposition": "Contacted", "priority": "high"}
    assert results_of(send(manager, [*leads, staying], back)) == [("updated", None)] * 3
    reasons = [Lead.objects.get(pk=lead.pk).disposition_reason for lead in (*leads, staying)]
    assert reasons == ["", "", "kept from before"]


def test_a_reason_is_not_taken_from_leads_that_need_it(manager: User) -> None:
    out, working = (
        make_lead(disposition="Rejected", disposition_reason="fraud"),
        make_lead(disposition_reason="?"),
    )
    answer = send(manager, [out, working], {"disposition_reason": ""})
    assert results_of(answer) == [("failed", "validation_error"), ("updated", None)]


def test_reopened_leads_take_their_agents_places_as_far_as_there_are_any(manager: User) -> None:
    agent, other = make_user(role=Role.AGENT, max_capacity=2), make_user(role=Role.AGENT, max_capacity=0)
    make_lead(assigned_agent=agent)
    out: dict[str, Any] = {"disposition": "Rejected", "disposition_reason": "no answer"}
    closed = [make_lead(assigned_agent=agent, **out) for _ in range(3)]
    pooled, full = make_lead(**out), make_lead(assigned_agent=other, **out)
    answer = send(manager, [*closed, pooled, full], {"disposition": "Contacted"})
    assert results_of(answer) == [
        ("updated", None),
        ("failed", "capacity_exceeded"),
        ("failed", "capacity_exceeded"),
        ("updated", None),
        ("failed", "capacity_exceeded"),
    ]
    assert agent.email in answer.json()["results"][1]["error"]
    agent.refresh_from_db()
    assert agent.capacity == 2


@pytest.mark.parametrize("gone", [{"is_active": False}, {"role": Role.MANAGER}], ids=str)
def test_no_lead_is_reopened_for_an_agent_who_has_left(manager: User, gone: dict[str, Any]) -> None:
    agent, there = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    out: dict[str, Any] = {"disposition": "Rejected", "disposition_reason": "no answer"}
    left, other, pooled = (
        make_lead(assigned_agent=agent, **out),
        make_lead(assigned_agent=there, **out),
        make_lead(**out),
    )
    User.objects.filter(pk=agent.pk).update(**gone)
    answer = send(manager, [left, other, pooled], {"disposition": "Contacted"})
    assert results_of(answer) == [("failed", "agent_unavailable"), ("updated", None), ("updated", None)]
    assert "reassign it first" in answer.json()["results"][0]["error"]
    patched = signed_in(manager).patch(f"/api/leads/{left.pk}", {"disposition": "Contacted"})
    assert (patched.status_code, patched.json()["code"]) == (409, "agent_unavailable")
    assert patched.json()["error"] == answer.json()["results"][0]["error"]
    for user, lead in ((agent, left), (there, other)):
        user.refresh_from_db()
        assert user.capacity == (lead is other)


def test_open_leads_of_an_inactive_agent_move_on(manager: User) -> None:
    owner = make_user(role=Role.AGENT)
    leads = [make_lead(assigned_agent=owner), make_lead(assigned_agent=owner)]
    User.objects.filter(pk=owner.pk).update(
        is_active=False
    )  # as an import makes the owners that a file names
    assert results_of(send(manager, leads[:1], {"disposition": "Contacted"})) == [("updated", None)]
    assert (
        signed_in(manager).patch(f"/api/leads/{leads[1].pk}", {"disposition": "Contacted"}).status_code == 200
    )


def test_leads_stop_being_duplicates_only_where_nobody_else_stands_for_the_person(manager: User) -> None:
    standing = make_lead()
    twin = make_lead(phone=standing.phone, disposition="Duplicate")
    first = make_lead(email="same@example.com", disposition="Duplicate")
    second = make_lead(email="same@example.com", disposition="Duplicate")
    lonely = make_lead(disposition="Duplicate")
    answer = send(manager, [twin, second, first, lonely], {"disposition": "New"})
    assert results_of(answer) == [
        ("failed", "duplicate_lead"),
        ("updated", None),
        ("failed", "duplicate_lead"),
        ("updated", None),
    ]
    assert "the same phone within 90 days" in answer.json()["results"][0]["error"]
    assert "the same email within 90 days" in answer.json()["results"][2]["error"]


def test_a_change_of_facts_has_deadline_and_score_decided_anew_for_each_lead(manager: User) -> None:
    leads = [make_lead(accident_date="2026-06-01", at_fault=fault) for fault in ("no", "yes", "unknown")]
    patched = [make_lead(accident_date="2026-06-01", at_fault=fault) for fault in ("no", "yes", "unknown")]
    updates = {"accident_state": "TN", "treatment": "surgery", "priority": "high"}
    assert results_of(send(manager, leads, updates)) == [("updated", None)] * 3
    client = signed_in(manager)
    for lead, other in zip(leads, patched, strict=True):
        assert client.patch(f"/api/leads/{other.pk}", updates, format="json").status_code == 200
        lead.refresh_from_db()
        other.refresh_from_db()
        assert lead.quality_score == other.quality_score
        assert lead.filing_deadline == other.filing_deadline is not None
        documents = [Decision.objects.get(lead_id=one.pk).document for one in (lead, other)]
        assert documents[0] == documents[1]
    assert len({lead.quality_score for lead in leads}) > 1


def test_only_leads_whose_facts_change_are_scored_anew(manager: User) -> None:
    stands = make_lead(accident_state="TN", quality_score=9)
    assert results_of(send(manager, [stands], {"accident_state": "TN", "priority": "low"})) == [
        ("updated", None)
    ]
    stands.refresh_from_db()
    assert (stands.quality_score, stands.priority) == (9, "low")
    assert not Decision.objects.exists()


def test_fields_of_every_kind_are_written_as_patch_writes_them(manager: User) -> None:
    agency = make_agency()
    updates = {
        "tags": ["truck", "O'Hare"],
        "notes": "two\nlines",
        "lead_value": "120.50",
        "acquisition_cost": None,
        "date_of_birth": "1990-02-03",
        "fault_percent": 20,
        "commercial_vehicle": "yes",
        "prior_settlement": None,
        "consent_ip": "203.0.113.7",
        "last_contact": "2026-11-01T10:00:00Z",
        "vendor_code": agency.code,
    }
    bulk, single = make_lead(acquisition_cost="5.00"), make_lead(acquisition_cost="5.00")
    assert results_of(send(manager, [bulk], updates)) == [("updated", None)]
    assert signed_in(manager).patch(f"/api/leads/{single.pk}", updates, format="json").status_code == 200
    columns = [
        "tags", "notes", "lead_value", "acquisition_cost", "date_of_birth", "fault_percent", "commercial_vehicle",
        "prior_settlement", "consent_ip", "last_contact", "agency", "quality_score",
    ]  # fmt: skip
    rows = Lead.objects.in_bulk()
    assert [getattr(rows[bulk.pk], name) for name in columns] == [
        getattr(rows[single.pk], name) for name in columns
    ]


@pytest.mark.parametrize(
    ("changes", "statements"),
    [({"disposition": "Contacted"}, 8), ({"accident_state": "TN"}, 11)],
    ids=["a plain field", "scored anew"],
)
def test_the_number_of_statements_does_not_grow(
    changes: dict[str, Any], statements: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agents = [make_user(role=Role.AGENT) for _ in range(5)]
    IntakeContext.load()  # a process that has worked before knows the rules in force
    for number in (10, 200):
        leads = [make_lead(assigned_agent=agents[n % 5]).pk for n in range(number)]
        with django_assert_num_queries(statements):
            done = bulk_update(Selection.named(leads), changes=changes, actor=MANAGER)
        assert done.operation.changed_count == number


def test_a_repeated_call_with_the_same_key_is_done_once(manager: User) -> None:
    lead, client = make_lead(), signed_in(manager)
    body = {"lead_ids": [str(lead.pk)], "updates": {"priority": "high"}}
    answers = [client.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert BulkOperation.objects.count() == 1


def test_leads_that_are_not_named_are_not_touched(manager: User) -> None:
    bystander = make_lead()
    send(manager, [make_lead()], {"priority": "high"})
    assert Lead.objects.get(pk=bystander.pk).updated_at == bystander.updated_at
