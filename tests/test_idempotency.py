"""A request that is sent twice acts once."""

import hashlib
import json
from datetime import timedelta

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agencies.models import Agency
from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.idempotency import prune_expired
from crm.core.models import IdempotencyRecord
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

BODY = {"code": "RIDGELINE", "name": "Ridgeline Media"}


def test_the_same_key_and_body_answer_the_same_and_act_once() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    first = client.post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201), again.json()
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert Agency.objects.count() == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    client.post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    answer = client.post("/api/agencies", {**BODY, "code": "OTHER"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")


def test_an_error_is_answered_again_too() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    first = client.post("/api/agencies", {"code": "x"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert first.status_code == 400
    assert client.post("/api/agencies", {"code": "x"}, HTTP_IDEMPOTENCY_KEY="k1").json() == first.json()


def test_keys_belong_to_their_caller() -> None:
    first = signed_in(make_user(role=Role.ADMIN)).post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    other = signed_in(make_user(role=Role.ADMIN)).post(
        "/api/agencies", {**BODY, "code": "OTHER"}, HTTP_IDEMPOTENCY_KEY="k1"
    )
    assert (first.status_code, other.status_code) == (201, 201)


def test_after_a_day_a_key_is_free_again() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    client.post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert (
        client.post("/api/agencies", {**BODY, "code": "OTHER"}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201
    )
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert prune_expired() == 1


def test_a_repeated_answer_leads_to_the_same_place() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    lead = {"last_name": "Reyes", "phone": "312 555 0142", "state": "IL", "vendor_code": make_agency().code}
    first = client.post("/api/leads", lead, HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/leads", lead, HTTP_IDEMPOTENCY_KEY="k1")
    assert first.status_code == 201, first.json()
    assert first["Location"] == again["Location"] == f"/api/leads/{first.json()['lead_id']}"


def test_a_number_of_any_length_is_refused_by_its_field() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    body = {"code": 2**70, "name": {"long": 2**64}}
    answer = client.post("/api/agencies", body, HTTP_IDEMPOTENCY_KEY="k1")
    assert answer.status_code == 400
    assert "name" in answer.json()["details"]


def test_what_is_kept_of_a_body_tells_nothing_without_the_secret_key() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    client.post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    kept = IdempotencyRecord.objects.get().fingerprint
    target = b"POST /api/agencies?\n"
    bodies = (orjson.dumps(BODY, option=orjson.OPT_SORT_KEYS), json.dumps(BODY, sort_keys=True).encode())
    assert kept not in {hashlib.sha256(target + body).hexdigest() for body in bodies}


def test_files_differ_by_what_they_hold() -> None:
    client = signed_in(make_user(role=Role.ADMIN))
    agency = make_agency().code

    def send(content: bytes) -> int:
        body = {"file": SimpleUploadedFile("leads.csv", content), "agency": agency}
        url = "/api/leads/import?dryRun=true"
        return client.post(url, body, format="multipart", HTTP_IDEMPOTENCY_KEY="k1").status_code

    assert [send(b"last_name,phone\nA,1\n"), send(b"last_name,phone\nB,1\n")] == [202, 409]
    assert send(b"last_name,phone\nA,1\n") == 202


@pytest.mark.parametrize("key", ["", "x" * 256, "a\u0007b"])
def test_a_key_that_cannot_be_one_is_named(key: str) -> None:
    answer = signed_in(make_user(role=Role.ADMIN)).post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["Idempotency-Key"])
