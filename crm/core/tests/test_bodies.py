"""How large a body may be, and what it must tell about itself."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

LOGIN = "/api/auth/login"
MANY = str(settings.API_BODY_LIMIT + 1)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_body_in_chunks_is_refused_and_not_taken_for_empty(anonymous: APIClient, method: str) -> None:
    answer = anonymous.generic(method, LOGIN, HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")
    assert list(answer.json()) == ["error", "code", "details"]


def test_a_request_without_a_body_needs_no_length(anonymous: APIClient) -> None:
    assert anonymous.get("/healthz", HTTP_TRANSFER_ENCODING="chunked").status_code == 200


@pytest.mark.parametrize("length", ["many", "-1", "1.5", "5, 5", "٣"])
def test_a_length_that_is_no_number_is_refused(anonymous: APIClient, length: str) -> None:
    answer = anonymous.generic("POST", LOGIN, CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


@pytest.mark.parametrize("length", [MANY, "9" * 5000])
@pytest.mark.parametrize("path", [LOGIN, "/admin/login/", "/admin/leads/lead/add/", "/api/leads/imports"])
def test_a_large_body_is_refused_unread(path: str, length: str) -> None:
    answer = Client().generic("POST", path, CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("path", [reverse("admin:leads_leadimport_add"), "/api/leads/import"])
def test_files_of_leads_may_be_larger(path: str) -> None:
    assert Client().generic("POST", path, CONTENT_LENGTH=MANY).status_code != 413
    assert (
        Client().generic("POST", path, CONTENT_LENGTH=str(settings.UPLOAD_BODY_LIMIT + 1)).status_code == 413
    )
