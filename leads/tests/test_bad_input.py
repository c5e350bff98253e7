"""What vendors get wrong, and what is stored then: nothing."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency, make_key
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor() -> APIClient:
    _, secret = make_key(make_agency())
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12345"),
        ("phone", "not a phone"),
        ("phone", {"number": "3122009001"}),
        ("email", "nobody@"),
        ("state", "Atlantis"),
        ("accident_date", "2099-01-01"),
        ("accident_date", "yesterday-ish"),
        ("date_of_birth", "1800-01-01"),
        ("treatment_date", "2020-01-01"),
        ("fault_percent", 101),
        ("fault_percent", "half"),
        ("at_fault", "perhaps"),
        ("first_name", "<script>alert(1)</script>"),
        ("first_name", "Da\u0007na"),
        ("first_name", "Da\u0000na"),
        ("last_name", "x" * 101),
        ("last_name", ["Reyes"]),
        ("consent_ip", "999.1.1.1"),
        ("disposition", "Closed"),
        ("quality_score", 10),
        ("assigned_agent", "agent1@demo.test"),
        ("lead_value", "1000000"),
        ("frist_name", "Dana"),
        ("zip_code", "60-6x"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(vendor: APIClient, field: str, value: Any) -> None:
    answer = vendor.post("/api/leads", posted(**{field: value}))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "validation_error"), body
    assert field in body["details"], body
    assert all(isinstance(sentence, str) for sentence in body["details"][field])
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe{}",
        b'{"first_name": "\xc3"}',
        b'{"phone": "3122009001", "phone": "3122009002"}',
        b'{"fault_percent": NaN}',
        b"[" * 100_000,
        b'{"fault_percent": ' + b"9" * 5000 + b"}",
        b'{"first_name": "\\ud800"}',
    ],
    ids=[
        "broken",
        "list",
        "text",
        "null",
        "utf-16",
        "half a character",
        "repeated key",
        "NaN",
        "nested",
        "digits",
        "surrogate",
    ],
)
def test_a_body_that_cannot_be_read_is_400(vendor: APIClient, body: bytes) -> None:
    answer = vendor.post("/api/leads", body, content_type="application/json")
    assert answer.status_code == 400, answer.content[:300]
    assert answer.json()["code"] == "validation_error"
    assert not Lead.objects.exists()


def test_a_body_of_two_megabytes_is_413(vendor: APIClient) -> None:
    body = json.dumps(posted(notes="x" * 2_000_000))
    answer = vendor.post("/api/leads", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


BAD_QUERIES = [
    "cursor=abc",
    "cursor=eyJ9:1abc:xyz",
    "limit=0",
    "limit=201",
    "limit=x",
    "limit=000000001999999999",
    f"limit=1{'0' * 5000}",
    "ordering=notes",
    "dispositon=New",
    "disposition=Nope",
    "startDate=tomorrow",
    "minQuality=eleven",
    "q=%00",
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=lambda query: query[:30])
def test_a_bad_list_parameter_is_named(query: str) -> None:
    make_lead()
    answer = signed_in(make_user(role=Role.MANAGER)).get(f"/api/leads?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error"), answer.json()
    assert query.partition("=")[0] in answer.json()["details"]


def test_a_cursor_of_another_ordering_is_refused() -> None:
    for _ in range(3):
        make_lead()
    manager = signed_in(make_user(role=Role.MANAGER))
    cursor = manager.get("/api/leads?limit=1").json()["pagination"]["cursor"]
    answer = manager.get("/api/leads", {"limit": 1, "cursor": cursor, "ordering": "lead_value"})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["cursor"])


def test_nothing_personal_reaches_the_log(vendor: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    vendor.post("/api/leads", posted(first_name="Zebulon", email="zebulon@example.com"))
    vendor.post("/api/leads", posted(first_name="Zebulon", email="zebulon@example.com"))
    vendor.post("/api/leads?q=zebulon", posted(first_name="Zebulon<b>"))
    logged = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "request" in logged
    assert "ebulon" not in logged
    assert "mva_" not in logged
