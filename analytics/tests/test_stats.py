"""GET /api/admin/stats: each number as defined, of one moment, kept until something changes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.tests.agencies import NOON
from analytics.tests.analysing import ago, lead, retained, told
from crm.core.choices import Availability, Role
from crm.core.clock import business_day
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import STAGES, Disposition
from leads.models import Lead
from leads.selectors import team_figures
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

D = Disposition
STATS = "/api/admin/stats"
STATEMENTS = 12


@pytest.fixture
def caller() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def stats(caller: APIClient, **query: str) -> dict[str, Any]:
    return told(caller, "stats", **query)


def test_revenue_is_that_of_the_leads_created_less_returned_and_duplicate(caller: APIClient) -> None:
    lead(100)
    lead(40)
    lead(1000, disposition=D.RETURNED, disposition_reason="Wrong number")
    lead(2000, disposition=D.DUPLICATE, disposition_reason="Known")
    lead(7, days=31)
    lead(63, days=40)
    found = stats(caller)
    assert found["leads"] == {"total": 4, "change": 100.0}
    assert (found["revenue"]["total"], found["revenue"]["change"]) == (140.0, 100.0)
    assert (found["cpa"]["average"], found["cpa"]["change"]) == (35.0, 0.0)


def test_the_period_says_what_it_is_and_what_it_is_compared_with(caller: APIClient) -> None:
    today = business_day()
    assert stats(caller, period="7")["period"] == {
        "name": "7",
        "start": str(today - timedelta(days=6)),
        "end": str(today),
        "days": 7,
        "timeZone": "America/New_York",
        "previous": {"start": str(today - timedelta(days=13)), "end": str(today - timedelta(days=7))},
    }


def test_of_an_empty_business_everything_is_zero_or_null(caller: APIClient) -> None:
    found = stats(caller)
    assert found["leads"] == {"total": 0, "change": None}
    assert (found["revenue"]["total"], found["revenue"]["change"]) == (0, None)
    assert (found["cpa"]["average"], found["cpa"]["breakdown"]) == (None, {})
    assert found["conversion"]["rate"] is None
    assert found["conversion"]["velocity"] == {
        "conversions": 0,
        "meanDays": None,
        "medianDays": None,
        "p90Days": None,
    }
    assert found["agents"]["topPerformers"] == []
    assert found["agents"]["utilization"] == 0
    assert [point["value"] for point in found["revenue"]["trend"]] == [0] * 30


def test_a_change_from_zero_is_null(caller: APIClient) -> None:
    lead(100)
    found = stats(caller)
    assert (found["leads"]["change"], found["revenue"]["change"], found["cpa"]["change"]) == (
        None,
        None,
        None,
    )
    assert found["conversion"]["change"] is None


def test_the_trend_has_every_day_and_sums_to_the_total(caller: APIClient) -> None:
    lead(100, days=0)
    lead(40, days=5)
    lead(1, days=5)
    trend = stats(caller, period="week")["revenue"]["trend"]
    today = business_day()
    assert [point["date"] for point in trend] == [
        str(today - timedelta(days=back)) for back in range(6, -1, -1)
    ]
    by_day = {point["date"]: (point["value"], point["leads"]) for point in trend}
    assert by_day[str(today)] == (100, 1)
    assert by_day[str(business_day(ago(5)))] == (41, 2)
    assert sum(point["value"] for point in trend) == 141


def test_the_breakdown_by_source_sums_to_the_total(caller: APIClient) -> None:
    ours, theirs = make_agency(), make_agency()
    lead(100, agency=ours, campaign_source="Search")
    lead(50, agency=theirs, campaign_source="Search")
    lead(30, agency=ours)
    lead(20, agency=theirs, campaign_source="(none)")  # as analytics tools call it
    found = stats(caller)
    assert found["cpa"]["breakdown"] == {
        "Search": {"name": "Search", "leads": 2, "revenue": 150.0, "cpa": 75.0},
        "": {"name": "(no campaign)", "leads": 1, "revenue": 30.0, "cpa": 30.0},
        "(none)": {"name": "(none)", "leads": 1, "revenue": 20.0, "cpa": 20.0},
    }


def test_agents_are_those_with_open_accounts(caller: APIClient) -> None:
    busy = make_user(max_capacity=4, availability=Availability.ACTIVE)
    make_user(max_capacity=6, availability=Availability.AWAY)
    make_user(max_capacity=90, is_active=False)
    lead(10, assigned_agent=busy)
    found = stats(caller)["agents"]
    assert (found["total"], found["online"], found["offline"], found["utilization"]) == (2, 1, 1, 10.0)


def test_the_top_five_are_by_revenue(caller: APIClient) -> None:
    people = [make_user(first_name=f"Agent{number}", last_name="") for number in range(6)]
    for number, person in enumerate(people):
        lead(10 * (number + 1), assigned_agent=person)
    retained(500, 10, 2, assigned_agent=people[0])
    User.objects.filter(pk=people[5].pk).update(is_active=False)
    lead(9999)  # held by nobody
    top = stats(caller)["agents"]["topPerformers"]
    assert [(one["name"], one["revenue"]) for one in top] == [
        ("Agent0", 510),
        ("Agent5", 60),
        ("Agent4", 50),
        ("Agent3", 40),
        ("Agent2", 30),
    ]
    best, left = top[0], top[1]
    assert (best["leads"], best["conversions"], best["conversionRate"]) == (2, 1, 50.0)
    assert best["performanceScore"] == team_figures().of(people[0].pk).performance_score == 50
    assert (best["status"], left["status"]) == ("active", "inactive")


def test_the_funnel_counts_who_ever_got_so_far(caller: APIClient) -> None:
    lead(1)
    lost = lead(1, disposition=D.DOCS_SENT)
    Lead.objects.filter(pk=lost.pk).update(
        disposition=D.NOT_INTERESTED, disposition_reason="Signed elsewhere"
    )
    retained(1, 9, 4)
    lead(1, disposition=D.CONTACTED)
    funnel = stats(caller)["conversion"]["funnel"]
    assert [stage["stage"] for stage in funnel] == list(STAGES)
    assert [stage["reached"] for stage in funnel] == [4, 3, 3, 2, 2, 2, 1, 1, 0]
    assert [stage["standing"] for stage in funnel] == [1, 0, 1, 0, 0, 0, 0, 1, 0]
    assert [stage["share"] for stage in funnel][:4] == [100.0, 75.0, 75.0, 50.0]
    assert [stage["fromPrevious"] for stage in funnel][:4] == [100.0, 75.0, 100.0, 66.7]
    assert [stage["fromPrevious"] for stage in funnel][-2:] == [100.0, 0.0]


def test_velocity_is_exact(caller: APIClient) -> None:
    for took in (1, 2, 3, 4, 10):
        retained(1, 20, took)
    lead(1, days=20)
    retained(1, 45, 1)
    assert stats(caller)["conversion"]["velocity"] == {
        "conversions": 5,
        "meanDays": 4.0,
        "medianDays": 3.0,
        "p90Days": 7.6,
    }


def test_conversion_compares_leads_of_the_same_age_too(caller: APIClient) -> None:
    retained(1, 10, 3)
    lead(1, days=10)
    retained(1, 40, 2)  # had converted when its period ended
    retained(1, 40, 30)  # not yet then
    lead(1, days=40)
    lead(1, days=40)
    conversion = stats(caller)["conversion"]
    assert (conversion["rate"], conversion["change"]) == (50.0, 0.0)
    assert conversion["sameAge"] == {"previous": 25.0, "change": 100.0}


def test_revenue_compares_leads_of_the_same_age_too(caller: APIClient) -> None:
    lead(60, days=10)
    retained(1_000, 40, 2, acquisition_cost=Decimal(40))  # was worth it when its period ended
    retained(1_000, 40, 30, acquisition_cost=Decimal(40))  # was worth its price then
    retained(1_000, 40, 30)  # nobody knows its price
    retained(1_000, 40, 30, acquisition_cost=Decimal(40), disposition_reason="No")
    Lead.objects.filter(disposition_reason="No").update(disposition=D.RETURNED)
    revenue = stats(caller)["revenue"]
    assert (revenue["total"], revenue["change"]) == (60.0, -98.0)
    assert revenue["sameAge"] == {"previous": 2_040.0, "change": -97.1}


def test_today_is_compared_with_yesterday_until_this_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    caller = signed_in(make_user(role=Role.MANAGER))
    yesterday = NOON - timedelta(days=1)
    make_lead(lead_value=Decimal(50), created_at=yesterday + timedelta(seconds=30))
    make_lead(lead_value=Decimal(75), created_at=NOON - timedelta(minutes=1))
    assert stats(caller, period="today")["revenue"]["change"] is None
    make_lead(lead_value=Decimal(50), created_at=yesterday - timedelta(seconds=30))
    assert stats(caller, period="today")["revenue"]["change"] == 50.0


def test_the_forecast_says_where_it_stands(caller: APIClient) -> None:
    forecast = stats(caller)["revenue"]["forecast"]
    assert {"next7", "next30", "next90", "lower", "upper", "method", "backtestError"} <= set(forecast)
    assert forecast["next30"] is None
    assert forecast["reason"]


def test_the_number_of_statements_does_not_grow(
    caller: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def more(number: int) -> None:
        person, agency = make_user(), make_agency()
        for campaign in ("One", "Two"):
            lead(number, agency=agency, assigned_agent=person, campaign_source=campaign)
            retained(number, 40, 2, agency=agency, assigned_agent=person, campaign_source=campaign)

    more(1)
    stats(caller)
    for number in range(2, 5):
        more(number)
        team_figures()  # kept; taking them is not this page's cost
        with django_assert_num_queries(STATEMENTS):
            stats(caller)


def test_it_is_kept_until_a_lead_or_a_person_changes(caller: APIClient) -> None:
    agent = make_user()
    held = lead(100, assigned_agent=agent)
    assert caller.get(STATS)["X-Cache"] == "miss"
    kept = caller.get(STATS)
    assert kept["X-Cache"] == "hit"
    assert kept["Cache-Control"] == "private, max-age=30"
    assert caller.get(STATS, HTTP_IF_NONE_MATCH=kept["ETag"]).status_code == 304
    Lead.objects.filter(pk=held.pk).update(lead_value=Decimal(300))
    assert stats(caller)["revenue"]["total"] == 300
    User.objects.filter(pk=agent.pk).update(availability=Availability.AWAY)
    assert stats(caller)["agents"]["online"] == 0


@pytest.mark.parametrize("role", [Role.AGENT, Role.VENDOR])
def test_it_is_for_managers(role: Role) -> None:
    agency = make_agency()
    code = agency.code if role == Role.VENDOR else ""
    answer = signed_in(make_user(role=role, vendor_code=code)).get(STATS)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "fortnight"}, "period"),
        ({"period": "custom"}, "startDate"),
        ({"startDate": "2026-02-01", "endDate": "2026-01-01"}, "startDate"),
        ({"startDate": "2020-01-01", "endDate": "2099-01-01"}, "endDate"),
        ({"startDate": "2015-01-01", "endDate": "2025-12-31"}, "startDate"),
        ({"periode": "week"}, "periode"),
        ({"vendor_code": "ANY"}, "vendor_code"),
        ({"explain": "perhaps"}, "explain"),
        ({"period": "wee\x00k"}, "period"),
    ],
)
def test_nonsense_is_refused_by_name(caller: APIClient, query: dict[str, str], field: str) -> None:
    answer = caller.get(STATS, query)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize("address", ["/api/admin/stats", "/api/agencies", "/api/leads"])
def test_another_format_is_refused_as_a_parameter(address: str) -> None:
    answer = signed_in(make_user(role=Role.MANAGER)).get(address, {"format": "docx"})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["format"])
