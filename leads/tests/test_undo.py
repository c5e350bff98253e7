"""Undoing a bulk operation: what nobody touched since goes back, everything else is left and reported."""

from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.models import OutboxEvent, User
from crm.core.tests.factories import make_user
from leads.choices import OperationKind, OperationStatus
from leads.exceptions import NotAllowed
from leads.models import BulkOperation, Comment, Decision, IntakePolicy, Lead, LeadChange, LeadSearch
from leads.selectors import explanation_of
from leads.services.bulk import undoing
from leads.services.bulk.undo.exceptions import (
    AlreadyUndone,
    NothingToUndo,
    OperationNotFound,
    OperationRunning,
)
from leads.services.bulk.undoing import undo_operation
from leads.services.editing import update_lead
from leads.tests.factories import make_lead
from leads.tests.import_files import csv_file, imported, people
from leads.tests.undoing import MANAGER, edit, miscounted, operate, rows, sign_off

pytestmark = pytest.mark.django_db


def undo(operation: BulkOperation, actor: Actor = MANAGER) -> BulkOperation:
    done = undo_operation(operation.pk, actor=actor)
    sign_off()
    return done


def left_of(operation: BulkOperation) -> list[tuple[str, Any, Any]]:
    return [(entry["field"], entry["ours"], entry["now"]) for entry in operation.report["left"]]


def codes_of(operation: BulkOperation) -> dict[UUID, str]:
    return {UUID(failure["lead_id"]): failure["code"] for failure in operation.failures}


def test_every_column_and_stamp_goes_back_and_comes_again() -> None:
    agent, other = make_user(max_capacity=5), make_user(max_capacity=5)
    leads = [make_lead(assigned_agent=agent, tags=["warm"], lead_value="35.00") for _ in range(3)]
    before = rows()
    operation = operate(
        leads, disposition="Retained for Firm", assigned_agent=other, tags=["won"], lead_value="99.95"
    )
    after = rows()

    first = undo(operation)
    assert rows() == before
    assert (first.changed_count, first.unchanged_count, first.failed_count) == (3, 0, 0)
    assert first.report["restored"] == dict.fromkeys(
        ["assigned_agent", "assigned_at", "closed_date", "disposition", "first_contact_at", "last_contact",
         "lead_value", "tags"], 3
    )  # fmt: skip
    assert (first.kind, first.undoes_id, first.status) == ("undo", operation.pk, OperationStatus.COMPLETED)
    undo(first)
    assert rows() == after
    assert miscounted() == []
    actions = LeadChange.objects.filter(lead_id=leads[0].pk).values_list("action", "operation")[:3]
    assert [action for action, _ in actions] == ["undone", "undone", "bulk_updated"]


def test_a_field_touched_since_is_left_and_reported_with_who_and_when() -> None:
    touched, plain = make_lead(city="Peoria", priority="low"), make_lead(city="Peoria", priority="low")
    operation = operate([touched, plain], city="Joliet", priority="high")
    edit(touched, actor=make_user(role=Role.MANAGER, email="ann@example.com").actor(Source.API), city="Alton")
    done = undo(operation)

    touched.refresh_from_db()
    plain.refresh_from_db()
    assert (touched.city, touched.priority) == ("Alton", "low")
    assert (plain.city, plain.priority) == ("Peoria", "low")
    [entry] = done.report["left"]
    assert entry.pop("at")
    assert entry == {
        "lead_id": str(touched.pk), "field": "city", "ours": "Joliet", "now": "Alton", "by": "ann@example.com",
    }  # fmt: skip
    assert done.report["restored"] == {"priority": 2, "city": 1}


def test_touched_and_put_back_by_hand_is_touched() -> None:
    lead = make_lead(city="Peoria")
    operation = operate([lead], city="Joliet")
    edit(lead, city="Alton")
    edit(lead, city="Joliet")
    assert left_of(undo(operation)) == [("city", "Joliet", "Joliet")]


