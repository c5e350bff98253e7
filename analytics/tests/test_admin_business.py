"""The page Business: the API's numbers, in a constant number of statements, whatever is asked."""

import re
from datetime import timedelta
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.tests.factories import make_agency
from analytics.definitions import DEFINITIONS
from analytics.models.reports import Audience
from analytics.selectors.reports import build_report
from analytics.services.forecasting.refreshing import refresh_forecasts
from analytics.services.grading import grade_agencies
from analytics.services.reporting.telling import key_numbers, told_against
from analytics.tests.analysing import ago, lead, retained, told
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.tests.browsing import browser_as, browser_of
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead, unique_phone

BUSINESS = reverse("business")
TAKEN = 25  # statements of the numbers
EVERY_TIME = 4  # session, person, agencies to choose from, generations

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    """The page as it is read: no tags, single spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def tile(page: Any, name: str) -> Any:
    """A key figure of the page."""
    return next(one for one in page.context["tiles"] if one.name == name)


@pytest.fixture
def business() -> None:
    """Two agencies, an agent, this month and the one before."""
    agent, best, other = make_user(role=Role.AGENT), make_agency(code="BEST"), make_agency(code="OTHER")
    retained(2_400, 9, took=5, agency=best, campaign_source="TV", assigned_agent=agent, quality_score=9)
    lead(35, 3, agency=best, campaign_source="TV", acquisition_cost=20)
    lead(40, 4, agency=other, disposition="Returned", disposition_reason="wrong number")
    lead(50, 40, agency=other)
    lead(45, 45, agency=best)


def test_the_tiles_are_the_apis_numbers_and_the_list_has_as_many_leads(
    business: None, manager: Client
) -> None:
    page = manager.get(BUSINESS)
    caller = signed_in(make_user(role=Role.MANAGER))
    stats, kpis = told(caller, "stats"), told(caller, "analytics/kpis")["kpis"]
    assert tile(page, "revenue").value == f"${stats['revenue']['total']:,.2f}" == "$2,435.00"
    assert tile(page, "revenue").change == f"{stats['revenue']['sameAge']['change']:+,.1f} %"
    assert tile(page, "leads").value == f"{stats['leads']['total']}" == "3"
    assert tile(page, "cpa").value == f"${stats['cpa']['average']:,.2f}"
    assert tile(page, "conversionRate").value == f"{stats['conversion']['rate']} %"
    assert tile(page, "conversionRate").change == ""
    for name, value in (("returnRate", "33.3 %"), ("cost", "$20.00")):
        assert tile(page, name).value == value
        assert f"{kpis[name]['value']:.1f}" in value.replace("$", "")
    for name, number in (("leads", 3), ("returnRate", 1)):
        found = manager.get(tile(page, name).href)
        assert found.context["cl"].result_count == number, name


def test_what_ripens_is_compared_at_the_same_age_or_without_a_colour(manager: Client) -> None:
    agency = make_agency(code="ACME")
    retained(3_000, 50, took=45, agency=agency, acquisition_cost=40)  # after the previous period had ended
    retained(1_000, 10, took=5, agency=agency, acquisition_cost=40)
    whole, of_agency = manager.get(BUSINESS), manager.get(BUSINESS, {"vendor_code": "ACME"})
    stats = told(signed_in(make_user(role=Role.MANAGER)), "stats")
    assert tile(whole, "revenue").note == f"on ${stats['revenue']['sameAge']['previous']:,.2f}" == "on $40.00"
    assert tile(whole, "revenue").tone == "up"
    assert tile(of_agency, "revenue").change == "-66.7 %"
    assert tile(of_agency, "revenue").tone == ""
    assert "of older leads" in tile(of_agency, "revenue").note


def test_report_and_page_colour_the_same_changes(manager: Client) -> None:
    agency = make_agency(code="ACME")
    for days in (3, 40, 41, 42, 400):
        lead(100, days, agency=agency, disposition="Returned", disposition_reason="wrong number")
    for days in (5, 50, 410):
        retained(3_000, days, took=4, agency=agency)
    tones = {True: "up", False: "down", None: ""}
    for period, code in product(("month", "year"), ("", "ACME")):
        asked = {"period": period, **({"vendor_code": code} if code else {})}
        page = manager.get(BUSINESS, asked)
        report = build_report(page.context["asked"].period, agency if code else None)
        for one in key_numbers(report, Audience.STAFF):
            shown = tile(page, one.name)
            assert shown.tone == tones[one.judged.is_good], (asked, one)
            assert ("older leads" in shown.note) == (told_against(one).startswith("older leads")), (
                asked,
                one,
            )


def test_report_and_page_agree_to_the_cent(business: None, manager: Client) -> None:
    page = manager.get(BUSINESS, {"period": "week"})
    file = manager.get(reverse("business-export", args=["csv"]), {"period": "week"})
    rows = [line.split(",") for line in file.content.decode("utf-8-sig").splitlines()]
    total = next(row for row in rows if "Total" in row or "total" in row[0].lower())
    assert tile(page, "revenue").value == "$35.00"
    assert "35.00" in total, total
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_one_agency_is_that_agency_only(business: None, manager: Client) -> None:
    page = manager.get(BUSINESS, {"vendor_code": "other"})
    assert tile(page, "leads").value == "1"
    assert [row.publisher.agency.pk for row in page.context["found"].agencies] == ["OTHER"]
    assert {source.agency for source in page.context["sources"]} == {"OTHER"}
    assert "2,400" not in text_of(page)
    assert "vendor_code=OTHER" in manager.get(BUSINESS, {"vendor_code": "OTHER"}).content.decode()


@pytest.mark.parametrize("query", [{}, {"vendor_code": "BEST"}])
def test_the_number_of_statements_is_constant(query: dict[str, str]) -> None:
    manager, counts = browser_as(Role.MANAGER), []
    make_agency(code="BEST")
    for _ in range(2):
        for _ in range(4):
            agency = make_agency()
            make_lead(agency, campaign_source=agency.pk, assigned_agent=make_user(role=Role.AGENT))
        with CaptureQueriesContext(connection) as queries:
            manager.get(BUSINESS, query)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= EVERY_TIME + TAKEN + 4, counts


def test_what_nothing_has_changed_is_not_read_again(business: None, manager: Client) -> None:
    manager.get(BUSINESS)
    with CaptureQueriesContext(connection) as queries:
        again = manager.get(BUSINESS)
    assert len(queries) == EVERY_TIME
    lead(1_000, 1)
    assert tile(again, "revenue").value == "$2,435.00"
    assert tile(manager.get(BUSINESS), "revenue").value == "$3,435.00"


@pytest.mark.parametrize(
    ("query", "told_of"),
    [
        ({"period": "nonsense"}, "One of today, week"),
        ({"period": "custom"}, '"From" is missing'),
        ({"startDate": "2026-02-30", "endDate": "2026-03-01"}, "Not a date"),
        ({"startDate": "2026-03-02", "endDate": "2026-03-01"}, '"From" is after "to"; exchange them'),
        ({"startDate": "2026-03-02", "endDate": "2999-03-01"}, "In the future"),
        ({"period": "9999"}, "From 1 to 1,830 days"),
        ({"vendor_code": "NOBODY"}, "no agency with the code 'NOBODY'"),
        ({"metric": "beauty"}, "ranked by one of revenue, leads"),
    ],
)
def test_what_is_asked_wrongly_is_told_and_the_default_shown(
    query: dict[str, str], told_of: str, business: None, manager: Client
) -> None:
    page = manager.get(BUSINESS, query)
    assert page.status_code == 200
    assert told_of in text_of(page)
    assert tile(page, "leads").value == "3"
    assert manager.get(reverse("business-export", args=["csv"]), query).status_code == 404


def test_days_typed_in_vain_stay_in_the_form(manager: Client) -> None:
    typed = {"startDate": "2026-03-02", "endDate": "2026-03-01"}
    page = manager.get(BUSINESS, typed)
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in page.content.decode()
    assert "startDate" not in text_of(page)
    again = manager.get(
        BUSINESS, {"startDate": "2026-03-01", "endDate": "2026-03-02", "vendor_code": "NOBODY"}
    )
    assert again.context["asked"].days_in_form == ("2026-03-01", "2026-03-02")


def test_no_value_breaks_the_page(manager: Client) -> None:
    names = ("period", "startDate", "endDate", "vendor_code", "metric", "unknown")
    for name, value in product(names, ("\0", "a\0b", "-1", "9" * 5000, "²", "<b>", "0001-01-01")):
        page = manager.get(BUSINESS, {name: value})
        assert page.status_code == 200, (name, value)
        assert "<b>" not in page.content.decode()


def test_custom_days_are_whole_days(manager: Client) -> None:
    day = business_day() - timedelta(days=10)
    lead(70, 10)
    page = manager.get(BUSINESS, {"startDate": str(day), "endDate": str(day)})
    assert tile(page, "leads").value == "1"
    assert f'value="{day}"' in page.content.decode()
    assert len(page.context["found"].trend) in (23, 24, 25)


def test_an_empty_program_says_so_everywhere(manager: Client) -> None:
    said = text_of(manager.get(BUSINESS))
    for sentence in (
        "No leads came in in these days",
        "Nothing stands out",
        "There are no leads to forecast from",
        "There are no agencies yet",
        "No leads, no sources",
        "There are no agents",
        "nothing to compare with",
        "No leads, nothing to draw",
    ):
        assert sentence in said, sentence


def test_names_with_markup_are_text(manager: Client) -> None:
    nasty = "</script><img src=x onerror=alert(1)>\"'{{ x }}"
    agency = make_agency(code="NASTY", name=nasty)
    agent = make_user(role=Role.AGENT, first_name="<i>Eve</i>")
    make_lead(agency, campaign_source=nasty, assigned_agent=agent, created_at=ago(1))
    for query in ({}, {"vendor_code": "NASTY"}):
        page = manager.get(BUSINESS, query).content.decode()
        assert "<img src=x" not in page
        assert "<i>Eve" not in page
        assert "&lt;img src=x" in page


def test_grade_trend_goal_and_forecast_are_shown(manager: Client) -> None:
    agency = make_agency(code="STEADY", goal=300)
    Lead.objects.bulk_create(make_unsaved(agency, days) for days in range(1, 60) for _ in range(3))
    refresh_forecasts()
    grade_agencies()
    page = manager.get(BUSINESS)
    row = page.context["found"].agencies[0]
    assert row.graded.agency_id == "STEADY"
    said = text_of(page)
    assert f"{row.publisher.leads_this_month} of 300" in said
    assert "flat" in said
    for forecast, chart in page.context["forecasts"]:
        assert forecast.next30 is not None
        assert len(chart.rows) == 90
    assert "How it was made" in said


def make_unsaved(agency: Any, days: int) -> Lead:
    at = timezone.now() - timedelta(days=days)
    return Lead(agency=agency, first_name="Sam", phone=unique_phone(), created_at=at, lead_value=40)


def test_every_number_says_what_it_is(business: None, manager: Client) -> None:
    for url in (BUSINESS, reverse("admin:index")):
        page = manager.get(url).content.decode()
        targets = re.findall(r'popovertarget="([^"]+)" aria-label="What is [A-Z][^"]+\?"', page)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
        said = unescape(page)
        for name in ("revenue", "leads", "forecast", "insights"):
            assert DEFINITIONS[name].replace("`", "") in said
        assert len(targets) > 4
        assert set(targets) <= set(ids)


def test_every_table_has_headers_and_every_chart_a_table(business: None, manager: Client) -> None:
    page = manager.get(BUSINESS).content.decode()
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert 'scope="col"' in table, table[:200]
    assert page.count("<canvas") == page.count(" as a table</summary>") > 0


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_staff_see_it(role: Role) -> None:
    browser = browser_as(role)
    for url in (BUSINESS, reverse("business-export", args=["pdf"])):
        assert browser.get(url).status_code == 200
    assert "<span>Business</span>" in browser.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.VENDOR])
def test_agents_and_vendors_see_nothing(role: Role) -> None:
    agency = make_agency()
    browser = browser_of(make_user(role=role, vendor_code=agency.pk if role == Role.VENDOR else ""))
    for url in (BUSINESS, reverse("business-export", args=["csv"])):
        answer = browser.get(url, {"vendor_code": agency.pk})
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("admin:login"))


def test_unknown_formats_are_not_found(manager: Client) -> None:
    assert manager.get(reverse("business-export", args=["exe"])).status_code == 404
