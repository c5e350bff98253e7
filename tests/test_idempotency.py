"""A request that is sent twice acts once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Agency
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


@pytest.mark.parametrize("key", ["", "x" * 256, "a\u0007b"])
def test_a_key_that_cannot_be_one_is_named(key: str) -> None:
    answer = signed_in(make_user(role=Role.ADMIN)).post("/api/agencies", BODY, HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["Idempotency-Key"])