def test_an_operation_and_its_undo_since_touch_nothing() -> None:
    """The way one goes back from several mistakes: the last one first."""
    lead = make_lead(city="Peoria", priority="low")
    before = rows()
    first = operate([lead], city="Joliet", priority="high")
    second = operate([lead], city="Alton")
    third = operate([lead], city="Cairo")
    for operation in (third, second, first):
        assert undo(operation).report["left"] == []
    assert rows() == before


def test_an_operation_brought_back_since_does_touch() -> None:
    lead = make_lead(city="Peoria")
    first = operate([lead], city="Joliet")
    undo(undo(operate([lead], city="Alton")))
    assert left_of(undo(first)) == [("city", "Joliet", "Alton")]


def test_the_outcome_goes_back_as_one() -> None:
    """Moved on since: the stamp of the first contact belongs to where the lead stands now."""
    lead = make_lead(disposition="Attempting")
    operation = operate([lead], disposition="Contacted", priority="high")
    edit(lead, disposition="Qualified")
    done = undo(operation)
    lead.refresh_from_db()
    assert (lead.disposition, lead.priority) == ("Qualified", "normal")
    assert lead.first_contact_at is not None
    assert {field for field, _, _ in left_of(done)} == {"disposition", "first_contact_at", "last_contact"}


def test_a_call_noted_since_keeps_only_itself() -> None:
    lead = make_lead()
    operation = operate([lead], disposition="Contacted")
    called = timezone.now()
    edit(lead, last_contact=called)
    done = undo(operation)
    lead.refresh_from_db()
    assert (lead.disposition, lead.first_contact_at, lead.last_contact) == ("New", None, called)
    assert [field for field, _, _ in left_of(done)] == ["last_contact"]


def test_a_reason_given_since_keeps_its_disposition() -> None:
    lead = make_lead(disposition="Contacted")
    operation = operate([lead], disposition="Rejected", disposition_reason="at fault")
    edit(lead, disposition_reason="at fault, by the police report")
    undo(operation)
    lead.refresh_from_db()
    assert (lead.disposition, lead.disposition_reason) == ("Rejected", "at fault, by the police report")


# Capacity


def test_a_lead_stays_where_it_is_if_its_former_agent_has_no_room() -> None:
    full, taker = make_user(max_capacity=1), make_user(max_capacity=5)
    given, kept = make_lead(assigned_agent=full), make_lead(priority="low")
    operation = operate([given, kept], assigned_agent=taker, priority="high")
    make_lead(assigned_agent=full)
    done = undo(operation)

    given.refresh_from_db()
    kept.refresh_from_db()
    assert (given.assigned_agent, given.priority) == (taker, "normal")
    assert (kept.assigned_agent, kept.priority) == (None, "low")
    assert codes_of(done) == {given.pk: "capacity_exceeded"}
    assert (done.changed_count, done.failed_count) == (2, 1)
    fields = {entry["field"]: entry.get("code") for entry in done.report["left"]}
    assert fields == {"assigned_agent": "capacity_exceeded", "assigned_at": "capacity_exceeded"}
    assert miscounted() == []


def test_agents_that_swapped_all_their_leads_get_them_back_though_both_are_full() -> None:
    one, two = make_user(max_capacity=2), make_user(max_capacity=2)
    ones = [make_lead(assigned_agent=one) for _ in range(2)]
    twos = [make_lead(assigned_agent=two) for _ in range(2)]
    before = rows()
    User.objects.update(max_capacity=4)
    away = operate(ones, assigned_agent=two)
    back = operate(twos, assigned_agent=one)
    User.objects.update(max_capacity=2)
    assert undo(away).failed_count == 2  # one after the other there is no room
    User.objects.update(max_capacity=4)
    assert undo(back).failed_count == 0
    assert rows() != before
    assert miscounted() == []


