"""Predictions, quality and revenue along a period."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.tests.analysing import lead, monday_of, refused, retained, told
from crm.core.choices import Role
from crm.core.clock import business_day, business_zone
from crm.core.tests.factories import make_user, signed_in
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def test_predictions_are_of_leads_and_revenue(caller: APIClient) -> None:
    for days in range(1, 30):
        lead(10, days=days)
    found = told(caller, "analytics/predictions")
    assert found["leads"]["next7"] > 0
    assert set(found["revenue"]) >= {"next30", "lower", "upper", "method", "path", "backtest", "reason"}


def test_quality_is_spread_over_all_scores(caller: APIClient) -> None:
    agency = make_agency()
    for score in (2, 9, 9):
        lead(1, quality_score=score)
    retained(1, 5, 1, quality_score=9, agency=agency)
    lead(1, days=40, quality_score=1)
    found = told(caller, "analytics/lead-quality")
    assert [one["score"] for one in found["scores"]] == list(range(1, 11))
    nine = found["scores"][8]
    assert (nine["leads"], nine["share"], nine["conversions"], nine["conversionRate"]) == (3, 75.0, 1, 33.3)
    assert nine["conversionInterval"] == {"low": 6.1, "high": 79.2}
    assert found["scores"][0]["conversionRate"] is None
    assert (found["leads"], found["conversions"], found["avgQuality"]) == (4, 1, 7.25)
    assert told(caller, "analytics/lead-quality", vendor_code=agency.code)["leads"] == 1


def test_revenue_is_smoothed_and_added_up_beside_the_period_before(caller: APIClient) -> None:
    today = business_day()
    lead(70, days=0)
    lead(7, days=4)
    lead(21, days=8)  # before the period, and in the last seven days of its first one
    found = told(caller, "analytics/revenue-trends", period="7", granularity="day")
    assert found["labels"] == [str(today - timedelta(days=back)) for back in range(6, -1, -1)]
    assert found["revenue"][-1] == 70
    assert found["movingAverage"][0] == 3.0
    assert found["movingAverage"][-1] == 11.0
    assert found["cumulative"][-1] == found["total"]["revenue"]["value"] == 77
    assert found["previousCumulative"][-1] == found["total"]["revenue"]["previous"] == 21
    assert found["cumulative"] == sorted(found["cumulative"])


def test_trends_are_as_coarse_as_asked_and_sum_to_the_same(caller: APIClient) -> None:
    for days in range(0, 80, 3):
        lead(days + 1, days=days)
    sums = set()
    for granularity in ("day", "week", "month"):
        found = told(caller, "analytics/revenue-trends", period="quarter", granularity=granularity)
        sums.add((sum(found["revenue"]), sum(found["leads"]), found["cumulative"][-1]))
        assert len(found["labels"]) == len(found["movingAverage"]) == len(found["previousCumulative"])
    assert len(sums) == 1
    assert list(refused(caller, "analytics/revenue-trends", granularity="hour")) == ["granularity"]


def test_weekdays_are_means_of_whole_days(caller: APIClient) -> None:
    monday = monday_of(business_day()) - timedelta(days=14)
    noon = datetime(monday.year, monday.month, monday.day, 12, tzinfo=business_zone())
    for week, value in ((0, 70), (7, 0)):
        make_lead(lead_value=Decimal(value), created_at=noon + timedelta(days=week))
    asked = {"startDate": str(monday), "endDate": str(monday + timedelta(days=13))}
    found = told(caller, "analytics/revenue-trends", **asked)["weekdays"]
    assert found[0] == {"weekday": "Monday", "days": 2, "leads": 1.0, "revenue": 35.0, "index": 700.0}
    assert found[1] == {"weekday": "Tuesday", "days": 2, "leads": 0.0, "revenue": 0.0, "index": 0.0}
    assert told(caller, "analytics/revenue-trends", period="today")["weekdays"][0]["revenue"] is None
