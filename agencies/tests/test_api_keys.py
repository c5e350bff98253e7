"""Keys: issued once, stored as a digest, revoked at once."""

import re

import pytest
from rest_framework.test import APIClient

from agencies.models import ApiKey
from agencies.services import key_digest
from agencies.tests.factories import make_agency, make_key
from crm.core.choices import Role
from crm.core.models import IdempotencyRecord
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def test_a_key_is_shown_once_and_kept_as_a_digest(manager: APIClient) -> None:
    agency = make_agency()

    answer = manager.post(f"/api/agencies/{agency.code}/api-keys", {"name": "Website"})

    assert answer.status_code == 201
    secret = answer.json()["key"]
    assert re.fullmatch(r"mva_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", secret)
    kept = ApiKey.objects.get()
    assert kept.digest == key_digest(secret)
    assert kept.prefix == secret[:12]
    listed = manager.get(f"/api/agencies/{agency.code}/api-keys").json()["data"]
    assert [key["prefix"] for key in listed] == [kept.prefix]
    assert secret not in str(listed)


def test_a_repeated_request_makes_one_key_and_does_not_keep_its_secret(manager: APIClient) -> None:
    agency = make_agency()
    path = f"/api/agencies/{agency.code}/api-keys"
    first = manager.post(path, {"name": "Website"}, headers={"Idempotency-Key": "once"})
    second = manager.post(path, {"name": "Website"}, headers={"Idempotency-Key": "once"})

    assert second.status_code == 201
    assert second.json() == {**first.json(), "key": None}
    assert ApiKey.objects.count() == 1
    assert first.json()["key"] not in str(IdempotencyRecord.objects.values_list("answer", flat=True))


def test_a_key_needs_a_name_and_nothing_else(manager: APIClient) -> None:
    path = f"/api/agencies/{make_agency().code}/api-keys"

    assert list(manager.post(path, {}).json()["details"]) == ["name"]
    assert list(manager.post(path, {"name": "A", "scope": "all"}).json()["details"]) == ["scope"]


def test_an_unknown_agency_has_no_keys(manager: APIClient) -> None:
    assert manager.get("/api/agencies/NOBODY/api-keys").status_code == 404
    assert manager.post("/api/agencies/NOBODY/api-keys", {"name": "Website"}).status_code == 404


def test_a_key_is_revoked_once_and_for_all(manager: APIClient) -> None:
    agency = make_agency()
    key, _ = make_key(agency)
    path = f"/api/agencies/{agency.code}/api-keys/{key.pk}"

    first = manager.delete(path)

    assert first.status_code == 200
    assert first.json()["revoked_at"] is not None
    assert manager.delete(path).json() == first.json()
    assert not ApiKey.objects.live().exists()


def test_a_key_of_another_agency_is_not_found(manager: APIClient) -> None:
    key, _ = make_key(make_agency())

    assert manager.delete(f"/api/agencies/{make_agency().code}/api-keys/{key.pk}").status_code == 404
    assert ApiKey.objects.live().exists()


def test_only_managers_handle_keys() -> None:
    agency = make_agency()
    for role, code in ((Role.AGENT, ""), (Role.VENDOR, agency.code)):
        caller = signed_in(make_user(role=role, vendor_code=code))
        assert caller.post(f"/api/agencies/{agency.code}/api-keys", {"name": "Mine"}).status_code == 403
