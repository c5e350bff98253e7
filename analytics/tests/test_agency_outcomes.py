"""What became of each campaign's leads, against a plain loop over them."""

import random
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from agencies.tests.factories import make_agency
from analytics.selectors.agencies.outcomes import Cell, Outcomes, campaign_outcomes, outcomes_of
from analytics.tests.agencies import NOON, send
from crm.core.clock import business_day, business_zone
from leads.models import Lead

pytestmark = pytest.mark.django_db

DISPOSITIONS = (
    "New",
    "Attempting",
    "Contacted",
    "Retained for Firm",
    "Not Interested",
    "Returned",
    "Duplicate",
)


@pytest.fixture
def leads() -> list[Lead]:
    """Leads of all ages, ends and hours, some of them too old."""
    draw = random.Random(7)
    agencies = [make_agency(code=code) for code in ("AAA", "BBB", "CCC")]
    for _ in range(400):
        send(
            draw.choice(agencies),
            1,
            days_ago=draw.uniform(0, 100),
            campaign_source=draw.choice(("Search", "Social", "")),
            quality_score=draw.randint(4, 6),
            disposition=draw.choice(DISPOSITIONS),
            trustedform_url=draw.choice(("", "https://cert.trustedform.com/1")),
            jornaya_lead_id=draw.choice(("", "J1")),
            acquisition_cost=draw.choice((None, Decimal("12.50"))),
        )
    return list(Lead.objects.all())


def age_class(lead: Lead) -> int:
    days = (NOON - lead.created_at).total_seconds() / 86_400
    return sum(days > limit for limit in (7, 14, 28, 56))


def is_by_day(lead: Lead) -> bool:
    return 8 <= lead.created_at.astimezone(business_zone()).hour < 20


def counted(leads: Iterable[Lead]) -> dict[tuple[str, str], dict[str, Any]]:
    window = [lead for lead in leads if (business_day(NOON) - business_day(lead.created_at)).days < 90]
    campaigns: dict[tuple[str, str], list[Lead]] = defaultdict(list)
    for lead in window:
        campaigns[lead.agency_id, lead.campaign_source].append(lead)
    return {
        key: _sums(own, [one for one in window if one.agency_id != key[0]]) for key, own in campaigns.items()
    }


def _sums(own: list[Lead], others: list[Lead]) -> dict[str, Any]:
    recent = [lead for lead in own if (business_day(NOON) - business_day(lead.created_at)).days < 28]
    settled = [lead for lead in own if age_class(lead) >= 1 and lead.disposition != "Duplicate"]
    return {
        "leads": len(own),
        "converted": sum(lead.closed_date is not None for lead in own),
        "expected": sum(_part(_like(lead, others, by_quality=True), "Retained for Firm") for lead in own),
        "returned": sum(lead.disposition == "Returned" for lead in own),
        "expected_returns": sum(_part(_like(lead, others, by_quality=False), "Returned") for lead in own),
        "duplicates": sum(lead.disposition == "Duplicate" for lead in own),
        "unproven": sum(not lead.trustedform_url and not lead.jornaya_lead_id for lead in own),
        "day_leads": sum(map(is_by_day, settled)),
        "day_unreached": sum(is_by_day(lead) and lead.furthest_stage < 2 for lead in settled),
        "night_leads": sum(not is_by_day(lead) for lead in settled),
        "night_unreached": sum(not is_by_day(lead) and lead.furthest_stage < 2 for lead in settled),
        "recent_leads": len(recent),
        "recent_quality": sum(lead.quality_score for lead in recent),
        "quality": sum(lead.quality_score for lead in own),
        "quality_squares": sum(lead.quality_score**2 for lead in own),
        "costed": sum(lead.acquisition_cost is not None for lead in own),
        "cost": float(sum(lead.acquisition_cost or 0 for lead in own)),
    }


def _like(lead: Lead, others: list[Lead], *, by_quality: bool) -> list[Lead]:
    of_age = [one for one in others if age_class(one) == age_class(lead)]
    of_quality = [one for one in of_age if one.quality_score == lead.quality_score]
    alike = [one for one in of_quality if is_by_day(one) == is_by_day(lead)]
    likenesses = [alike, of_quality, of_age, others] if by_quality else [of_age, others]
    return next(found for found in likenesses if len(found) >= 30)


def _part(leads: list[Lead], disposition: str) -> float:
    return sum(lead.disposition == disposition for lead in leads) / len(leads)


def test_every_number_is_that_of_the_leads(leads: list[Lead]) -> None:
    expected = counted(leads)
    found = {key: row._asdict() for key, row in campaign_outcomes(NOON).items()}
    assert list(found) == sorted(expected)
    for key, row in expected.items():
        assert found[key] == pytest.approx(row), key


def test_what_is_expected_is_what_others_do_and_where_they_are_few_what_leads_less_alike_do() -> None:
    others = [
        Cell("BBB", "", 5, 0, by_day=True, is_recent=False, leads=100, converted=10, returned=4),
        Cell("BBB", "", 5, 0, by_day=False, is_recent=False, leads=29, converted=29, returned=20),
        Cell("BBB", "", 9, 2, by_day=True, is_recent=False, leads=20, converted=20),
    ]

    def expected(**changed: Any) -> tuple[float, float]:
        own = Cell("AAA", "", 5, 0, by_day=True, is_recent=False, leads=1, converted=1)._replace(**changed)
        found = outcomes_of([own, *others])["AAA", ""]
        return round(found.expected, 4), round(found.expected_returns, 4)

    of_age = 24 / 129
    assert expected() == pytest.approx((0.1, of_age), abs=1e-4)
    assert expected(converted=0) == expected(leads=1, returned=1) == expected()
    assert expected(by_day=False) == pytest.approx((39 / 129, of_age), abs=1e-4)
    assert expected(quality=9) == pytest.approx((39 / 129, of_age), abs=1e-4)
    assert expected(age=2) == pytest.approx((59 / 149, 24 / 149), abs=1e-4)
    [alone] = outcomes_of([others[0]]).values()
    assert (alone.expected, alone.expected_returns) == (10, 4), "who is alone is as expected"


def test_without_leads_there_is_nothing() -> None:
    assert campaign_outcomes(NOON) == {}
    assert Outcomes.total([]) == Outcomes()
