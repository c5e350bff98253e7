"""A manager at work, in a real browser."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from crm.core.choices import Role
from crm.core.tests.factories import PASSWORD, make_user
from leads.models import Lead
from leads.tests.factories import make_lead

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="There is no chromium here: apt-get install chromium."),
]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    monkeypatch.setitem(
        os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
    )  # playwright's loop runs in this thread
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.set_default_timeout(20_000)
        yield opened
        browser.close()
        connections.close_all()  # the loop had connections of its own


def test_a_manager_finds_a_lead_and_moves_it(page: Any, live_server: LiveServer) -> None:
    manager = make_user(role=Role.MANAGER)
    lead = make_lead(first_name="Rosa", last_name="Delgado")
    make_lead(first_name="Ann", last_name="Lee")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("User name or e-mail address").fill(manager.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.locator("#nav-sidebar").get_by_text("Leads", exact=True).click()
    page.get_by_placeholder("Name, phone, e-mail, notes or lead id").fill("delgado")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=delgado**")
    assert page.get_by_text("Ann Lee").count() == 0
    page.get_by_role("link", name="Rosa Delgado").click()

    page.get_by_role("link", name="Change disposition").click()
    page.get_by_label("Disposition").select_option("Rejected")
    page.get_by_role("button", name="Change").click()
    page.get_by_text("needs a reason").wait_for()
    page.get_by_label("Reason").fill("no injury")
    page.get_by_role("button", name="Change").click()

    page.get_by_text("Rosa Delgado: moved.").wait_for()
    history = page.locator("#history").inner_text()
    assert "New → Rejected" in history
    assert "no injury" in history
    assert manager.email in history
    assert Lead.objects.get(pk=lead.pk).disposition == "Rejected"
    assert errors == []


def test_a_manager_shares_out_a_whole_list_and_undoes_it(page: Any, live_server: LiveServer) -> None:
    manager, agent = make_user(role=Role.MANAGER), make_user(role=Role.AGENT, max_capacity=100)
    for _ in range(55):
        make_lead()
    page.goto(f"{live_server.url}/admin/leads/lead/")
    page.get_by_label("User name or e-mail address").fill(manager.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.locator("#action-toggle").first.check()
    page.get_by_text("Select all 55 leads").click()
    page.locator("select[name=action]").first.select_option("assign_leads")
    page.get_by_role("button", name="Run").click()
    page.get_by_text("55 leads selected").wait_for()
    assert page.get_by_label("Agent", exact=True).is_visible()
    assert page.get_by_label("Among").is_hidden()
    page.get_by_label("How").select_option("round_robin")
    assert page.get_by_label("Agent", exact=True).is_hidden()
    page.get_by_label("Among").select_option(str(agent.pk))
    page.get_by_role("button", name="Assign").click()

    page.get_by_text("55 leads assigned.").wait_for()
    assert Lead.objects.filter(assigned_agent=agent).count() == 55
    page.get_by_role("link", name="Undo").click()
    page.get_by_text("55 leads will be as before the operation.").wait_for()
    page.get_by_label("Reason").fill("too soon")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("55 leads as before.").wait_for()
    assert not Lead.objects.filter(assigned_agent=agent).exists()