def test_a_deactivated_agent_gets_no_open_lead_back_but_keeps_closed_ones() -> None:
    gone, taker = make_user(max_capacity=5), make_user(max_capacity=5)
    is_open = make_lead(assigned_agent=gone)
    is_closed = make_lead(assigned_agent=gone, disposition="Rejected", disposition_reason="at fault")
    operation = operate([is_open, is_closed], assigned_agent=taker)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    done = undo(operation)
    is_open.refresh_from_db()
    is_closed.refresh_from_db()
    assert (is_open.assigned_agent, is_closed.assigned_agent) == (taker, gone)
    assert codes_of(done) == {is_open.pk: "capacity_exceeded"}
    assert "no active agent" in done.failures[0]["error"]


def test_reopening_takes_the_agents_place_or_is_refused() -> None:
    agent = make_user(max_capacity=1)
    lead = make_lead(assigned_agent=agent)
    operation = operate([lead], disposition="Rejected", disposition_reason="at fault", city="Joliet")
    make_lead(assigned_agent=agent)
    done = undo(operation)
    lead.refresh_from_db()
    assert (lead.disposition, lead.city) == ("Rejected", "")
    assert codes_of(done) == {lead.pk: "capacity_exceeded"}
    assert miscounted() == []


# Twins


def test_a_lead_does_not_become_somebody_who_stands_now() -> None:
    marked = make_lead(email="ana@example.com")
    operation = operate([marked], disposition="Duplicate", disposition_reason="sent twice", city="Joliet")
    twin = make_lead(email="ana@example.com")
    done = undo(operation)
    marked.refresh_from_db()
    assert (marked.disposition, marked.city) == ("Duplicate", "")
    assert codes_of(done) == {marked.pk: "duplicate_lead"}
    assert "the same email" in done.failures[0]["error"]
    Lead.objects.filter(pk=twin.pk).delete()


def test_two_that_swapped_phones_get_them_back() -> None:
    one, two = make_lead(), make_lead()
    before = rows()
    window = IntakePolicy.objects.get().duplicate_window_days
    assert window == 90
    first = operate([one], phone="+13125559999")
    second = operate([two], phone=one.phone)
    assert undo(second).failed_count == 0
    assert undo(first).failed_count == 0
    assert rows() == before


def test_a_phone_that_somebody_else_has_now_is_left() -> None:
    lead = make_lead()
    operation = operate([lead], phone="", city="Joliet")
    make_lead(phone=lead.phone)
    done = undo(operation)
    assert codes_of(done) == {lead.pk: "duplicate_lead"}
    lead.refresh_from_db()
    assert (lead.phone, lead.city) == ("", "")


def test_a_lead_stays_reachable() -> None:
    lead = make_lead(phone="")
    operation = operate([lead], phone="+13125559998")
    edit(lead, email="")
    assert codes_of(undo(operation)) == {lead.pk: "conflict"}


# Reasons


def test_explain_tells_of_the_undo_and_of_the_score_before() -> None:
    agent = make_user(max_capacity=5, email="kim@example.com")
    lead = make_lead(assigned_agent=agent, quality_score=8)
    Decision.objects.create(
        lead_id=lead.pk, document={"score": {"value": 8, "factors": []}, "deadline": {"date": None}}
    )
    operation = operate([lead], assigned_agent=None, has_attorney="yes", quality_score=2)
    Decision.objects.create(lead_id=lead.pk, document={"score": {"value": 2, "factors": []}})
    done = undo(operation)
    told = explanation_of(lead.pk, MANAGER)
    assert told["score"]["value"] == 8
    assert told["assignment"]["chosen"] == "kim@example.com"
    assert told["assignment"]["strategy"] == "undo"
    assert told["assignment"]["reason"].startswith("undo of update by tests")
    undo(done)
    assert explanation_of(lead.pk, MANAGER)["score"]["value"] == 2


