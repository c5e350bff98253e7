"""POST /leads/import and what watches it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.api.imports.serializers import ImportSerializer
from leads.models import Lead, LeadImport
from leads.tasks import resume_lead_imports, run_lead_import
from leads.tests.import_files import ZOHO_ROWS, csv_file, people, xlsx_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The imports handed to workers."""
    ids: list[str] = []
    monkeypatch.setattr(run_lead_import, "delay", ids.append)
    monkeypatch.setattr(run_lead_import, "apply_async", lambda args, **_: ids.append(args[0]))
    return ids


def send(
    client: APIClient,
    content: bytes,
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> Any:
    file = SimpleUploadedFile(fields.pop("filename", "leads.csv"), content)
    body = {"file": file, "agency": "ACME", **fields}
    return client.post(f"/api/leads/import{query}", body, format="multipart", headers=headers or {})


def test_a_file_is_accepted_done_in_the_background_and_watched(
    manager: APIClient, started: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    make_agency(code="ACME")
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(manager, csv_file(ZOHO_ROWS))
    assert answer.status_code == 202, answer.json()
    import_id = answer.json()["importId"]
    assert answer.json() == {"importId": import_id, "status": "queued"}
    assert started == [import_id]
    waiting = manager.get(f"/api/imports/{import_id}").json()
    assert (waiting["status"], waiting["progress"], waiting["counts"]["done"]) == ("queued", 0.0, 0)

    run_lead_import(import_id)
    done = manager.get(f"/api/imports/{import_id}").json()
    assert set(done) == set(ImportSerializer().fields)
    assert (done["status"], done["progress"], done["agency"], done["dryRun"]) == (
        "completed",
        100.0,
        "ACME",
        False,
    )
    assert done["counts"] == {"total": 12, "done": 12, "created": 12, "refused": 0, "duplicates": 0}
    assert done["mapping"]["Mobile"] == "phone"
    assert done["statuses"]["Lost Lead"]["disposition"] == "Not Interested"
    assert done["owners"]["Tina Thomas"]["leftInPool"] == 2
    assert done["unplacedColumns"][0] == "Company"
    assert (done["refusedUrl"], done["error"]) == (None, None)
    assert manager.get("/api/imports").json()["data"][0]["importId"] == import_id


def test_a_dry_run_stores_no_lead(manager: APIClient) -> None:
    make_agency(code="ACME")
    import_id = send(manager, xlsx_file(people(3)), query="?dryRun=true").json()["importId"]
    run_lead_import(import_id)
    assert manager.get(f"/api/imports/{import_id}").json()["counts"]["created"] == 3
    assert not Lead.objects.exists()


def test_refused_rows_are_downloaded_with_a_token_or_by_the_link_alone(manager: APIClient) -> None:
    make_agency(code="ACME")
    import_id = send(manager, csv_file(people(1, state="Narnia")), filename='Ünï "x".csv').json()["importId"]
    assert manager.get(f"/api/imports/{import_id}/refused").status_code == 404
    run_lead_import(import_id)
    url = manager.get(f"/api/imports/{import_id}").json()["refusedUrl"]
    plain: Any = manager.get(f"/api/imports/{import_id}/refused")
    linked: Any = APIClient().get(url)
    assert plain.headers["Content-Type"] == "text/csv"
    assert "attachment" in plain.headers["Content-Disposition"]
    content = b"".join(plain.streaming_content)
    assert b"Is not a state" in content
    assert b"".join(linked.streaming_content) == content
    assert APIClient().get(f"/api/imports/{import_id}/refused").status_code == 401
    assert APIClient().get(url + "x").status_code == 401
    assert APIClient().get(url.replace(import_id, "01890000-0000-7000-8000-000000000000")).status_code == 401


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"agency": "NOBODY"}, "agency", "Known: ACME"),
        ({"agency": ""}, "agency", "Name the agency"),
        ({"mapping": "[1]"}, "mapping", "Must be an object"),
        ({"mapping": "{"}, "mapping", "valid JSON"),
        ({"mapping": '{"a": 1}'}, "mapping", "field's name or to null"),
        ({"agencies": "ACME"}, "agencies", "Unknown field"),
        ({"createOwners": "perhaps"}, "createOwners", "boolean"),
    ],
)
def test_what_is_wrong_with_the_request_is_said(
    manager: APIClient, fields: dict[str, Any], field: str, sentence: str
) -> None:
    make_agency(code="ACME")
    answer = send(manager, csv_file(people(1)), **fields)
    assert answer.status_code == 400
    assert sentence in " ".join(answer.json()["details"][field])


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\x00\x00", b"a\x00b"])
def test_what_is_no_list_of_leads_is_refused_by_its_content(manager: APIClient, content: bytes) -> None:
    make_agency(code="ACME")
    answer = send(manager, content, filename="leads.csv")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert "file" in answer.json()["details"]
    assert not LeadImport.objects.exists()


