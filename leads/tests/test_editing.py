"""An agent works a lead to its end."""

from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core import changes
from crm.core.choices import Role, Source
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import TRANSITIONS, WAYS_OUT, Disposition
from leads.exceptions import InvalidTransition
from leads.models import Lead, LeadChange
from leads.services.editing import check_move
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return make_user(role=Role.AGENT)


def test_an_agent_works_a_lead_to_a_signed_retainer(agent: User) -> None:
    lead = make_lead(assigned_agent=agent)
    client = signed_in(agent)
    way = [
        "Attempting",
        "Contacted",
        "Qualified",
        "In Progress",
        "Docs Sent",
        "Awaiting Proof of Claim",
        "Retained for Firm",
        "Closed",
    ]
    for disposition in way:
        answer = client.patch(f"/api/leads/{lead.pk}", {"disposition": disposition})
        assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["disposition"], bool(body["closed_date"]), bool(body["first_contact_at"])) == (
        "Closed",
        True,
        True,
    )
    moves = [
        entry["changes"]["disposition"]
        for entry in body["update_history"]
        if "disposition" in entry["changes"]
    ]
    assert [new for _, new in reversed(moves)] == way
    assert all(
        entry["user"] == agent.email
        for entry in body["update_history"]
        if entry["action"] == "disposition_changed"
    )


def test_the_conversion_date_is_the_first_one(agent: User) -> None:
    lead = make_lead(assigned_agent=agent, disposition=Disposition.RETAINED)
    first = Lead.objects.get(pk=lead.pk).closed_date
    signed_in(agent).patch(f"/api/leads/{lead.pk}", {"disposition": "Closed"})
    assert Lead.objects.get(pk=lead.pk).closed_date == first


@pytest.mark.parametrize("way_out", [move.value for move in WAYS_OUT])
def test_a_way_out_needs_a_reason(agent: User, way_out: str) -> None:
    lead = make_lead(assigned_agent=agent)
    client = signed_in(agent)
    refused = client.patch(f"/api/leads/{lead.pk}", {"disposition": way_out})
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["disposition_reason"])
    answer = client.patch(f"/api/leads/{lead.pk}", {"disposition": way_out, "disposition_reason": "said so"})
    assert (answer.status_code, answer.json()["disposition"]) == (200, way_out)


def test_a_refused_move_names_the_allowed_ones(agent: User) -> None:
    lead = make_lead(assigned_agent=agent)
    answer = signed_in(agent).patch(f"/api/leads/{lead.pk}", {"disposition": "Closed"})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "invalid_transition")
    assert body["details"]["allowed"] == sorted(move.value for move in TRANSITIONS[Disposition.NEW])


@settings(max_examples=200)
@given(st.sampled_from(Disposition), st.sampled_from(Disposition))
def test_exactly_the_tables_moves_are_allowed(old: Disposition, new: Disposition) -> None:
    lead = Lead(disposition=old, phone="+13122009000", disposition_reason="before")
    allowed = old == new or new in TRANSITIONS[old]
    try:
        check_move(lead, {"disposition": new.value, "disposition_reason": "because"})
    except InvalidTransition:
        assert not allowed
    else:
        assert allowed


def test_every_disposition_stands_in_the_table_and_every_open_one_has_a_way_out() -> None:
    assert set(TRANSITIONS) == set(Disposition)
    way = list(Disposition)[:9]
    assert all(set(WAYS_OUT) <= TRANSITIONS[step] for step in way[:7])
    assert all(
        any(later in TRANSITIONS[step] for later in way[position + 1 :])
        for position, step in enumerate(way[:8])
    )
    assert all(one != two for one, two in pairwise(way))


def test_if_match_refuses_a_lead_that_moved(agent: User) -> None:
    lead = make_lead(assigned_agent=agent)
    client = signed_in(agent)
    etag = client.get(f"/api/leads/{lead.pk}")["ETag"]
    assert client.patch(f"/api/leads/{lead.pk}", {"city": "Peoria"}, HTTP_IF_MATCH=etag).status_code == 200
    stale = client.patch(f"/api/leads/{lead.pk}", {"city": "Joliet"}, HTTP_IF_MATCH=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    fresh = client.get(f"/api/leads/{lead.pk}")["ETag"]
    assert client.patch(f"/api/leads/{lead.pk}", {"city": "Joliet"}, HTTP_IF_MATCH=fresh).status_code == 200


def test_new_facts_change_score_and_deadline_and_the_old_reasons_stay(agent: User) -> None:
    lead = make_lead(assigned_agent=agent, accident_state="IL", accident_date="2026-11-01", has_attorney="no")
    client = signed_in(agent)
    before = client.patch(f"/api/leads/{lead.pk}", {"treatment": "emergency"}).json()
    after = client.patch(f"/api/leads/{lead.pk}", {"has_attorney": "yes"}).json()
    assert after["quality_score"] < before["quality_score"]
    assert after["filing_deadline"] == "2028-11-01"
    explained = client.get(f"/api/leads/{lead.pk}/explain").json()
    assert explained["score"]["value"] == after["quality_score"]
    assert explained["score"]["factors"]


def test_a_field_can_be_cleared(agent: User) -> None:
    lead = make_lead(assigned_agent=agent, city="Peoria", accident_date="2026-11-01")
    body = signed_in(agent).patch(f"/api/leads/{lead.pk}", {"city": "", "accident_date": None}).json()
    assert (body["city"], body["accident_date"], body["filing_deadline"]) == ("", None, None)


def test_a_lead_keeps_one_way_to_reach_the_person(agent: User) -> None:
    lead = make_lead(assigned_agent=agent)
    answer = signed_in(agent).patch(f"/api/leads/{lead.pk}", {"phone": "", "email": ""})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["phone"])


