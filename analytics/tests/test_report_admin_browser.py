"""The page of a schedule, in a real browser."""

from typing import Any

from pytest_django.live_server_helper import LiveServer

from agencies.tests.factories import make_agency
from analytics.tests.reporting import make_schedule
from crm.core.choices import Role
from crm.core.tests.browsing import browser_as
from leads.tests import test_admin_browser

page, pytestmark = test_admin_browser.page, test_admin_browser.pytestmark


def test_on_a_phone_the_page_is_as_wide_as_the_screen_however_long_the_agencys_name(
    page: Any, live_server: LiveServer
) -> None:
    schedule = make_schedule(agency=make_agency(name="Harbor Light Media " * 10))
    session = browser_as(Role.MANAGER).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/admin/analytics/reportschedule/{schedule.pk}/change/")
    page.locator(".select2-container").get_by_text("Harbor Light Media").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