def test_a_dry_run_is_true_or_false(manager: APIClient) -> None:
    make_agency(code="ACME")
    assert send(manager, csv_file(people(1)), query="?dryRun=maybe").status_code == 400
    assert manager.post("/api/leads/import", {"agency": "ACME"}, format="multipart").status_code == 400
    assert manager.post("/api/leads/import", {"agency": "ACME"}, format="json").status_code == 415


def test_a_vendor_imports_for_its_own_agency_and_sees_its_own_imports_only(manager: APIClient) -> None:
    make_agency(code="ACME")
    make_agency(code="OTHER")
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="ACME"))
    stranger = signed_in(make_user(role=Role.VENDOR, vendor_code="OTHER"))
    rows = [{**row, "Lead Status": "Contacted", "Lead Owner": "Jo Ma", "vendor": code}
            for row, code in zip(people(2), ("ACME", "OTHER"), strict=True)]  # fmt: skip
    own = send(vendor, csv_file(rows), agency="").json()["importId"]
    managers = send(manager, csv_file(people(1, start=9))).json()["importId"]
    assert send(vendor, csv_file(people(1)), agency="OTHER").status_code == 400
    for import_id in (own, managers):
        run_lead_import(import_id)
    lead = Lead.objects.get(phone="+13122000000")
    assert (lead.agency_id, lead.disposition, lead.assigned_agent) == ("ACME", "New", None)
    assert lead.notes.splitlines() == ["Lead Status: Contacted", "Lead Owner: Jo Ma"]
    assert Lead.objects.filter(agency="OTHER").count() == 0
    assert vendor.get(f"/api/imports/{own}").status_code == 200
    assert vendor.get(f"/api/imports/{managers}").status_code == 404
    assert stranger.get(f"/api/imports/{own}").status_code == 404
    assert stranger.get(f"/api/imports/{own}/refused").status_code == 404
    assert [one["importId"] for one in vendor.get("/api/imports").json()["data"]] == [own]
    assert len(manager.get("/api/imports").json()["data"]) == 2


def test_a_vendor_is_not_told_whose_lead_it_repeats(manager: APIClient) -> None:
    make_agency(code="ACME")
    make_agency(code="OTHER")
    run_lead_import(send(manager, csv_file(people(1)), agency="OTHER").json()["importId"])
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="ACME"))
    import_id = send(vendor, csv_file(people(1)), agency="").json()["importId"]
    run_lead_import(import_id)
    answer: Any = vendor.get(f"/api/imports/{import_id}/refused")
    content = b"".join(answer.streaming_content)
    assert b"Repeats a lead that is here already: the same phone within 90 days." in content
    assert str(Lead.objects.get().pk).encode() not in content


def test_agents_do_not_import_and_a_paused_agency_neither() -> None:
    make_agency(code="ACME", status="paused")
    assert send(signed_in(make_user(role=Role.AGENT)), csv_file(people(1))).status_code == 403
    assert (
        send(signed_in(make_user(role=Role.VENDOR, vendor_code="ACME")), csv_file(people(1))).status_code
        == 403
    )
    assert send(APIClient(), csv_file(people(1))).status_code == 401
    assert (
        send(signed_in(make_user(role=Role.MANAGER)), csv_file(people(1)), createOwners="true").status_code
        == 403
    )


def test_a_repeated_request_is_one_import(manager: APIClient) -> None:
    make_agency(code="ACME")
    key = {"Idempotency-Key": "once"}
    first = send(manager, csv_file(people(1)), headers=key)
    assert send(manager, csv_file(people(1)), headers=key).json() == first.json()
    other = send(manager, csv_file(people(2)), headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    assert LeadImport.objects.count() == 1


def test_imports_that_nobody_works_on_are_started_again(manager: APIClient, started: list[str]) -> None:
    make_agency(code="ACME")
    import_id = send(manager, csv_file(people(1))).json()["importId"]
    assert resume_lead_imports() == 0  # it was sent just now
    LeadImport.objects.update(created_at="2026-01-01T00:00:00Z")
    assert resume_lead_imports() == 1
    assert started == [import_id]
    run_lead_import(import_id)
    assert resume_lead_imports() == 0
