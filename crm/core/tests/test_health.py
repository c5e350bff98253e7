"""GET /api/health, /healthz, /readyz, /, /api/schema and /api/docs."""

from collections.abc import Callable

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from crm.core import heartbeat
from crm.core.api import health

pytestmark = pytest.mark.django_db


def broken() -> None:
    raise OSError("secret connection string")


def test_all_parts_up_is_healthy(anonymous: APIClient) -> None:
    heartbeat.beat()
    answer = anonymous.get("/api/health")
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["status", "components", "version", "uptime"]
    assert body["status"] == "healthy"
    assert body["components"] == dict.fromkeys(["database", "cache", "broker", "storage", "worker"], "up")
    assert body["version"] == settings.VERSION
    assert body["uptime"] >= 0


def test_a_scheduled_job_is_the_workers_sign_of_life(
    anonymous: APIClient, deliver: Callable[[], int]
) -> None:
    from crm.core.tasks import deliver_events

    assert anonymous.get("/api/health").json()["components"]["worker"] == "down"
    deliver_events.delay()
    assert anonymous.get("/api/health").json()["components"]["worker"] == "up"


@pytest.mark.parametrize("part", ["cache", "broker", "storage", "worker"])
def test_without_one_part_it_is_degraded(
    anonymous: APIClient, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    heartbeat.beat()
    monkeypatch.setitem(health.CHECKS, part, broken)
    answer = anonymous.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["components"][part] == "down"
    assert b"secret" not in answer.content
    assert anonymous.get("/readyz").status_code == 200


def test_without_the_database_it_is_down(anonymous: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "database", broken)
    answer = anonymous.get("/api/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert anonymous.get("/readyz").status_code == 503
    assert anonymous.get("/healthz").json() == {"status": "ok"}


def test_the_root_leads_to_the_admin(anonymous: APIClient) -> None:
    assert anonymous.get("/").headers["Location"] == "/admin/"


def test_an_unknown_address_is_answered_like_any_error(anonymous: APIClient) -> None:
    answer = anonymous.get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_the_schema_writes_paths_as_the_contract_does(anonymous: APIClient, path: str) -> None:
    document = anonymous.get(path).json()
    assert document["openapi"] == "3.1.1"
    paths = document["paths"]
    assert {"/api/auth/login", "/api/auth/users/{username}", "/api/agents/invite"} <= set(paths)
    assert not [one for one in paths if one.endswith("/")]
    assert paths["/api/auth/login"]["post"].get("security", [{}]) == [{}]
    assert "accessToken" in paths["/api/auth/me"]["get"]["security"][0]
    assert "default" in paths["/api/auth/me"]["get"]["responses"]


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
def test_the_docs_load_nothing_from_elsewhere(anonymous: APIClient, path: str) -> None:
    page = anonymous.get(path)
    assert page.status_code == 200
    assert "https://" not in page.content.decode()


@pytest.mark.parametrize("path", ["/api/health", "/api/auth/login", "/api/auth/users"])
def test_a_trailing_slash_answers_the_same_without_a_redirect(anonymous: APIClient, path: str) -> None:
    plain, slashed = anonymous.get(path), anonymous.get(f"{path}/")
    assert plain.status_code == slashed.status_code
    assert plain.status_code < 300 or plain.status_code >= 400