def test_where_other_facts_changed_since_the_score_is_decided_anew() -> None:
    lead = make_lead(accident_state="IL", accident_date="2026-10-01", treatment="surgery", at_fault="no")
    update_lead(lead.pk, changes={"injury_type": "whiplash"}, actor=MANAGER)
    sign_off()
    lead.refresh_from_db()
    operation = operate([lead], has_attorney="yes", quality_score=1)
    update_lead(lead.pk, changes={"treatment": "none"}, actor=MANAGER)
    sign_off()
    with_attorney = Lead.objects.get(pk=lead.pk).quality_score
    done = undo(operation)
    lead.refresh_from_db()
    assert lead.has_attorney == "unknown"
    assert (lead.quality_score > with_attorney, lead.treatment) == (True, "none")
    assert explanation_of(lead.pk, MANAGER)["score"]["value"] == lead.quality_score
    assert done.report["left"] == []


# What an operation made, or took away


def test_undoing_an_import_deletes_what_nobody_has_touched_and_its_undo_brings_it_back() -> None:
    agent = make_user(max_capacity=10, email="owner@example.com")
    one = imported(
        csv_file([{**row, "Lead Owner": agent.email, "Lead Status": "Contacted"} for row in people(4)])
    )
    edited, commented, *_ = leads = list(Lead.objects.order_by("email"))
    assert {lead.first_contact_at for lead in leads} == {None}
    edit(edited, city="Joliet")
    Comment.objects.create(lead=commented, author=agent, comment="called")
    before, documents = rows(), LeadSearch.objects.count()
    operation = BulkOperation.objects.get(pk=one.pk)
    done = undo(operation)

    assert {lead.pk for lead in Lead.objects.all()} == {edited.pk, commented.pk}
    assert (done.changed_count, done.unchanged_count, done.report["deleted"]) == (2, 2, 2)
    left = {entry["field"]: (entry["lead_id"], entry["by"]) for entry in done.report["left"]}
    assert left == {"lead": (str(edited.pk), "tests"), "comments": (str(commented.pk), "")}
    assert miscounted() == []
    again = undo(done)
    assert rows() == before
    assert LeadSearch.objects.count() == documents
    assert again.report["recreated"] == 2
    assert miscounted() == []
    assert undo(again).report["deleted"] == 2


def test_a_lead_comes_back_to_the_pool_if_its_agent_is_full_and_not_at_all_if_a_twin_stands() -> None:
    agent = make_user(max_capacity=2, email="owner@example.com")
    one = imported(csv_file([{**row, "Lead Owner": agent.email} for row in people(2)]))
    twin_of, homeless = list(Lead.objects.order_by("email"))
    done = undo(BulkOperation.objects.get(pk=one.pk))
    make_lead(email=twin_of.email, assigned_agent=agent)
    make_lead(assigned_agent=agent)
    again = undo(done)
    assert codes_of(again) == {twin_of.pk: "duplicate_lead", homeless.pk: "capacity_exceeded"}
    [back] = Lead.objects.filter(pk__in=[twin_of.pk, homeless.pk])
    assert (back.pk, back.assigned_agent, back.assigned_at) == (homeless.pk, None, None)
    assert miscounted() == []


def test_a_lead_of_an_agency_that_is_gone_does_not_come_back() -> None:
    one = imported(csv_file(people(1)))
    done = undo(BulkOperation.objects.get(pk=one.pk))
    lead = LeadChange.objects.filter(action="undone").get()
    from agencies.models import Agency
    from leads.models import LeadImport

    LeadImport.objects.all().delete()
    Agency.objects.filter(pk="IMPORTED").delete()
    again = undo(done)
    assert codes_of(again) == {lead.lead_id: "conflict"}


def test_a_change_of_a_lead_that_is_gone_is_reported() -> None:
    lead, other = make_lead(), make_lead()
    operation = operate([lead, other], city="Joliet")
    Lead.objects.filter(pk=lead.pk).delete()
    done = undo(operation)
    assert codes_of(done) == {lead.pk: "not_found"}
    assert done.changed_count == 1


# Who, when


