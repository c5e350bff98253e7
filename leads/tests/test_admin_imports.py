"""Imports in the admin: a file sent, followed, explained."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agencies.tests.factories import make_agency
from leads.models import Lead, LeadImport
from leads.services.imports.running import run_import

pytestmark = pytest.mark.django_db

ADD = reverse("admin:leads_leadimport_add")
ROWS = "First Name,Last Name,Phone,State,Hat size\nAnn,Lee,(312) 555-0147,IL,7\nBob,Ray,not a number,IL,8\n"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The imports handed to a worker."""
    ids: list[str] = []
    monkeypatch.setattr("leads.admin.imports.run_lead_import.delay", ids.append)
    return ids


def sent(client: Client, content: bytes = ROWS.encode(), **fields: Any) -> Any:
    file = SimpleUploadedFile("march leads.csv", content, content_type="text/csv")
    return client.post(ADD, {"agency": make_agency().pk, "file": file, **fields})


def test_a_file_is_taken_and_handed_to_a_worker(
    manager: Client, started: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = sent(manager)
    one = LeadImport.objects.get()
    assert answer.headers["Location"] == reverse("admin:leads_leadimport_change", args=[one.pk])
    assert started == [str(one.pk)]
    page = manager.get(answer.headers["Location"]).content.decode()
    assert "Queued" in page
    assert 'http-equiv="refresh"' in page


def test_the_page_of_an_import_tells_what_became_of_it(manager: Client, started: list[str]) -> None:
    sent(manager)
    one = LeadImport.objects.get()
    run_import(one.pk)
    page = manager.get(reverse("admin:leads_leadimport_change", args=[one.pk])).content.decode()
    for told in ("Completed", "Hat size", "Refused rows", "phone"):
        assert told in page, told
    assert 'http-equiv="refresh"' not in page
    refused = manager.get(reverse("admin:leads_leadimport_refused", args=[one.pk]))
    assert "march leads-refused.csv" in refused.headers["Content-Disposition"]
    assert b"Bob" in b"".join(refused)
    assert Lead.objects.get().last_name == "Lee"


def test_what_is_no_file_of_leads_is_refused(manager: Client, started: list[str]) -> None:
    page = sent(manager, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00")
    assert "file" in page.context["adminform"].form.errors
    assert not LeadImport.objects.exists()


def test_an_import_without_refusals_has_no_file_of_them(manager: Client, started: list[str]) -> None:
    sent(manager)
    one = LeadImport.objects.get()
    assert manager.get(reverse("admin:leads_leadimport_refused", args=[one.pk])).status_code == 404


def test_the_list_shows_progress(manager: Client, started: list[str]) -> None:
    sent(manager, is_dry_run="on")
    run_import(LeadImport.objects.get().pk)
    page = manager.get(reverse("admin:leads_leadimport_changelist")).content.decode()
    assert "march leads.csv" in page
    assert "100" in page
    assert not Lead.objects.exists()
