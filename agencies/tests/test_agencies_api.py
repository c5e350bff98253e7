"""GET, POST /agencies; GET, PATCH, DELETE /agencies/{code}."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from agencies.choices import AgencyStatus
from agencies.models import Agency
from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

CONTACT = {"name": "Ann Lee", "email": "ann@acme.example", "phone": "(312) 555-0123", "is_primary": True}


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def vendor_of(agency: Agency) -> APIClient:
    return signed_in(make_user(role=Role.VENDOR, vendor_code=agency.code))


def codes(answer: Any) -> list[str]:
    return [agency["code"] for agency in answer.json()["data"]]


def test_a_manager_takes_an_agency_on_with_its_contacts(manager: APIClient) -> None:
    answer = manager.post("/api/agencies", {"code": "acme", "name": "Acme Leads", "contacts": [CONTACT]})

    assert answer.status_code == 201
    made = answer.json()
    assert made["code"] == "ACME"
    assert made["status"] == "active"
    assert made["goal"] == 600
    assert made["contacts"] == [{**CONTACT, "title": "", "phone": "+13125550123"}]
    assert OutboxEvent.objects.filter(topic="agency.changed", key="ACME", payload__action="created").exists()


def test_a_code_is_taken_once(manager: APIClient) -> None:
    make_agency(code="ACME")

    answer = manager.post("/api/agencies", {"code": "Acme", "name": "Another"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert "code" in answer.json()["details"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "A", "name": "Short"}, "code"),
        ({"code": "A B", "name": "Space"}, "code"),
        ({"code": "OK"}, "name"),
        ({"code": "OK", "name": "<b>bold</b>"}, "name"),
        ({"code": "OK", "name": "Nul\x00"}, "name"),
        ({"code": "OK", "name": "Acme", "goal": -1}, "goal"),
        ({"code": "OK", "name": "Acme", "status": "asleep"}, "status"),
        ({"code": "OK", "name": "Acme", "gaol": 5}, "gaol"),
        ({"code": "OK", "name": "Acme", "contacts": [{"name": "Ann", "phone": "12"}]}, "contacts.0.phone"),
        (
            {"code": "OK", "name": "Acme", "contacts": [{"name": "Ann", "phone": "call me"}]},
            "contacts.0.phone",
        ),
        ({"code": "OK", "name": "Acme", "contacts": [{"name": "Ann", "mail": "x"}]}, "contacts.0.mail"),
        ({"code": "OK", "name": "Acme", "contacts": [CONTACT, CONTACT]}, "contacts"),
    ],
)
def test_what_is_wrong_is_named(manager: APIClient, body: dict[str, Any], field: str) -> None:
    answer = manager.post("/api/agencies", body)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]
    assert not Agency.objects.exists()


def test_the_list_is_paged_by_code_and_narrowed(manager: APIClient) -> None:
    for code in ("AAA", "BBB", "CCC"):
        make_agency(code=code)
    make_agency(code="DDD", name="Blue Sky", status=AgencyStatus.PAUSED)

    first = manager.get("/api/agencies?limit=3")
    assert codes(first) == ["AAA", "BBB", "CCC"]
    assert first.json()["pagination"]["total"] == 4
    second = manager.get(f"/api/agencies?limit=3&cursor={first.json()['pagination']['cursor']}")
    assert codes(second) == ["DDD"]
    assert second.json()["pagination"]["hasMore"] is False
    assert codes(manager.get("/api/agencies", {"ordering": "-code", "limit": "1"})) == ["DDD"]
    assert codes(manager.get("/api/agencies", {"status": "paused"})) == ["DDD"]
    assert codes(manager.get("/api/agencies", {"q": "blue"})) == ["DDD"]
    assert manager.get("/api/agencies", {"status": "asleep"}).status_code == 400


def test_the_list_answers_304_to_its_own_etag(manager: APIClient) -> None:
    make_agency()
    first = manager.get("/api/agencies")

    assert set(first["Cache-Control"].split(", ")) == {"private", "max-age=30"}
    assert manager.get("/api/agencies", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_vendor_sees_its_own_agency_and_knows_of_no_other() -> None:
    own, other = make_agency(notes="Slow payer"), make_agency()
    vendor = vendor_of(own)

    assert codes(vendor.get("/api/agencies")) == [own.code]
    shown = vendor.get(f"/api/agencies/{own.code}")
    assert shown.status_code == 200
    assert "notes" not in shown.json()
    assert vendor.get(f"/api/agencies/{other.code}").status_code == 404


def test_a_vendor_changes_nothing() -> None:
    own = make_agency()
    vendor = vendor_of(own)

    assert vendor.patch(f"/api/agencies/{own.code}", {"goal": 1}).status_code == 403
    assert vendor.delete(f"/api/agencies/{own.code}").status_code == 403
    assert vendor.post("/api/agencies", {"code": "NEW", "name": "New"}).status_code == 403
    assert vendor.get(f"/api/agencies/{own.code}/api-keys").status_code == 403


def test_an_agent_has_no_business_with_agencies() -> None:
    agency = make_agency()
    agent = signed_in(make_user(role=Role.AGENT))

    assert agent.get("/api/agencies").status_code == 403
    assert agent.get(f"/api/agencies/{agency.code}").status_code == 403


def test_nobody_is_asked_to_sign_in() -> None:
    answer = APIClient().get("/api/agencies")

    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_required"


def test_a_code_in_the_address_may_be_written_small(manager: APIClient) -> None:
    make_agency(code="ACME")

    assert manager.get("/api/agencies/acme").json()["code"] == "ACME"
    assert manager.get("/api/agencies/acme/").json()["code"] == "ACME"


def test_a_manager_pauses_an_agency(manager: APIClient) -> None:
    agency = make_agency()
    agency.contacts.create(name="Ann")

    answer = manager.patch(f"/api/agencies/{agency.code}", {"status": "paused"})

    assert answer.status_code == 200
    assert answer.json()["status"] == "paused"
    assert [contact["name"] for contact in answer.json()["contacts"]] == ["Ann"]
    agency.refresh_from_db()
    assert not agency.is_sending
    event = OutboxEvent.objects.get(topic="agency.changed")
    assert event.payload["fields"] == ["status"]


def test_contacts_that_are_given_replace_all(manager: APIClient) -> None:
    agency = make_agency()
    agency.contacts.create(name="Ann", is_primary=True)

    answer = manager.patch(
        f"/api/agencies/{agency.code}", {"contacts": [{"name": "Bob", "is_primary": True}]}
    )

    assert [contact["name"] for contact in answer.json()["contacts"]] == ["Bob"]


def test_a_change_to_the_same_is_no_event(manager: APIClient) -> None:
    agency = make_agency(goal=100)

    assert manager.patch(f"/api/agencies/{agency.code}", {"goal": 100}).status_code == 200
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_an_unknown_agency_is_not_found(manager: APIClient, method: str) -> None:
    answer = getattr(manager, method)("/api/agencies/NOBODY")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_the_code_is_not_changed(manager: APIClient) -> None:
    agency = make_agency()

    answer = manager.patch(f"/api/agencies/{agency.code}", {"code": "OTHER"})

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["code"]


def test_a_double_click_makes_one_agency(manager: APIClient) -> None:
    body = {"code": "ACME", "name": "Acme"}
    first = manager.post("/api/agencies", body, headers={"Idempotency-Key": "k1"})
    second = manager.post("/api/agencies", body, headers={"Idempotency-Key": "k1"})

    assert [first.status_code, second.status_code] == [201, 201]
    assert first.json() == second.json()
    assert Agency.objects.count() == 1
