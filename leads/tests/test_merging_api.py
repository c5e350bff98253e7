"""Duplicates over HTTP: found, previewed, merged, un-merged."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.models import BulkOperation, Lead
from leads.tests.factories import make_lead
from leads.tests.undoing import sign_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def post(client: APIClient, lead: Lead, word: str, body: Any, **headers: str) -> Any:
    answer = client.post(f"/api/leads/{lead.pk}/{word}", body, format="json", headers=headers)
    sign_off()
    return answer


def test_found_previewed_merged_and_taken_back(client: APIClient) -> None:
    agency = make_agency(code="RIDGELINE")
    kept = make_lead(agency, first_name="Ana", last_name="Ruiz", city="", lead_value="35.00")
    other = make_lead(agency, first_name="Ana", last_name="Ruiz", city="Alton", alternate_phone=kept.phone)
    kept_id, other_id = str(kept.pk), str(other.pk)

    listed = client.get(f"/api/leads/{kept_id}/duplicates").json()
    assert listed["lead_id"] == kept_id
    [look] = listed["duplicates"]
    assert (look["lead_id"], look["name"], look["same"], look["likelihood"]) == (
        other_id, "Ana Ruiz", ["phone", "name"], "high",
    )  # fmt: skip

    seen = post(client, kept, "merge-preview", {"lead_ids": [other_id]}).json()
    assert seen["kept"] == kept_id
    assert [lead["lead_id"] for lead in seen["leads"]] == [kept_id, other_id]
    assert seen["leads"][0]["lead_value"] == "35.00"
    fields = {field["field"]: field for field in seen["fields"]}
    assert fields["city"] == {
        "field": "city", "values": {kept_id: "", other_id: "Alton"}, "chosen": other_id, "value": "Alton",
        "differs": False, "rule": "filled",
    }  # fmt: skip
    assert fields["email"]["differs"] is True
    assert seen["children"] == {"comments": 0}

    body = {"lead_ids": [other_id], "fields": {"email": other_id}, "reason": "same person"}
    done = post(client, kept, "merge", body).json()
    assert (done["success"], done["merged"], done["moved"]) == (True, [other_id], {"comments": 0})
    assert (done["lead"]["city"], done["lead"]["email"]) == ("Alton", other.email)
    merged = client.get(f"/api/leads/{other_id}").json()
    assert (merged["disposition"], merged["merged_into"]) == ("Duplicate", kept_id)
    assert merged["update_history"][0]["operation"] == done["operation_id"]
    assert client.get(f"/api/leads/{kept_id}/duplicates").json()["duplicates"] == []

    back = post(client, other, "unmerge", {}).json()
    assert (back["success"], back["unmerged"], back["lead"]["merged_into"]) == (True, [other_id], None)
    assert client.get(f"/api/leads/{kept_id}").json()["city"] == ""
    undo = BulkOperation.objects.get(pk=back["operation_id"])
    assert str(undo.undoes_id) == done["operation_id"]


def test_the_operation_is_undone_like_any_other(client: APIClient) -> None:
    kept, other = make_lead(), make_lead()
    done = post(client, kept, "merge", {"lead_ids": [str(other.pk)]}).json()
    answer = client.post(f"/api/bulk-operations/{done['operation_id']}/undo", {}, format="json")
    assert answer.status_code == 200
    other.refresh_from_db()
    assert (other.disposition, other.merged_into) == ("New", None)


def test_the_same_request_merges_once(client: APIClient) -> None:
    kept, other = make_lead(), make_lead()
    body = {"lead_ids": [str(other.pk)]}
    first = post(client, kept, "merge", body, **{"Idempotency-Key": "once"})
    again = post(client, kept, "merge", body, **{"Idempotency-Key": "once"})
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert post(client, kept, "merge", body).status_code == 409


@pytest.mark.parametrize("word", ["merge", "merge-preview"])
def test_what_cannot_be_merged_is_told_with_the_fix(client: APIClient, word: str) -> None:
    kept, other, missing = make_lead(), make_lead(), str(uuid4())
    closed = make_lead(disposition="Closed")
    merged = make_lead(disposition="Duplicate", merged_into=kept)
    marked = make_lead(disposition="Duplicate")
    for lead, body, status, code, words in (
        (kept, {}, 400, "validation_error", "lead_ids"),
        (kept, {"lead_ids": []}, 400, "validation_error", "at least one"),
        (kept, {"lead_ids": ["x"]}, 400, "validation_error", "lead_ids"),
        (kept, {"lead_ids": [str(kept.pk)]}, 400, "validation_error", "itself"),
        (kept, {"lead_ids": [str(uuid4()) for _ in range(11)]}, 400, "validation_error", "10 at most"),
        (kept, {"lead_ids": [str(other.pk)], "fields": {"lead_value": str(other.pk)}}, 400, "validation_error", "Known"),
        (kept, {"lead_ids": [str(other.pk)], "fields": {"city": missing}}, 400, "validation_error", "none of the leads"),
        (kept, {"lead_ids": [str(other.pk)], "fields": ["city"]}, 400, "validation_error", "fields"),
        (kept, {"lead_ids": [str(other.pk)], "colour": "red"}, 400, "validation_error", "colour"),
        (kept, {"lead_ids": [missing]}, 404, "not_found", missing),
        (kept, {"lead_ids": [str(merged.pk)]}, 409, "conflict", "un-merge it first"),
        (marked, {"lead_ids": [str(other.pk)]}, 409, "conflict", "marked as a duplicate"),
        (kept, {"lead_ids": [str(closed.pk)]}, 409, "invalid_transition", "Merge the others into it"),
    ):  # fmt: skip
        answer = post(client, lead, word, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
        assert words in answer.content.decode(), body
    nowhere = client.post(f"/api/leads/{missing}/{word}", {"lead_ids": [str(other.pk)]}, format="json")
    assert nowhere.status_code == 404


def test_a_lead_that_is_not_merged_is_not_un_merged(client: APIClient) -> None:
    answer = post(client, make_lead(), "unmerge", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert client.post(f"/api/leads/{uuid4()}/unmerge", {}, format="json").status_code == 404


def test_an_agent_finds_duplicates_among_the_own_leads_and_merges_none() -> None:
    agent = make_user(role=Role.AGENT)
    client = signed_in(agent)
    lead = make_lead(assigned_agent=agent, date_of_birth=date(1980, 2, 1))
    theirs = make_lead(alternate_phone=lead.phone)
    mine = make_lead(alternate_phone=lead.phone, assigned_agent=agent)
    listed = client.get(f"/api/leads/{lead.pk}/duplicates").json()["duplicates"]
    assert [look["lead_id"] for look in listed] == [str(mine.pk)]
    assert client.get(f"/api/leads/{theirs.pk}/duplicates").status_code == 404
    for word in ("merge", "merge-preview", "unmerge"):
        assert post(client, lead, word, {"lead_ids": [str(mine.pk)]}).status_code == 403


def test_a_vendor_sees_a_duplicate_and_never_whose() -> None:
    agency = make_agency(code="RIDGELINE")
    kept, other = make_lead(make_agency(code="OTHERS")), make_lead(agency)
    done = post(signed_in(make_user(role=Role.MANAGER)), kept, "merge", {"lead_ids": [str(other.pk)]})
    assert done.status_code == 200
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="RIDGELINE"))
    shown = vendor.get(f"/api/leads/{other.pk}")
    assert (shown.json()["disposition"], shown.json()["merged_into"]) == ("Duplicate", None)
    explained = vendor.get(f"/api/leads/{other.pk}/explain")
    listed = vendor.get("/api/leads")
    history = vendor.get(f"/api/leads/{other.pk}/history")
    for answer in (shown, explained, listed, history):
        assert answer.status_code == 200
        assert str(kept.pk) not in answer.content.decode()
    assert vendor.get(f"/api/leads/{other.pk}/duplicates").status_code == 403


def told_of(client: APIClient, lead: Lead) -> list[str]:
    """Everything that an API client is told of a lead, alone and in lists."""
    answers = [client.get(f"/api/leads/{lead.pk}{part}") for part in ("", "/history", "/explain")]
    answers += [client.get("/api/leads"), client.post("/api/leads/advanced-search", {}, format="json")]
    assert [answer.status_code for answer in answers] == [200] * 5
    return [answer.content.decode() for answer in answers]


def test_an_agent_is_told_of_the_leads_in_a_merge_that_the_agent_works(client: APIClient) -> None:
    agent = make_user(role=Role.AGENT, max_capacity=5)
    mine, theirs = make_lead(assigned_agent=agent), make_lead(first_name="Quentin", notes="theirs")
    kept = make_lead(first_name="Zelda")
    ids = [str(mine.pk), str(theirs.pk)]
    assert post(client, kept, "merge", {"lead_ids": ids}).status_code == 200
    working = signed_in(agent)
    for text in told_of(working, mine):
        assert not any(secret in text for secret in (str(kept.pk), str(theirs.pk), "Zelda", "Quentin"))
    shown = working.get(f"/api/leads/{mine.pk}").json()
    assert (shown["disposition_reason"], shown["merged_into"]) == ("Merged into another lead", None)
    assert shown["update_history"][0]["changes"]["merged_into"] == [None, None]
    told = working.get(f"/api/leads/{mine.pk}/explain").json()["duplicate"]
    assert (told["verdict"], told["kept"], told["merged"]) == ("merged", None, [str(mine.pk)])

    Lead.objects.filter(pk=kept.pk).update(assigned_agent=agent)
    for text in told_of(working, mine):
        assert str(kept.pk) in text
    for text in told_of(working, kept):
        assert str(theirs.pk) not in text
    assert client.get(f"/api/leads/{mine.pk}/explain").json()["duplicate"]["merged"] == ids


@pytest.mark.parametrize(
    "path", ["/api/leads", "/api/leads/{}", "/api/leads/{}/history", "/api/leads/{}/explain"]
)
def test_an_agents_statements_do_not_grow_with_what_was_merged(client: APIClient, path: str) -> None:
    agent = make_user(role=Role.AGENT, max_capacity=9)
    working, counts = signed_in(agent), []
    lead = make_lead(assigned_agent=agent)
    for number in (1, 3):
        others = [make_lead(assigned_agent=agent) for _ in range(number)]
        merged = [str(lead.pk), *(str(other.pk) for other in others)]
        done = post(client, make_lead(), "merge", {"lead_ids": merged}).json()
        working.get(path.format(lead.pk))
        with CaptureQueriesContext(connection) as captured:
            assert working.get(path.format(lead.pk)).status_code == 200
        counts.append(len(captured))
        undone = client.post(f"/api/bulk-operations/{done['operation_id']}/undo", {}, format="json")
        assert undone.status_code == 200
        sign_off()
    assert counts[0] == counts[1]


def test_merged_into_is_nobodys_to_write(client: APIClient) -> None:
    kept, other = make_lead(), make_lead()
    answer = client.patch(f"/api/leads/{other.pk}", {"merged_into": str(kept.pk)}, format="json")
    assert answer.status_code == 400
    assert "merged_into" in answer.json()["details"]