def test_an_agent_undoes_their_own_and_only_where_the_lead_is_still_theirs() -> None:
    agent = make_user(max_capacity=5)
    actor = agent.actor(Source.API)
    mine, lost = make_lead(assigned_agent=agent), make_lead(assigned_agent=agent)
    operation = operate([mine, lost], actor=actor, city="Joliet")
    Lead.objects.filter(pk=lost.pk).update(assigned_agent=None)
    done = undo(operation, actor)
    assert codes_of(done) == {lost.pk: "not_found"}
    assert str(lost.pk) not in str(done.report)
    lost.refresh_from_db()
    assert lost.city == "Joliet"
    with pytest.raises(OperationNotFound):
        undo(operate([mine], city="Alton"), actor)


def test_a_vendor_undoes_nothing() -> None:
    make_agency(code="OURS")
    vendor = make_user(role=Role.VENDOR, vendor_code="OURS").actor(Source.API)
    one = imported(csv_file(people(1)), agency_code="OURS", actor=vendor)
    with pytest.raises(NotAllowed):
        undo(BulkOperation.objects.get(pk=one.pk), vendor)


def test_an_undo_that_brought_nothing_back_does_not_use_up_the_only_one() -> None:
    agent, other = make_user(max_capacity=5), make_user(max_capacity=5)
    lead = make_lead(assigned_agent=agent, city="Peoria")
    operation = operate([lead], actor=agent.actor(Source.API), city="Joliet")
    Lead.objects.filter(pk=lead.pk).update(assigned_agent=other)
    nothing = undo(operation, agent.actor(Source.API))
    assert (nothing.changed_count, nothing.failed_count, nothing.undoes_id) == (0, 1, None)
    assert nothing.request["operation"] == str(operation.pk)
    done = undo(operation)
    lead.refresh_from_db()
    assert (done.changed_count, done.undoes_id, lead.city) == (1, operation.pk, "Peoria")
    with pytest.raises(AlreadyUndone):
        undo(operation)


def test_a_place_that_was_missing_at_first_is_taken_by_a_later_undo() -> None:
    full, taker = make_user(max_capacity=1), make_user(max_capacity=5)
    lead = make_lead(assigned_agent=full)
    operation = operate([lead], assigned_agent=taker)
    between = make_lead(assigned_agent=full)
    assert undo(operation).changed_count == 0
    Lead.objects.filter(pk=between.pk).update(assigned_agent=None)
    assert undo(operation).changed_count == 1
    lead.refresh_from_db()
    assert lead.assigned_agent == full


def test_once_only_and_only_when_it_has_ended_and_changed_something() -> None:
    operation = operate([make_lead()], city="Joliet")
    first = undo(operation)
    with pytest.raises(AlreadyUndone) as refusal:
        undo(operation)
    assert refusal.value.details == {"undone_by": str(first.pk)}
    BulkOperation.objects.filter(pk=first.pk).update(status=OperationStatus.RUNNING)
    with pytest.raises(OperationRunning):
        undo(first)
    with pytest.raises(NothingToUndo):
        undo(operate([], city="Joliet"))


def test_one_event_tells_of_it() -> None:
    operation = operate([make_lead(), make_lead()], city="Joliet")
    done = undo(operation)
    [event] = OutboxEvent.objects.filter(topic="leads.bulk_changed")
    assert event.payload == {
        "operation_id": str(done.pk), "kind": "undo", "fields": ["city"], "count": 2,
    }  # fmt: skip


def test_a_kind_brings_back_what_else_it_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "_movers", {})
    seen: list[tuple[BulkOperation, BulkOperation, list[UUID]]] = []

    @undoing.moves_back(OperationKind.UPDATE)
    def move(operation: BulkOperation, undone_by: BulkOperation, leads: Any) -> dict[str, int]:
        seen.append((operation, undone_by, list(leads)))
        return {"comments": 3}

    lead = make_lead()
    operation = operate([lead], city="Joliet")
    first = undo(operation)
    second = undo(first)
    assert seen == [(operation, first, [lead.pk]), (first, second, [lead.pk])]
    assert second.report["moved"] == {"comments": 3}
