"""What may be asked of the numbers: one grammar at every address, and nothing computed for what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.services.forecasting.refreshing import refresh_forecasts
from analytics.tests.analysing import lead, told
from crm.core import keeping
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads import tasks

pytestmark = pytest.mark.django_db

NARROWED = (
    "admin/analytics",
    "admin/analytics/kpis",
    "admin/analytics/funnel",
    "admin/analytics/lead-sources",
    "admin/analytics/publishers",
    "admin/analytics/predictions",
    "admin/analytics/lead-quality",
    "admin/analytics/revenue-trends",
    "reports/summary",
)
OF_ALL_ONLY = ("admin/stats", "admin/analytics/agents")
EVERY = (*NARROWED, *OF_ALL_ONLY, "agencies/OURS/stats", "reports/export")


@pytest.fixture
def caller() -> APIClient:
    make_agency(code="OURS")
    return signed_in(make_user(role=Role.MANAGER))


def details(caller: APIClient, address: str) -> Any:
    answer = caller.get(f"/api/{address}")
    assert answer.status_code == 400, answer.content
    return answer.json()["details"]


@pytest.mark.parametrize("address", EVERY)
def test_one_period_is_understood_everywhere(caller: APIClient, address: str) -> None:
    for period in ("period=quarter", "period=30", "startDate=2026-01-01&endDate=2026-01-31"):
        assert caller.get(f"/api/{address}?{period}").status_code == 200
    for wrong in ("period=fortnight", "period=0000000030"):
        assert list(details(caller, f"{address}?{wrong}")) == ["period"]


@pytest.mark.parametrize("address", EVERY)
@pytest.mark.parametrize("unprintable", ["%00", "OURS%00", "%01", "%E2%80%AE"])
def test_what_nobody_can_read_is_refused_by_name(caller: APIClient, address: str, unprintable: str) -> None:
    assert list(details(caller, f"{address}?vendor_code={unprintable}")) == ["vendor_code"]
    assert list(details(caller, f"{address}?period={unprintable}")) == ["period"]


@pytest.mark.parametrize("address", NARROWED)
def test_a_code_with_blanks_around_it_and_in_small_letters_is_the_agencys_everywhere(
    caller: APIClient, address: str
) -> None:
    lead(1, agency=make_agency(code="SPACED"))
    kept = f"/api/{address}?vendor_code=%20Spaced%20"
    first = caller.get(kept)
    assert (first.json()["vendor_code"], first["X-Cache"]) == ("SPACED", "miss")
    assert caller.get(kept)["X-Cache"] == "hit"
    lead(1, agency=make_agency(code="OTHER"))
    make_agency()
    caller.get(kept)
    lead(1, agency_id="SPACED")
    assert caller.get(kept)["X-Cache"] == "miss"


@pytest.mark.parametrize("address", [*NARROWED, "reports/export"])
def test_an_agency_that_is_not_is_refused_in_the_same_words(caller: APIClient, address: str) -> None:
    told_by_one = details(caller, f"{address}?vendor_code=NOBODY")
    assert told_by_one == {
        "vendor_code": ["There is no agency with the code 'NOBODY'; GET /api/agencies lists them."]
    }


@pytest.mark.parametrize("address", OF_ALL_ONLY)
def test_what_is_of_all_agencies_only_says_so(caller: APIClient, address: str) -> None:
    assert list(details(caller, f"{address}?vendor_code=OURS")) == ["vendor_code"]
    operation = caller.get("/api/schema").json()["paths"][f"/api/{address}"]["get"]
    assert "no `vendor_code`" in operation["description"]


@pytest.mark.parametrize("address", EVERY)
def test_a_parameter_given_twice_is_refused_by_name(caller: APIClient, address: str) -> None:
    found = details(caller, f"{address}?period=week&period=month")
    assert found == {"period": ["Given 2 times; give period once."]}


@pytest.mark.parametrize("address", [*NARROWED, *OF_ALL_ONLY, "agencies/OURS", "agencies/OURS/stats"])
def test_what_is_no_answer_to_whether_to_explain_costs_nothing(
    caller: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    with django_assert_max_num_queries(4):  # who calls, what has changed, and which agency with its contacts
        assert list(details(caller, f"{address}?explain=perhaps")) == ["explain"]
    assert caller.get(f"/api/{address}?explain=yes").json()["definitions"]


def test_a_forecast_of_one_agency_is_of_its_leads(caller: APIClient) -> None:
    for _ in range(3):
        lead(10, days=2, agency_id="OURS")
    make_agency(code="THEIRS")
    assert told(caller, "analytics/predictions", vendor_code="THEIRS")["leads"]["next7"] is None
    found = told(caller, "analytics/predictions", vendor_code="OURS", period="30")
    assert found["vendor_code"] == "OURS"
    assert found["leads"]["next7"] > 0
    assert found["leads"]["path"] is None
    refresh_forecasts(scope="OURS")
    stored = told(caller, "analytics/predictions", vendor_code="OURS")["leads"]
    assert stored["madeAt"]
    assert told(caller, "analytics/predictions")["leads"]["madeAt"] is None


def test_one_agency_as_a_publisher(caller: APIClient) -> None:
    lead(30, agency_id="OURS")
    lead(70, agency=make_agency(code="THEIRS"))
    found = told(caller, "analytics/publishers", vendor_code="OURS")
    assert (found["vendor_code"], found["total"]["revenue"]) == ("OURS", 30.0)
    assert [(one["vendor_code"], one["share"]) for one in found["publishers"]] == [("OURS", 100.0)]


def test_scores_taken_anew_are_answered_at_once(caller: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where taking them is slow they are older than the leads on purpose, until a worker has renewed them."""
    monkeypatch.setattr(keeping, "QUICK", timedelta(0))
    one = lead(1)
    caller.get("/api/admin/stats")
    assert caller.get("/api/admin/stats")["X-Cache"] == "hit"
    assert not tasks.renew_agent_figures()
    assert caller.get("/api/admin/stats")["X-Cache"] == "hit"
    changed = caller.patch(f"/api/leads/{one.pk}", {"notes": "Called twice."}, format="json")
    assert changed.status_code == 200, changed.content
    assert caller.get("/api/admin/stats")["X-Cache"] == "hit"
    assert tasks.renew_agent_figures()
    assert caller.get("/api/admin/stats")["X-Cache"] == "miss"
