"""Merging leads that are one person, and taking that back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user
from leads.exceptions import DuplicateLead, InvalidInput, LeadNotFound, NotAllowed
from leads.models import BulkOperation, Comment, Lead, LeadChange
from leads.selectors import explanation_of, likely_duplicates
from leads.services.bulk.undo.exceptions import AlreadyUndone
from leads.services.bulk.undoing import undo_operation
from leads.services.editing import delete_lead, update_lead
from leads.services.fields import HIDDEN_FROM_VENDORS
from leads.services.intake import IntakeContext
from leads.services.merging.checking import MOST_MERGED
from leads.services.merging.children import child_relations
from leads.services.merging.exceptions import (
    KeptIsDuplicate,
    LeadsNotFound,
    MergedAlready,
    MergedInCircle,
    MergedWithoutOperation,
    NotMergeable,
    NotMerged,
)
from leads.services.merging.merging import Merged, merge_leads
from leads.services.merging.picking import FIELDS, GROUP_OF, MERGED, NO_VENDOR_SEES
from leads.services.merging.previewing import MergePreview, best_to_keep, preview_merge
from leads.services.merging.unmerging import Unmerged, unmerge_lead
from leads.tests.factories import make_lead, unique_phone
from leads.tests.racing import at_once
from leads.tests.undoing import MANAGER, edit, miscounted, rows, sign_off

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=200)


def merge(kept: Lead, *others: Lead, **options: Any) -> Merged:
    done = merge_leads(kept.pk, [lead.pk for lead in others], actor=options.pop("actor", MANAGER), **options)
    sign_off()
    return done


def undo(operation: BulkOperation) -> BulkOperation:
    done = undo_operation(operation.pk, actor=MANAGER)
    sign_off()
    return done


def unmerge(lead: Lead) -> Unmerged:
    done = unmerge_lead(lead.pk, actor=MANAGER)
    sign_off()
    return done


def preview(kept: Lead, *others: Lead, **choices: UUID) -> MergePreview:
    return preview_merge(kept.pk, [lead.pk for lead in others], fields=choices, actor=MANAGER)


def remark(lead: Lead, text: str) -> Comment:
    return Comment.objects.create(lead=lead, author=make_user(role=Role.MANAGER), comment=text)


def comments() -> dict[int, UUID]:
    return dict(Comment.objects.values_list("pk", "lead"))


# What a merge does


def test_the_others_become_duplicates_and_the_kept_lead_fills_its_gaps() -> None:
    kept = make_lead(first_name="Ana", last_name="Ruiz", email="", city="Peoria", lead_value="35.00")
    other = make_lead(
        first_name="Ana", last_name="Ruiz", language="Spanish", injury_type="neck", city="Alton"
    )
    done = merge(kept, other, reason="same person")

    kept.refresh_from_db()
    was = other.email
    other.refresh_from_db()
    assert (other.disposition, other.merged_into_id) == ("Duplicate", kept.pk)
    assert other.disposition_reason == "Merged into another lead"
    assert other.email == was
    assert (kept.email, kept.language, kept.injury_type, kept.city) == (was, "Spanish", "neck", "Peoria")
    assert (kept.disposition, kept.lead_value) == ("New", Decimal("35.00"))
    assert done.operation.kind == "merge"
    assert (done.operation.changed_count, done.lead_ids) == (2, [other.pk])
    entry = LeadChange.objects.filter(lead_id=other.pk).latest("id")
    assert (entry.action, entry.operation, entry.reason) == ("merged", done.operation.pk, "same person")
    assert entry.changes["merged_into_id"] == [None, str(kept.pk)]


def test_the_agent_gets_the_place_back() -> None:
    agent, other_agent = make_user(max_capacity=1), make_user(max_capacity=1)
    kept, other = make_lead(assigned_agent=agent), make_lead(assigned_agent=other_agent)
    merge(kept, other)
    other_agent.refresh_from_db()
    assert other_agent.capacity == 0
    assert miscounted() == []
    other.refresh_from_db()
    assert other.assigned_agent == other_agent


def test_phone_and_email_pass_to_the_kept_lead_past_the_guard() -> None:
    """Both stand with the same contact for the length of a statement, were the order another one."""
    kept, other = make_lead(phone="", email="ana@example.com"), make_lead(phone="+13125550123", email="")
    merge(kept, other)
    kept.refresh_from_db()
    assert (kept.phone, kept.email) == ("+13125550123", "ana@example.com")


def test_another_number_is_not_lost() -> None:
    kept, other = make_lead(), make_lead()
    number = other.phone
    merge(kept, other)
    kept.refresh_from_db()
    assert kept.alternate_phone == number


def test_the_number_that_makes_way_is_not_lost_either() -> None:
    kept, other = make_lead(), make_lead()
    old, new = kept.phone, other.phone
    merge(kept, other, fields={"phone": other.pk})
    kept.refresh_from_db()
    assert (kept.phone, kept.alternate_phone) == (new, old)


def test_a_changed_fact_has_the_score_decided_anew() -> None:
    kept = make_lead(accident_state="IL")
    other = make_lead(accident_date=date(2026, 11, 1), treatment="surgery", at_fault="no", has_attorney="no")
    merge(kept, other)
    kept.refresh_from_db()
    explained = explanation_of(kept.pk, MANAGER)
    assert explained["score"]["value"] == kept.quality_score != 5
    assert str(kept.filing_deadline) == "2028-11-01"
    assert explained["duplicate"]["verdict"] == "merged"
    assert explained["duplicate"]["merged"] == [str(other.pk)]
    assert explanation_of(other.pk, MANAGER)["duplicate"]["kept"] == str(kept.pk)


def test_a_vendor_learns_nothing_of_it() -> None:
    kept, other = make_lead(), make_lead()
    merge(kept, other)
    vendor = make_user(role=Role.VENDOR, vendor_code="TESTAGENCY").actor(Source.API)
    assert explanation_of(other.pk, vendor)["duplicate"] is None
    assert explanation_of(kept.pk, vendor)["duplicate"] is None


def test_one_event_tells_of_it() -> None:
    kept, other = make_lead(email=""), make_lead()
    done = merge(kept, other)
    event = OutboxEvent.objects.get(topic="leads.bulk_changed")
    assert event.payload["operation_id"] == str(done.operation.pk)
    assert (event.payload["kind"], event.payload["count"]) == ("merge", 2)
    assert {"disposition", "merged_into", "email"} <= set(event.payload["fields"])


@pytest.mark.parametrize("number", [1, MOST_MERGED])
def test_the_number_of_statements_does_not_grow(number: int) -> None:
    kept = make_lead(city="")
    others = [make_lead(city="Alton", injury_type="neck") for _ in range(number)]
    for lead in others:
        remark(lead, "called")
    IntakeContext.load()  # parts of the rules are kept in memory
    with CaptureQueriesContext(connection) as captured:
        merge(kept, *others)
    assert len(captured) == 14  # with a savepoint's two, and signing off
    with CaptureQueriesContext(connection) as captured:
        unmerge(others[0])
    assert len(captured) == 30


# Which value stands


def picked(found: MergePreview, field: str) -> tuple[Any, Any, str, bool]:
    [pick] = [pick for pick in found.picks if field in pick.fields]
    return pick.result[field], pick.chosen, pick.rule, pick.is_disputed(field)


def test_the_kept_leads_value_stands() -> None:
    kept, other = make_lead(injury_type="neck"), make_lead(injury_type="back")
    assert picked(preview(kept, other), "injury_type") == ("neck", kept.pk, "kept", True)


def test_unknown_says_nothing_and_the_oldest_fills_the_gap() -> None:
    kept = make_lead()
    newer = make_lead(has_attorney="yes")
    older = make_lead(has_attorney="fired", created_at=LONG_AGO)
    found = preview(kept, newer, older)
    assert [lead.pk for lead in found.leads] == [kept.pk, older.pk, newer.pk]
    assert picked(found, "has_attorney") == ("fired", older.pk, "filled", True)


def test_no_is_an_answer() -> None:
    kept, other = make_lead(commercial_vehicle=False), make_lead(commercial_vehicle=True)
    assert picked(preview(kept, other), "commercial_vehicle")[:3] == (False, kept.pk, "kept")


def test_the_choice_goes_before_the_rules() -> None:
    kept, other = make_lead(injury_type="neck", notes="a"), make_lead(injury_type="", notes="b")
    found = preview(kept, other, injury_type=other.pk, notes=other.pk)
    assert picked(found, "injury_type") == ("", other.pk, "chosen", False)
    assert picked(found, "notes")[0] == "b"


def test_an_address_comes_from_one_lead() -> None:
    kept = make_lead(address="1 Oak St", city="", state="IL")
    other = make_lead(address="9 Elm St", city="Alton", state="IL", zip_code="62002")
    assert picked(preview(kept, other), "city")[:2] == ("", kept.pk)


def test_an_address_that_agrees_and_says_more_fills_the_gaps() -> None:
    kept = make_lead(state="IL", city="ALTON")
    other = make_lead(address="9 Elm St", city="Alton", state="IL", zip_code="62002")
    found = preview(kept, other)
    assert picked(found, "address")[:3] == ("9 Elm St", other.pk, "filled")
    assert picked(found, "city")[:2] == ("Alton", other.pk)


SAYS_ALL: dict[str, Any] = {
    "address": "1 Oak St",
    "city": "Alton",
    "date_of_birth": date(1980, 2, 1),
    "injury_type": "neck",
    "insurance_claimant": "Acme",
    "at_fault": "no",
    "alternate_phone": "+13125550177",
    "consent_given": True,
    "trustedform_url": "https://cert.example/1",
    "tags": ["tv"],
    "notes": "Speaks Spanish.",
}


def test_by_rule_a_vendor_is_shown_nothing_that_another_agency_sent() -> None:
    kept = make_lead(phone="", language="")
    before = {name: getattr(kept, name) for name in FIELDS}
    foreign = make_lead(make_agency(code="OTHERS"), email="", language="Polish", **SAYS_ALL)
    found = preview(kept, foreign)
    assert any(
        "only notes and tags are taken" in told and "TESTAGENCY will see" in told for told in found.warnings
    )
    merge(kept, foreign)
    kept.refresh_from_db()
    assert {name for name in FIELDS if getattr(kept, name) != before[name]} == NO_VENDOR_SEES - {"priority"}
    assert HIDDEN_FROM_VENDORS.keys() & MERGED == NO_VENDOR_SEES


def test_a_gap_is_filled_by_the_same_agencys_lead_though_another_agencys_is_older() -> None:
    kept, own = make_lead(), make_lead(consent_given=True, city="Joliet")
    foreign = make_lead(make_agency(code="OTHERS"), created_at=LONG_AGO, **SAYS_ALL)
    found = preview(kept, foreign, own)
    assert picked(found, "city")[:2] == ("Joliet", own.pk)
    assert picked(found, "consent_given")[:2] == (True, own.pk)


def test_what_is_chosen_of_another_agencys_lead_is_taken_and_the_preview_says_who_will_see_it() -> None:
    kept = make_lead()
    foreign = make_lead(make_agency(code="OTHERS"), **SAYS_ALL)
    choices = {"consent_given": foreign.pk, "injury_type": foreign.pk, "notes": foreign.pk}
    found = preview(kept, foreign, **choices)
    assert picked(found, "trustedform_url")[1] == foreign.pk
    told = "You chose to show TESTAGENCY what OTHERS sent: injury type, consent given, trustedform url."
    assert told in found.warnings
    merge(kept, foreign, fields=choices)
    kept.refresh_from_db()
    assert (kept.injury_type, kept.trustedform_url, kept.city) == ("neck", "https://cert.example/1", "")
    assert not any("TESTAGENCY" in told for told in preview(make_lead(), make_lead()).warnings)


def test_tags_are_united_and_notes_joined() -> None:
    kept = make_lead(tags=["warm", "tv"], notes="Called twice.")
    same = make_lead(tags=["tv"], notes="Called twice. ")
    other = make_lead(tags=["web"], notes="Speaks Spanish.", first_name="Eva")
    found = preview(kept, same, other)
    assert picked(found, "tags")[:3] == (["warm", "tv", "web"], None, "united")
    notes = "Called twice.\n\nFrom Eva Ortiz of TESTAGENCY:\nSpeaks Spanish."
    assert picked(found, "notes")[:3] == (notes, None, "joined")


def test_joined_notes_end_where_notes_do() -> None:
    found = preview(make_lead(notes="a" * 15_000), make_lead(notes="b" * 15_000))
    assert len(picked(found, "notes")[0]) == 20_000
    assert any("joined notes end" in warning for warning in found.warnings)


def test_money_agency_and_outcome_are_never_chosen() -> None:
    kept, other = make_lead(), make_lead(lead_value="90.00")
    for field in (
        "lead_value",
        "acquisition_cost",
        "vendor_code",
        "disposition",
        "assigned_agent",
        "created_at",
    ):
        with pytest.raises(InvalidInput, match="Not chosen in a merge"):
            preview(kept, other, **{field: other.pk})


def test_a_choice_must_be_one_of_the_leads_and_one_for_what_goes_together() -> None:
    kept, other, stranger = make_lead(), make_lead(), make_lead()
    with pytest.raises(InvalidInput, match="none of the leads"):
        preview(kept, other, city=stranger.pk)
    with pytest.raises(InvalidInput, match="Goes with address, city, state, zip_code"):
        preview(kept, other, city=other.pk, state=kept.pk)


def test_a_lead_stays_reachable() -> None:
    kept, other = make_lead(phone=""), make_lead(email="")
    with pytest.raises(InvalidInput, match="keeps a phone number or an e-mail"):
        merge(kept, other, fields={"phone": kept.pk, "email": other.pk})


def test_what_to_mind_is_told() -> None:
    agent = make_user(first_name="Ann", last_name="Lee")
    kept = make_lead(date_of_birth=date(1980, 1, 1), disposition="Rejected", accident_date=date(2026, 5, 1))
    other = make_lead(
        date_of_birth=date(1990, 1, 1), assigned_agent=agent, lead_value="35.00",
        treatment="doctor", treatment_date=date(2026, 4, 1),
    )  # fmt: skip
    told = " ".join(preview(kept, other).warnings)
    for part in (
        "differ in date of birth", "is worked (New)", "Ann Lee works", "$35.00 of lead value", "before the crash"
    ):  # fmt: skip
        assert part in told


def test_a_preview_writes_nothing_and_counts_the_children() -> None:
    kept, other = make_lead(), make_lead()
    remark(other, "called")
    before = rows()
    with CaptureQueriesContext(connection) as captured:
        assert preview(kept, other).children == {"comments": 1}
    assert len(captured) == 2
    assert rows() == before


def test_the_lead_that_is_worked_is_proposed_to_be_kept() -> None:
    rejected = make_lead(disposition="Rejected", created_at=LONG_AGO)
    duplicate = make_lead(disposition="Duplicate", disposition_reason="twice", created_at=LONG_AGO)
    worked = make_lead(disposition="Contacted")
    assert best_to_keep([rejected, duplicate, worked]) == worked
    converted = make_lead(disposition="Retained for Firm")
    assert best_to_keep([worked, converted]) == converted


# Children


def test_every_table_that_hangs_on_a_lead_is_known() -> None:
    """A new one moves by itself. Make sure that it may (no unique lead), test it, and name it here."""
    assert {relation.name for relation in child_relations()} == {"comments"}


def test_children_move_and_come_back() -> None:
    kept, one, two = make_lead(), make_lead(), make_lead()
    own, first, second = remark(kept, "own"), remark(one, "first"), remark(two, "second")
    before = comments()
    done = merge(kept, one, two)
    assert done.moved == {"comments": 2}
    assert comments() == {own.pk: kept.pk, first.pk: kept.pk, second.pk: kept.pk}
    late = remark(kept, "after")
    first_undo = undo(done.operation)
    assert comments() == {**before, late.pk: kept.pk}
    undo(first_undo)
    assert comments() == {**dict.fromkeys(before, kept.pk), late.pk: kept.pk}


def test_children_that_moved_on_stay_where_they_are() -> None:
    bottom, middle, top = make_lead(), make_lead(), make_lead()
    moved, plain = remark(bottom, "first"), remark(bottom, "second")
    done = merge(middle, bottom)
    Comment.objects.filter(pk=moved.pk).update(lead=top)
    undo(done.operation)
    assert comments() == {moved.pk: top.pk, plain.pk: bottom.pk}


# Who may, and what may not


def test_only_managers_merge() -> None:
    kept, other = make_lead(), make_lead()
    for role in (Role.AGENT, Role.VENDOR):
        actor = make_user(role=role, vendor_code="TESTAGENCY" if role == Role.VENDOR else "").actor(
            Source.API
        )
        for act in (
            lambda: merge(kept, other, actor=actor),  # noqa: B023 - called at once
            lambda: preview_merge(kept.pk, [other.pk], actor=actor),  # noqa: B023
            lambda: unmerge_lead(other.pk, actor=actor),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()


def test_what_is_named_must_make_sense() -> None:
    kept, other = make_lead(), make_lead()
    with pytest.raises(InvalidInput, match="at least one"):
        merge(kept)
    with pytest.raises(InvalidInput, match="itself"):
        merge(kept, other, kept)
    with pytest.raises(InvalidInput, match="11 leads"):
        merge_leads(kept.pk, [uuid4() for _ in range(11)], actor=MANAGER)
    assert merge(kept, other, other).lead_ids == [other.pk]


def test_leads_that_are_not_there() -> None:
    lead, missing = make_lead(), uuid4()
    with pytest.raises(LeadNotFound):
        merge_leads(missing, [lead.pk], actor=MANAGER)
    with pytest.raises(LeadsNotFound, match=str(missing)):
        merge_leads(lead.pk, [missing], actor=MANAGER)


def test_a_merged_lead_is_merged_no_further() -> None:
    kept, other, third = make_lead(), make_lead(), make_lead()
    merge(kept, other)
    with pytest.raises(MergedAlready, match=f"merged into {kept.pk}"):
        merge(third, other)
    with pytest.raises(MergedAlready):
        merge(other, third)
    merge(third, kept)
    other.refresh_from_db()
    assert other.merged_into_id == kept.pk


def test_a_duplicate_is_not_kept_but_merged() -> None:
    kept, other = make_lead(), make_lead(disposition="Duplicate", disposition_reason="sent twice")
    with pytest.raises(KeptIsDuplicate):
        merge(other, kept)
    merge(kept, other)
    unmerge(other)
    other.refresh_from_db()
    assert (other.disposition, other.disposition_reason) == ("Duplicate", "sent twice")


@pytest.mark.parametrize("disposition", ["Retained for Firm", "Closed", "Returned"])
def test_what_converted_or_was_settled_is_kept(disposition: str) -> None:
    kept, other = make_lead(), make_lead(disposition=disposition)
    with pytest.raises(NotMergeable, match=disposition):
        merge(kept, other)
    assert merge(other, kept).lead_ids == [kept.pk]


def test_a_third_lead_with_the_same_contact_forbids_it() -> None:
    kept = make_lead(phone="")
    other = make_lead(phone="+13125550123", created_at=LONG_AGO)
    third = make_lead(phone="+13125550123")
    before = rows()
    with pytest.raises(DuplicateLead) as refused:
        merge(kept, other)
    assert refused.value.details == {"matched": ["phone"], "lead_id": str(third.pk)}
    assert rows() == before
    assert BulkOperation.objects.count() == 0


# Taking it back


def test_unmerging_undoes_the_operation() -> None:
    kept, one, two = make_lead(city=""), make_lead(city="Alton"), make_lead()
    before = rows()
    operation = merge(kept, one, two).operation
    done = unmerge(two)
    assert rows() == before
    assert (done.undo.undoes_id, set(done.lead_ids)) == (operation.pk, {one.pk, two.pk})
    assert explanation_of(one.pk, MANAGER)["duplicate"]["verdict"] == "un-merged"
    with pytest.raises(NotMerged):
        unmerge(two)
    with pytest.raises(AlreadyUndone):
        undo(operation)
    undo(done.undo)
    assert explanation_of(one.pk, MANAGER)["duplicate"]["verdict"] == "merged"
    assert unmerge(one).undo.undoes_id == BulkOperation.objects.get(undoes=done.undo).pk
    assert rows() == before


def test_what_changed_since_stays_and_is_told() -> None:
    kept, other = make_lead(language="", injury_type=""), make_lead(language="Spanish", injury_type="neck")
    merge(kept, other)
    edit(kept, language="Polish")
    undone = unmerge(other).undo
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.language, kept.injury_type) == ("Polish", "")
    assert (other.disposition, other.merged_into_id) == ("New", None)
    assert [(left["field"], left["now"]) for left in undone.report["left"]] == [("language", "Polish")]


def test_where_the_agent_is_full_now_the_lead_stays_merged_with_its_children_elsewhere() -> None:
    agent = make_user(max_capacity=1)
    kept, other = make_lead(), make_lead(assigned_agent=agent)
    said = remark(other, "called")
    merge(kept, other)
    make_lead(assigned_agent=agent)
    done = unmerge(other)
    other.refresh_from_db()
    assert done.lead_ids == []
    assert (other.disposition, other.merged_into_id) == ("Duplicate", kept.pk)
    assert comments() == {said.pk: kept.pk}
    assert [failure["code"] for failure in done.undo.failures] == ["capacity_exceeded"]
    assert miscounted() == []


def test_a_lead_taken_out_of_duplicate_by_hand_is_merged_no_more() -> None:
    kept, other = make_lead(), make_lead()
    said = remark(other, "called")
    operation = merge(kept, other).operation
    update_lead(other.pk, changes={"disposition": "New"}, actor=MANAGER)
    sign_off()
    other.refresh_from_db()
    assert other.merged_into_id is None
    assert LeadChange.objects.filter(lead_id=other.pk).latest("id").changes["merged_into_id"] == [
        str(kept.pk),
        None,
    ]
    undo(operation)
    other.refresh_from_db()
    assert other.disposition == "New"
    assert comments() == {said.pk: other.pk}


def test_the_kept_lead_can_be_deleted_and_the_other_still_comes_apart() -> None:
    kept, other = make_lead(), make_lead()
    operation = merge(kept, other).operation
    delete_lead(kept.pk, actor=MANAGER)
    sign_off()
    other.refresh_from_db()
    assert (other.disposition, other.merged_into_id) == ("Duplicate", None)
    undo(operation)
    other.refresh_from_db()
    assert other.disposition == "New"


def test_a_merge_does_not_come_back_in_a_circle() -> None:
    one, two = make_lead(), make_lead()
    first_undo = unmerge_of(merge(one, two))
    merge(two, one)
    with pytest.raises(MergedInCircle, match="un-merge it first"), transaction.atomic():
        undo_operation(first_undo.pk, actor=MANAGER)


def unmerge_of(done: Merged) -> BulkOperation:
    return undo(done.operation)


def test_a_lead_merged_past_the_program_says_so() -> None:
    kept, other = make_lead(), make_lead()
    edit(other, disposition="Duplicate", merged_into=kept)
    with pytest.raises(MergedWithoutOperation):
        unmerge(other)


def test_no_lead_is_merged_into_itself_by_any_path() -> None:
    lead = make_lead()
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(disposition="Duplicate", merged_into=lead)


values: dict[str, Any] = {
    "city": st.sampled_from(["", "Alton", "Joliet"]),
    "address": st.sampled_from(["", "1 Oak St"]),
    "email": st.sampled_from(["", "own"]),
    "alternate_phone": st.sampled_from(["", "own"]),
    "tags": st.sampled_from([[], ["a"], ["b", "a"]]),
    "notes": st.sampled_from(["", "Called.", "line\n\nline"]),
    "treatment": st.sampled_from(["unknown", "none", "surgery"]),
    "accident_date": st.sampled_from([None, date(2026, 5, 1), date(2025, 1, 31)]),
    "consent_given": st.sampled_from([None, True, False]),
    "priority": st.sampled_from(["low", "urgent"]),
    "disposition": st.sampled_from(["New", "Contacted", "Rejected"]),
    "agent": st.sampled_from([None, 0, 1]),
}
people = st.lists(st.fixed_dictionaries(values), min_size=2, max_size=4)
choices = st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 3), max_size=4)


@settings(max_examples=30)
@given(people=people, chosen=choices, remarks=st.lists(st.integers(0, 3), max_size=4))
def test_an_undo_brings_back_the_very_rows(
    people: list[dict[str, Any]], chosen: dict[str, int], remarks: list[int]
) -> None:
    agents = [make_user(max_capacity=10), make_user(max_capacity=10)]
    leads = [made(person, agents) for person in people]
    for number in remarks:
        remark(leads[number % len(leads)], f"said {number}")
    before, said = rows(), comments()
    groups = {GROUP_OF.get(name, (name,)): leads[n % len(leads)].pk for name, n in chosen.items()}
    operation = merge(leads[0], *leads[1:], fields={group[0]: pk for group, pk in groups.items()}).operation

    merged, moved = rows(), comments()
    assert not set(moved.values()) & {lead.pk for lead in leads[1:]}
    assert miscounted() == []
    first = undo(operation)
    assert (first.failures, first.report["left"]) == ([], [])
    assert (rows(), comments()) == (before, said)
    assert miscounted() == []
    undo(first)
    assert (rows(), comments()) == (merged, moved)


def made(person: dict[str, Any], agents: list[Any]) -> Lead:
    given = dict(person)
    agent = given.pop("agent")
    given["email"] = f"{uuid4()}@example.com" if given["email"] else ""
    given["alternate_phone"] = unique_phone() if given["alternate_phone"] else ""
    return make_lead(**given, quality_score=5, assigned_agent=None if agent is None else agents[agent])


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_the_same_leads_crosswise_at_once() -> None:
    one, two = make_lead(), make_lead()

    def act(kept: Lead, other: Lead) -> Merged:
        return merge_leads(kept.pk, [other.pk], actor=Actor.system("race"))

    outcomes = at_once([lambda: act(one, two), lambda: act(two, one)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Merged", "MergedAlready"]
    assert Lead.objects.filter(disposition="Duplicate").count() == 1


# Finding them


def found(lead: Lead, actor: Actor = MANAGER) -> list[tuple[UUID, tuple[str, ...], str]]:
    return [(look.lead.pk, look.same, look.likelihood) for look in likely_duplicates(lead, actor)]


def test_the_same_number_either_way_round() -> None:
    lead = make_lead(alternate_phone=unique_phone())
    as_alternate = make_lead(alternate_phone=lead.phone)
    crosswise = make_lead(phone=lead.alternate_phone)
    make_lead()
    assert found(lead) == [
        (crosswise.pk, ("phone", "name"), "high"),
        (as_alternate.pk, ("phone", "name"), "high"),
    ]


def test_the_same_email_and_another_name_is_less_likely() -> None:
    lead = make_lead()
    other = make_lead(email=lead.email, last_name="Lopez", created_at=LONG_AGO)
    assert found(lead) == [(other.pk, ("email",), "low")]


def test_the_same_name_needs_another_sign() -> None:
    lead = make_lead(
        first_name="José", last_name="Núñez", date_of_birth=date(1980, 2, 1), accident_date=date(2026, 5, 1)
    )
    born = make_lead(first_name="JOSE", last_name="nunez", date_of_birth=date(1980, 2, 1))
    hurt = make_lead(first_name="Jose", last_name="Nunez", accident_date=date(2026, 5, 1))
    make_lead(first_name="Jose", last_name="Nunez")
    make_lead(first_name="Jose", last_name="Nunez", accident_date=date(2026, 5, 1), accident_state="WI")
    make_lead(first_name="Jose", last_name="Nunezmiller", date_of_birth=date(1980, 2, 1))
    lead.accident_state = "IL"
    assert found(lead) == [
        (born.pk, ("name", "date_of_birth"), "high"),
        (hurt.pk, ("name", "accident_date"), "medium"),
    ]


def test_another_date_of_birth_makes_it_unlikely() -> None:
    lead = make_lead(date_of_birth=date(1980, 2, 1))
    other = make_lead(alternate_phone=lead.phone, date_of_birth=date(1955, 2, 1))
    assert found(lead) == [(other.pk, ("phone", "name"), "low")]


def test_merged_and_hidden_leads_are_not_among_them() -> None:
    agent = make_user()
    lead = make_lead(assigned_agent=agent)
    mine = make_lead(alternate_phone=lead.phone, assigned_agent=agent)
    theirs = make_lead(alternate_phone=lead.phone)
    merge(make_lead(), make_lead(alternate_phone=lead.phone))
    assert {lead_id for lead_id, *_ in found(lead)} == {mine.pk, theirs.pk} | set(
        Lead.objects.filter(merged__isnull=False).values_list("pk", flat=True)
    )
    assert [lead_id for lead_id, *_ in found(lead, agent.actor(Source.API))] == [mine.pk]


def test_names_with_signs_of_patterns_are_names() -> None:
    lead = make_lead(
        first_name="A_a",
        last_name="%",
        date_of_birth=date(1980, 2, 1),
        email="",
    )
    make_lead(first_name="Ada", last_name="Lee", date_of_birth=date(1980, 2, 1))
    assert found(lead) == []


def test_it_takes_two_statements() -> None:
    lead = make_lead(date_of_birth=date(1980, 2, 1), alternate_phone=unique_phone())
    make_lead(alternate_phone=lead.phone)
    with CaptureQueriesContext(connection) as captured:
        assert len(found(lead)) == 1
    assert len(captured) == 2