@pytest.mark.parametrize(
    ("role", "field", "status"),
    [
        (Role.AGENT, "lead_value", 400),
        (Role.MANAGER, "lead_value", 200),
        (Role.AGENT, "notes", 200),
        (Role.MANAGER, "quality_score", 400),
        (Role.MANAGER, "created_at", 400),
        (Role.ADMIN, "nonsense", 400),
    ],
)
def test_who_may_change_what(role: Role, field: str, status: int) -> None:
    user = make_user(role=role)
    lead = make_lead(assigned_agent=user if role == Role.AGENT else None)
    answer = signed_in(user).patch(f"/api/leads/{lead.pk}", {field: "7"})
    assert answer.status_code == status, answer.json()
    if status == 400:
        assert list(answer.json()["details"]) == [field]


def test_a_change_that_changes_nothing_leaves_no_trace(agent: User) -> None:
    lead = make_lead(assigned_agent=agent, city="Peoria")
    before = LeadChange.objects.count()
    assert signed_in(agent).patch(f"/api/leads/{lead.pk}", {"city": "Peoria"}).status_code == 200
    assert LeadChange.objects.count() == before


def test_only_an_admin_deletes_and_the_history_stays() -> None:
    lead = make_lead(city="Peoria")
    assert signed_in(make_user(role=Role.MANAGER)).delete(f"/api/leads/{lead.pk}").status_code == 403
    answer = signed_in(make_user(role=Role.ADMIN)).delete(f"/api/leads/{lead.pk}")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "lead_id": str(lead.pk)})
    last = LeadChange.objects.filter(lead_id=lead.pk).latest("id")
    assert (last.action, last.changes["city"]) == ("deleted", ["Peoria", None])


@pytest.mark.parametrize("field", ["phone", "email"])
def test_a_lead_cannot_be_made_anothers_twin(agent: User, field: str) -> None:
    lead, other = make_lead(assigned_agent=agent), make_lead()
    answer = signed_in(agent).patch(f"/api/leads/{lead.pk}", {field: getattr(other, field)})
    body = answer.json()
    assert (answer.status_code, body["code"], body["details"]["matched"]) == (409, "duplicate_lead", [field])
    assert "lead_id" not in body["details"]  # the agent may not see it


def test_a_duplicate_is_not_reopened_beside_its_twin() -> None:
    twin = make_lead()
    lead = make_lead(phone=twin.phone, disposition=Disposition.DUPLICATE)
    manager = signed_in(make_user(role=Role.MANAGER))
    answer = manager.patch(f"/api/leads/{lead.pk}", {"disposition": "New"})
    assert (answer.status_code, answer.json()["details"]["lead_id"]) == (409, str(twin.pk))
    assert manager.patch(f"/api/leads/{lead.pk}", {"city": "Peoria"}).status_code == 200


def test_a_value_is_set_to_nothing_but_never_emptied() -> None:
    lead = make_lead(lead_value=40)
    manager = signed_in(make_user(role=Role.MANAGER))
    assert manager.patch(f"/api/leads/{lead.pk}", {"lead_value": None}).status_code == 400
    assert manager.patch(f"/api/leads/{lead.pk}", {"lead_value": "0"}).json()["lead_value"] == "0.00"


def test_an_imported_contact_of_unknown_date_is_not_dated_later(agent: User) -> None:
    with transaction.atomic():
        changes.sign(agent.actor(Source.IMPORT), action="imported")
        lead = make_lead(assigned_agent=agent, disposition=Disposition.CONTACTED)
    body = signed_in(agent).patch(f"/api/leads/{lead.pk}", {"disposition": "Qualified"}).json()
    assert body["first_contact_at"] is None


def test_a_phones_extension_is_named_where_it_stands(agent: User) -> None:
    lead = make_lead(assigned_agent=agent)
    answer = signed_in(agent).patch(f"/api/leads/{lead.pk}", {"phone": "(312) 200-0199 x12"})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["phone"])
    assert "notes" in answer.json()["error"]


@pytest.mark.parametrize(
    "field", ["lead_id", "name", "status", "source", "zip", "quality_score", "assigned_agent"]
)
def test_a_change_takes_the_contracts_names_only(field: str) -> None:
    """Among the spellings that intake takes, "lead id" is the vendor's own and "name" is two fields."""
    lead = make_lead(sub_id="RID-1")
    manager = signed_in(make_user(role=Role.MANAGER))
    for answer in (
        manager.patch(f"/api/leads/{lead.pk}", {field: "Contacted"}),
        manager.post("/api/leads/bulk-update", {"lead_ids": [str(lead.pk)], "updates": {field: "Contacted"}}),
    ):
        assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
    lead.refresh_from_db()
    assert (lead.sub_id, lead.disposition) == ("RID-1", "New")
