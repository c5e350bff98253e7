"""GET /api/admin/analytics, and what its children have in common."""

from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.models import CountingZone
from analytics.tests.analysing import lead, monday_of, refused, retained, told
from crm.core.choices import Role
from crm.core.clock import business_day, day_bounds
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.selectors import team_figures
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


CHILDREN = (
    "kpis",
    "funnel",
    "lead-sources",
    "agents",
    "publishers",
    "predictions",
    "lead-quality",
    "revenue-trends",
)
STATEMENTS = {  # the sign-in and the generations among them
    "stats": 12,
    "analytics": 4,
    "analytics/kpis": 4,
    "analytics/funnel": 3,
    "analytics/funnel?by=vendor": 5,
    "analytics/funnel?by=source": 4,
    "analytics/funnel?by=agent": 5,
    "analytics/funnel?by=state": 4,
    "analytics/lead-sources": 5,
    "analytics/agents": 5,
    "analytics/publishers": 6,
    "analytics/predictions": 6,
    "analytics/lead-quality": 3,
    "analytics/revenue-trends": 4,
}


@pytest.fixture
def caller() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


@pytest.mark.parametrize(
    ("period", "granularity", "label"),
    [
        ("today", "hour", lambda day: f"{day}T00:00:00"),
        ("week", "day", lambda day: str(day - timedelta(days=6))),
        ("quarter", "day", lambda day: str(day - timedelta(days=89))),
        ("200", "week", lambda day: str(monday_of(day - timedelta(days=199)))),
        ("year", "month", lambda day: f"{day - timedelta(days=364):%Y-%m}"),
    ],
)
def test_arrays_are_of_one_length_without_gaps(
    caller: APIClient, period: str, granularity: str, label: Any
) -> None:
    lead(100, days=0)
    retained(50, 6, 1)
    found = told(caller, "analytics", period=period)
    lengths = {len(found[name]) for name in ("labels", "leads", "revenue", "conversions")}
    assert len(lengths) == 1
    assert found["granularity"] == granularity
    assert found["labels"][0].startswith(label(business_day()))
    assert len(set(found["labels"])) == len(found["labels"])
    inside = [
        lead for lead in Lead.objects.all() if str(business_day(lead.created_at)) >= found["period"]["start"]
    ]
    assert sum(found["leads"]) == len(inside)
    assert sum(found["revenue"]) == sum(lead.lead_value for lead in inside)
    assert sum(found["conversions"]) == sum(lead.closed_date is not None for lead in inside)


def test_one_agencys_series_is_of_its_leads_only(caller: APIClient) -> None:
    ours, theirs = make_agency(), make_agency()
    lead(100, agency=ours, days=0)
    lead(40, agency=theirs, days=0)
    for period in ("today", "week", "200"):
        found = told(caller, "analytics", period=period, vendor_code=ours.code)
        assert (sum(found["revenue"]), found["vendor_code"]) == (100, ours.code)
    assert sum(told(caller, "analytics", period="today")["revenue"]) == 140


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2025, 11, 2), 25),
        ("Asia/Kathmandu", date(2026, 3, 8), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25),
    ],
)
def test_no_hour_is_counted_twice_where_clocks_change(
    caller: APIClient, zone: str, day: date, hours: int
) -> None:
    with override_settings(BUSINESS_TIME_ZONE=zone):
        CountingZone.objects.update(name=zone)
        start, end = day_bounds(day)
        made = 0
        at = start.astimezone(UTC)
        while at < end:
            make_lead(created_at=at + timedelta(minutes=20), lead_value=Decimal(1))
            at, made = at + timedelta(minutes=30), made + 1
        make_lead(created_at=start - timedelta(seconds=1))
        make_lead(created_at=end)
        asked = {"startDate": str(day), "endDate": str(day)}
        found = told(caller, "analytics", **asked)
        of_one = told(caller, "analytics", vendor_code="TESTAGENCY", **asked)
    assert len(found["labels"]) == len(set(found["labels"])) == hours
    assert sum(found["leads"]) == made
    assert max(found["leads"]) == 2
    assert of_one["leads"] == found["leads"]


def test_an_unknown_agency_is_refused_by_name(caller: APIClient) -> None:
    for address in ("analytics", "analytics/kpis", "analytics/lead-quality"):
        assert list(refused(caller, address, vendor_code="NOBODY")) == ["vendor_code"]


@pytest.mark.parametrize("child", CHILDREN)
def test_unknown_parameters_and_bad_periods_are_refused_by_name(caller: APIClient, child: str) -> None:
    assert list(refused(caller, f"analytics/{child}", vendor="ONE")) == ["vendor"]
    assert list(refused(caller, f"analytics/{child}", period="fortnight")) == ["period"]


@pytest.mark.parametrize("child", CHILDREN)
def test_each_is_for_managers(child: str) -> None:
    make_agency(code="OURS")
    for role, code in ((Role.AGENT, ""), (Role.VENDOR, "OURS")):
        person = signed_in(make_user(role=role, vendor_code=code))
        assert person.get(f"/api/admin/analytics/{child}").status_code == 403


def test_the_number_of_statements_does_not_grow(
    caller: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def more(number: int) -> None:
        person, agency = make_user(), make_agency()
        for campaign in ("One", "Two"):
            lead(number, agency=agency, assigned_agent=person, campaign_source=campaign, state="TX")
            retained(number, 40, 2, agency=agency, assigned_agent=person, campaign_source=campaign)

    more(1)
    team_figures()
    told(caller, "stats")
    for number in (2, 3, 4):
        more(number)
        team_figures()  # kept; taking them is not these pages' cost
        for address, statements in STATEMENTS.items():
            with django_assert_num_queries(statements, info=address):
                assert caller.get(f"/api/admin/{address}").status_code == 200


def test_numbers_of_one_agency_wait_for_its_leads_only(caller: APIClient) -> None:
    ours, theirs = make_agency(), make_agency()
    lead(1, agency=ours)
    address = f"/api/admin/analytics/kpis?vendor_code={ours.code}"
    caller.get(address)
    lead(1, agency=theirs)
    assert caller.get(address)["X-Cache"] == "hit"
    lead(1, agency=ours)
    changed = caller.get(address)
    assert (changed["X-Cache"], changed.json()["kpis"]["leads"]["value"]) == ("miss", 2)
    Agency.objects.filter(pk=ours.pk).update(name="Renamed")
    assert caller.get(address)["X-Cache"] == "miss"
