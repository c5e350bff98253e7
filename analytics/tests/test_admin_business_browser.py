"""A manager reads the numbers, in a real browser."""

from typing import Any

from pytest_django.live_server_helper import LiveServer

from agencies.tests.factories import make_agency
from analytics.definitions import DEFINITIONS
from analytics.tests.analysing import lead, retained
from crm.core.choices import Role
from crm.core.tests.factories import PASSWORD, make_user
from leads.tests.test_admin_browser import page, pytestmark  # noqa: F401 - a fixture, and what it needs

DRAWN = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(value => value)"""


def test_a_manager_reads_explains_narrows_and_downloads(
    page: Any,  # noqa: F811 - the fixture
    live_server: LiveServer,
) -> None:
    manager, agency = make_user(role=Role.MANAGER), make_agency(code="ACME", name="Acme Leads")
    retained(2_400, 9, took=5, agency=agency)
    lead(35, 3)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{live_server.url}/admin/business/")
    page.get_by_label("User name or e-mail address").fill(manager.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.get_by_text("$2,435.00").first.wait_for()
    for canvas in page.locator("canvas").all():
        assert canvas.evaluate(DRAWN)
    page.get_by_text("Revenue as a table").press("Enter")
    assert page.get_by_role("region", name="Revenue").get_by_text("$2,400.00").is_visible()

    what = page.get_by_role("button", name="What is CPA?").first
    sentence = page.get_by_text(DEFINITIONS["cpa"]).first
    assert sentence.is_hidden()
    what.press("Enter")
    assert sentence.is_visible()
    page.keyboard.press("Escape")
    assert sentence.is_hidden()

    page.get_by_label("Agency", exact=True).select_option("ACME")
    page.get_by_role("button", name="Show this agency").click()
    page.get_by_role("link", name="90 days").click()
    page.wait_for_url("**period=quarter**")
    assert page.get_by_label("Agency", exact=True).input_value() == "ACME"
    assert page.get_by_text("$2,435.00").count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("lead-report-acme-")
    assert errors == []
