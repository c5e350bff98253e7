"""The OpenAPI document."""

import re
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

CONTRACT = [
    ("post", "/api/auth/login"),
    ("post", "/api/auth/refresh"),
    ("post", "/api/auth/logout"),
    ("get", "/api/auth/me"),
    ("patch", "/api/auth/me"),
    ("post", "/api/auth/forgot-password"),
    ("post", "/api/auth/confirm-forgot-password"),
    ("post", "/api/auth/change-password"),
    ("get", "/api/auth/users"),
    ("post", "/api/auth/users"),
    ("patch", "/api/auth/users/{username}"),
    ("post", "/api/agents/invite"),
    ("get", "/api/leads"),
    ("post", "/api/leads"),
    ("get", "/api/leads/{id}"),
    ("patch", "/api/leads/{id}"),
    ("delete", "/api/leads/{id}"),
    ("get", "/api/leads/{id}/history"),
    ("get", "/api/leads/{id}/explain"),
    ("post", "/api/leads/{id}/assign"),
    ("put", "/api/leads/{id}/reassign"),
    ("post", "/api/leads/{id}/unassign"),
    ("post", "/api/leads/bulk-update"),
    ("post", "/api/leads/bulk-assign"),
    ("get", "/api/leads/{id}/duplicates"),
    ("post", "/api/leads/{id}/merge-preview"),
    ("post", "/api/leads/{id}/merge"),
    ("post", "/api/leads/{id}/unmerge"),
    ("get", "/api/leads/{lead_id}/comments"),
    ("post", "/api/leads/{lead_id}/comments"),
    ("post", "/api/leads/advanced-search"),
    ("get", "/api/filters"),
    ("post", "/api/filters"),
    ("get", "/api/filters/{id}"),
    ("put", "/api/filters/{id}"),
    ("delete", "/api/filters/{id}"),
    ("get", "/api/filters/presets"),
    ("post", "/api/leads/import"),
    ("get", "/api/imports/{id}"),
    ("get", "/api/bulk-operations"),
    ("get", "/api/bulk-operations/{id}"),
    ("post", "/api/bulk-operations/{id}/undo"),
    ("get", "/api/agents"),
    ("put", "/api/agents/{id}/capacity"),
    ("get", "/api/agents/{id}"),
    ("delete", "/api/agents/{id}"),
    ("get", "/api/agencies"),
    ("post", "/api/agencies"),
    ("get", "/api/agencies/{code}"),
    ("patch", "/api/agencies/{code}"),
    ("delete", "/api/agencies/{code}"),
    ("get", "/api/agencies/{code}/stats"),
    ("get", "/api/agencies/{code}/api-keys"),
    ("post", "/api/agencies/{code}/api-keys"),
    ("delete", "/api/agencies/{code}/api-keys/{id}"),
    ("get", "/api/pricing"),
    ("put", "/api/pricing/default"),
    ("put", "/api/pricing/vendor/{code}"),
    ("delete", "/api/pricing/vendor/{code}"),
    ("put", "/api/pricing/smart"),
    ("post", "/api/pricing/quote"),
    ("get", "/api/admin/stats"),
    ("get", "/api/admin/analytics"),
    ("get", "/api/admin/analytics/kpis"),
    ("get", "/api/admin/analytics/funnel"),
    ("get", "/api/admin/analytics/lead-sources"),
    ("get", "/api/admin/analytics/agents"),
    ("get", "/api/admin/analytics/publishers"),
    ("get", "/api/admin/analytics/predictions"),
    ("get", "/api/admin/analytics/lead-quality"),
    ("get", "/api/admin/analytics/revenue-trends"),
    ("get", "/api/reports/summary"),
    ("get", "/api/reports/export"),
    ("get", "/api/search/suggestions"),
    ("get", "/api/health"),
]


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/schema").json()
    return document


def test_it_is_openapi_3_1_and_names_the_whole_contract(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    served = {re.sub(r"\{\w+\}", "{}", path): operations for path, operations in schema["paths"].items()}
    missing = [
        (method, path)
        for method, path in CONTRACT
        if method not in served.get(re.sub(r"\{\w+\}", "{}", path), {})
    ]
    assert missing == []


def test_no_documented_path_ends_in_a_slash(schema: dict[str, Any]) -> None:
    assert [path for path in schema["paths"] if path.endswith("/")] == []


def test_the_page_to_try_it_loads_its_assets_from_here(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "swagger-ui" in page
    assert "://" not in page.replace("http://www.w3.org", "")


def test_every_get_without_parameters_answers_a_manager_as_documented(schema: dict[str, Any]) -> None:
    admin = signed_in(make_user(role=Role.ADMIN))
    for path, operations in schema["paths"].items():
        if "get" in operations and "{" not in path:
            answer = admin.get(path)
            assert str(answer.status_code) in operations["get"]["responses"], (path, answer.status_code)


def test_a_wrong_address_answers_in_json(client: Client) -> None:
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_preflight_needs_no_credentials_and_no_redirect() -> None:
    answer = APIClient().options(
        "/api/leads",
        HTTP_ORIGIN="http://localhost:5173",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,content-type,x-api-key,idempotency-key,if-match",
    )
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert {"x-api-key", "idempotency-key", "if-match"} <= set(
        answer["Access-Control-Allow-Headers"].split(", ")
    )


def test_another_origin_is_not_let_in() -> None:
    answer = APIClient().get("/api/health", HTTP_ORIGIN="https://evil.example")
    assert "Access-Control-Allow-Origin" not in answer


def test_the_schema_lists_vendors_spellings(schema: dict[str, Any]) -> None:
    description = schema["paths"]["/api/leads"]["post"]["description"]
    assert "`phone`: phone home" in description
    assert "duplicate_lead" in description
