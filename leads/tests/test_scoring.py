"""The score: its anchors and its properties."""

import math
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.choices import (
    US_STATES,
    AtFault,
    HasAttorney,
    MedicalBills,
    RoleInAccident,
    Treatment,
    YesNoUnknown,
)
from leads.models import Lead, Scorecard
from leads.services.law import LawTable
from leads.services.scorecards import first_weights
from leads.services.scoring import Score, score_lead

LAW = LawTable.from_file()
CARD = Scorecard(version=1, weights=first_weights())
TODAY = date(2026, 11, 21)
SEEN = ("doctor", "urgent_care", "emergency", "hospital", "surgery")
GOOD: dict[str, Any] = {
    "accident_state": "IL",
    "accident_date": TODAY - timedelta(days=2),
    "at_fault": "no",
    "has_attorney": "no",
    "treatment": "emergency",
}
PERFECT: dict[str, Any] = {
    **GOOD,
    "accident_city": "Chicago",
    "role_in_accident": "rideshare",
    "treatment": "surgery",
    "treatment_date": TODAY - timedelta(days=2),
    "medical_bills_range": "over_100k",
    "injury_type": "Spine",
    "commercial_vehicle": True,
    "insurance_other": "Acme Mutual",
    "insurance_claimant": "Acme Mutual",
    "police_report": "yes",
    "police_report_number": "HZ-1",
    "citation_issued_to": "other driver",
    "trustedform_url": "https://cert.example/1",
    "language": "English",
    "prior_settlement": False,
    "government_vehicle": False,
}


def score(today: date = TODAY, card: Scorecard = CARD, **facts: Any) -> Score:
    return score_lead(Lead(**facts), law=LAW, scorecard=card, today=today)


def effects(made: Score) -> dict[str, float]:
    return {factor.name: factor.effect for factor in made.factors}


facts_of_a_lead = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["", "PR", *US_STATES]),
        "accident_state": st.sampled_from(["", *US_STATES]),
        "accident_date": st.none() | st.dates(TODAY - timedelta(days=3000), TODAY),
        "at_fault": st.sampled_from(AtFault.values),
        "fault_percent": st.none() | st.integers(0, 100),
        "has_attorney": st.sampled_from(HasAttorney.values),
        "treatment": st.sampled_from(Treatment.values),
        "treatment_date": st.none() | st.dates(TODAY - timedelta(days=3000), TODAY),
        "medical_bills_range": st.sampled_from(["", *MedicalBills.values]),
        "injury_type": st.sampled_from(["", "Whiplash", "None", "property damage only"]),
        "insurance_claimant": st.sampled_from(["", "none", "Acme Mutual"]),
        "insurance_other": st.sampled_from(["", "Uninsured", "Acme Mutual"]),
        "commercial_vehicle": st.sampled_from([None, True, False]),
        "government_vehicle": st.sampled_from([None, True, False]),
        "prior_settlement": st.sampled_from([None, True, False]),
        "consent_given": st.sampled_from([None, True, False]),
        "trustedform_url": st.sampled_from(["", "https://cert.example/1"]),
        "role_in_accident": st.sampled_from(["", *RoleInAccident.values]),
        "police_report": st.sampled_from(YesNoUnknown.values),
        "police_report_number": st.sampled_from(["", "HZ-1"]),
        "citation_issued_to": st.sampled_from(["", "other driver", "me", "none"]),
    }
)


def test_a_lead_of_which_nothing_is_known_scores_5() -> None:
    made = score()

    assert made.value == 5
    assert made.factors == ()


def test_a_fresh_clear_untaken_case_scores_9_or_more() -> None:
    assert score(**GOOD).value >= 9
    assert score(**PERFECT).value == 10


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"has_attorney": "yes"}, "representation"),
        ({"accident_state": "TN", "accident_date": TODAY - timedelta(days=366)}, "deadline"),
        ({"accident_state": "VA", "at_fault": "partial"}, "fault"),
    ],
)
def test_what_ends_a_case_leaves_little_even_of_the_best(change: dict[str, Any], factor: str) -> None:
    made = score(**{**PERFECT, **change})

    assert made.value <= (3 if factor == "fault" else 2)
    assert effects(made)[factor] <= -12


@pytest.mark.parametrize(
    ("state", "facts", "barred"),
    [
        ("AL", {"fault_percent": 1}, True),
        ("NC", {"at_fault": "partial"}, True),
        ("CO", {"fault_percent": 50}, True),
        ("CO", {"fault_percent": 49}, False),
        ("IL", {"fault_percent": 50}, False),
        ("IL", {"fault_percent": 51}, True),
        ("IL", {"at_fault": "yes"}, True),
        ("IL", {"at_fault": "partial"}, False),
        ("CA", {"fault_percent": 99}, False),
        ("CA", {"fault_percent": 100}, True),
        ("SD", {"fault_percent": 20}, False),
        ("SD", {"at_fault": "partial"}, True),
        ("", {"fault_percent": 90}, False),
        ("IL", {"at_fault": "yes", "fault_percent": 10}, False),  # the number is the better statement
    ],
)
def test_fault_counts_by_the_rule_of_the_state(state: str, facts: dict[str, Any], barred: bool) -> None:
    effect = effects(score(accident_state=state, **facts))["fault"]

    assert (effect == CARD.weights["fault"]["barred"]) is barred
    assert effect < 0


