"""The last day to file, and why."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.choices import US_STATES
from leads.models import Lead
from leads.services.deadlines import Deadline, filing_deadline, last_day
from leads.services.law import LawTable

LAW = LawTable.from_file()
CRASH = date(2026, 3, 15)


def deadline_of(**facts: Any) -> Deadline:
    return filing_deadline(Lead(**{"accident_state": "IL", "accident_date": CRASH, **facts}), law=LAW)


def told(deadline: Deadline) -> str:
    return " ".join(deadline.explanation)


@pytest.mark.parametrize(
    ("state", "crash", "last"),
    [
        ("IL", CRASH, date(2028, 3, 15)),
        ("TN", CRASH, date(2027, 3, 15)),
        ("ME", CRASH, date(2032, 3, 15)),
        ("FL", date(2023, 3, 23), date(2027, 3, 23)),
        ("FL", date(2023, 3, 24), date(2025, 3, 24)),
        ("LA", date(2024, 6, 30), date(2025, 6, 30)),
        ("IL", date(2024, 2, 29), date(2026, 2, 28)),
        ("NE", date(2024, 2, 29), date(2028, 2, 29)),
    ],
)
def test_the_limit_runs_from_the_crash(state: str, crash: date, last: date) -> None:
    assert deadline_of(accident_state=state, accident_date=crash).date == last


def test_the_state_of_the_accident_counts_and_else_the_persons() -> None:
    assert deadline_of(accident_state="TN", state="ME").date == date(2027, 3, 15)

    fallback = deadline_of(accident_state="", state="TN")
    assert fallback.date == date(2027, 3, 15)
    assert "the person's own, TN, stands for it" in told(fallback)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"accident_date": None}, "date of the accident is not known"),
        ({"accident_state": ""}, "Neither the state"),
        ({"accident_state": "PR"}, "no row for PR"),
        ({"accident_date": date(9999, 1, 1)}, "No date can be computed"),
    ],
)
def test_without_the_facts_there_is_a_reason_instead(facts: dict[str, Any], reason: str) -> None:
    deadline = deadline_of(**facts)

    assert deadline.date is None
    assert reason in told(deadline)
    assert deadline.document()["date"] is None


@pytest.mark.parametrize(
    ("state", "last"),
    [
        ("NY", date(2026, 6, 13)),
        ("AZ", date(2026, 9, 11)),
        ("CO", date(2026, 9, 13)),
        ("CA", date(2026, 9, 15)),
        ("TX", date(2026, 9, 15)),
        ("AL", date(2026, 9, 15)),
        ("GA", date(2026, 9, 15)),
    ],
)
def test_for_a_governments_vehicle_the_notice_comes_first(state: str, last: date) -> None:
    deadline = deadline_of(accident_state=state, government_vehicle=True)

    assert deadline.date == last
    assert "The notice comes first." in deadline.explanation
    assert "2 years" in told(deadline)  # a federal vehicle
    assert deadline.document()["claimType"] == "government_notice"


def test_a_government_without_a_row_of_its_own_is_pointed_out() -> None:
    deadline = deadline_of(government_vehicle=True)

    assert deadline.date == date(2028, 3, 15)
    assert "No time for a notice to a government is on file for IL" in told(deadline)


def test_a_minor_is_pointed_out_and_gets_no_longer_time() -> None:
    minor = deadline_of(date_of_birth=date(2010, 3, 16))

    assert minor.date == date(2028, 3, 15)
    assert "was 15 at the time" in told(minor)
    assert "minors" not in told(deadline_of(date_of_birth=date(2008, 3, 15)))


def test_the_note_and_the_doubts_of_the_row_are_told() -> None:
    deadline = deadline_of(accident_state="TN")

    assert "misdemeanor traffic citation" in told(deadline)
    assert "Confidence in this row is medium." in deadline.explanation
    assert deadline.explanation[-1].startswith("Informational, not legal advice")


def test_the_record_names_the_rule() -> None:
    record = deadline_of(accident_state="CA").document()

    assert record["date"] == "2028-03-15"
    assert (record["state"], record["statute"], record["confidence"]) == ("CA", "CCP 335.1", "high")
    assert record["effectiveFrom"] == "1900-01-01"
    assert "not legal advice" in record["informational"]


@given(
    state=st.sampled_from(US_STATES),
    crash=st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    government=st.sampled_from([None, False, True]),
)
def test_a_deadline_is_after_the_crash_and_the_short_way_agrees(
    state: str, crash: date, government: bool | None
) -> None:
    lead = Lead(accident_state=state, accident_date=crash, government_vehicle=government)
    deadline = filing_deadline(lead, law=LAW)

    assert deadline.date is not None
    assert deadline.date > crash
    assert deadline.date == last_day(lead, law=LAW)
