"""Agencies for tests: by hand, or with many leads in the database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from agencies.choices import AgencyStatus
from agencies.models import Agency
from analytics.selectors.agencies.assessing import Assessed
from analytics.selectors.agencies.outcomes import Outcomes
from analytics.selectors.agencies.volume import TREND_DAYS, Volume
from leads.models import Lead
from leads.tests.factories import unique_phone

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)  # a Friday noon of New York


def assessed(
    code: str = "ACME",
    *,
    campaigns: dict[str, Outcomes] | None = None,
    daily: Sequence[int] = (10,) * TREND_DAYS,
    this_month: int = 195,
    goal: int = 300,
    status: str = AgencyStatus.ACTIVE,
) -> Assessed:
    """An agency that sends ten leads a day and does as is expected, changed by what is given."""
    campaigns = {"Search": outcomes()} if campaigns is None else campaigns
    return Assessed(code, status, goal, campaigns, Volume(NOON, tuple(daily), this_month))


def outcomes(**changed: Any) -> Outcomes:
    """900 leads that did as is expected."""
    usual: dict[str, Any] = {
        "leads": 900,
        "converted": 72,
        "expected": 72.0,
        "returned": 54,
        "expected_returns": 54.0,
        "duplicates": 18,
        "unproven": 180,
        "day_leads": 600,
        "day_unreached": 120,
        "night_leads": 200,
        "night_unreached": 40,
        "recent_leads": 280,
        "recent_quality": 280 * 6,
        "quality": 900 * 6,
        "quality_squares": 900 * 40,
        "costed": 900,
        "cost": 900 * 40.0,
    }
    return Outcomes(**{**usual, **changed})


def send(agency: Agency, number: int, *, days_ago: float = 60, now: datetime = NOON, **fields: Any) -> None:
    """So many leads at once."""
    at = now - timedelta(days=days_ago)
    Lead.objects.bulk_create(
        Lead(
            agency=agency,
            first_name="Sam",
            phone=unique_phone(),
            created_at=at,
            **{"campaign_source": "Search", **fields},
        )
        for _ in range(number)
    )