@pytest.mark.parametrize(("left", "factor"), [(-1, "past"), (0, "near"), (89, "near"), (90, None)])
def test_the_time_to_file_counts(left: int, factor: str | None) -> None:
    today = date(2028, 3, 15) - timedelta(days=left)
    made = effects(score(today, accident_state="IL", accident_date=date(2026, 3, 15)))

    assert made.get("deadline") == (CARD.weights["deadline"][factor] if factor else None)


@pytest.mark.parametrize(
    ("facts", "factor", "weight"),
    [
        ({"treatment": "doctor", "days": 3}, "first_treatment", "prompt"),
        ({"treatment": "doctor", "days": 20}, "first_treatment", None),
        ({"treatment": "doctor", "days": 31}, "first_treatment", "late"),
        ({"treatment": "none"}, "first_treatment", None),
        ({"treatment": "none", "age": 366}, "first_treatment", "stale"),
        ({"treatment": "none", "state": "FL"}, "pip", "pip_lost"),
        ({"treatment": "doctor", "days": 15, "state": "FL"}, "pip", "pip_lost"),
        ({"treatment": "doctor", "days": 14, "state": "FL"}, "pip", None),
        ({"treatment": "none", "state": "FL", "age": 14}, "pip", None),
        ({"treatment": "doctor", "days": -5}, "first_treatment", None),
    ],
)
def test_a_gap_before_treatment_counts(facts: dict[str, Any], factor: str, weight: str | None) -> None:
    crash = TODAY - timedelta(days=facts.get("age", 100))
    seen = crash + timedelta(days=facts["days"]) if "days" in facts else None
    made = effects(
        score(
            accident_state=facts.get("state", "IL"),
            accident_date=crash,
            treatment=facts["treatment"],
            treatment_date=seen,
        )
    )

    assert made.get(factor) == (CARD.weights["first_treatment"][weight] if weight else None)


def test_no_pay_no_play_counts_where_it_is_law() -> None:
    assert "insurance_claimant" in effects(score(accident_state="CA", insurance_claimant="None"))
    assert "insurance_claimant" not in effects(score(accident_state="IL", insurance_claimant="None"))


def test_a_crash_in_the_future_is_no_fact() -> None:
    assert effects(score(accident_state="IL", accident_date=TODAY + timedelta(days=3))).keys() == {
        "completeness"
    }


@given(facts=facts_of_a_lead)
def test_the_value_is_the_base_and_its_effects(facts: dict[str, Any]) -> None:
    made = score(**facts)
    total = round(made.base + sum(factor.effect for factor in made.factors), 6)

    assert made.value == min(max(math.floor(total + 0.5), 1), 10)
    assert made.document()["factors"] == [
        {"name": factor.name, "effect": factor.effect, "detail": factor.detail} for factor in made.factors
    ]
    assert len(effects(made)) == len(made.factors)  # no factor counts twice
    assert all(factor.detail for factor in made.factors)


@given(facts=facts_of_a_lead)
def test_a_lawyer_never_helps(facts: dict[str, Any]) -> None:
    represented = score(**{**facts, "has_attorney": "yes"}).value

    assert represented <= 2
    assert represented <= score(**facts).value


@given(facts=facts_of_a_lead, first=st.sampled_from(SEEN), second=st.sampled_from(SEEN))
def test_more_treatment_never_hurts(facts: dict[str, Any], first: str, second: str) -> None:
    less, more = sorted((first, second), key=SEEN.index)
    none = score(**{**facts, "treatment": "none"}).value

    assert none <= score(**{**facts, "treatment": less}).value <= score(**{**facts, "treatment": more}).value


@given(facts=facts_of_a_lead, shares=st.tuples(st.integers(0, 100), st.integers(0, 100)))
def test_more_fault_never_helps(facts: dict[str, Any], shares: tuple[int, int]) -> None:
    less, more = sorted(shares)

    assert score(**{**facts, "fault_percent": more}).value <= score(**{**facts, "fault_percent": less}).value


@given(facts=facts_of_a_lead, days=st.integers(1, 2000))
def test_waiting_never_helps(facts: dict[str, Any], days: int) -> None:
    assert score(TODAY + timedelta(days=days), **facts).value <= score(**facts).value


@given(facts=facts_of_a_lead)
@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"commercial_vehicle": True}, {"commercial_vehicle": False}),
        ({"prior_settlement": False}, {"prior_settlement": True}),
        ({"police_report": "yes"}, {"police_report": "no"}),
        ({"citation_issued_to": "other driver"}, {"citation_issued_to": "me"}),
        ({"insurance_other": "Acme Mutual"}, {"insurance_other": "none"}),
        ({"consent_given": True}, {"consent_given": False}),
        ({"medical_bills_range": "over_100k"}, {"medical_bills_range": "under_10k"}),
    ],
)
def test_the_better_fact_never_scores_less(
    facts: dict[str, Any], better: dict[str, Any], worse: dict[str, Any]
) -> None:
    assert score(**{**facts, **better}).value >= score(**{**facts, **worse}).value
