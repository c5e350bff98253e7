"""The last day to file, from the law of the accident's state. Informational, not legal advice.

Sources: the statutes named in each row of the law table; limits run from the day of the crash, as the
personal injury statutes of the table do; months and years as calendar ones (29 February plus a year is
28 February). What would lengthen the time (minority, criminal charges, later payments) is said and not
counted, and of two limits the earlier counts: a date that is too early costs a call, one too late a case.
"""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from dateutil.relativedelta import relativedelta

from leads.models.law import ClaimType, StateLaw
from leads.services.law import LawTable

INFORMATIONAL = "Informational, not legal advice; a lawyer confirms the date."
FEDERAL = "If the vehicle was federal: an administrative claim within 2 years."
ADULT_AT = 18
CONFIDENCE = {"H": "high", "M": "medium", "L": "low"}


class AccidentFacts(Protocol):
    """What a deadline depends on; a lead has all of it."""

    accident_date: Any
    accident_state: Any
    state: Any
    government_vehicle: Any
    date_of_birth: Any


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day to file and the row it comes from; without a date `explanation` says why."""

    date: datetime.date | None
    law: StateLaw | None
    explanation: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The deadline as decisions keep it."""
        law = self.law
        return {
            "date": self.date.isoformat() if self.date else None,
            "state": law.state if law else None,
            "claimType": law.claim_type if law else None,
            "lawId": law.pk if law else None,
            "effectiveFrom": law.effective_from.isoformat() if law else None,
            "statute": law.statute if law else None,
            "confidence": CONFIDENCE.get(law.confidence) if law else None,
            "note": law.note if law else "",
            "explanation": list(self.explanation),
            "informational": INFORMATIONAL,
        }


def filing_deadline(facts: AccidentFacts, *, law: LawTable) -> Deadline:
    """The deadline of a case and why; for a government's vehicle the earlier of notice and suit."""
    state, crash = law_state(facts), facts.accident_date
    if not crash:
        return Deadline(None, None, ("The date of the accident is not known.",))
    if not state:
        return Deadline(None, None, ("Neither the state of the accident nor the person's is known.",))
    suit = law.injury(state, crash)
    if suit is None:
        return Deadline(None, None, (f"The law table has no row for {state} on {crash}.",))
    notice = law.notice(state, crash) if facts.government_vehicle else None
    day, row = _earlier(suit, notice, crash)
    if day is None:
        return Deadline(None, row, (f"No date can be computed from {crash}.",))
    return Deadline(day, row, (*_reasons(suit, notice, row, facts), *_cautions(row, facts)))


def last_day(facts: AccidentFacts, *, law: LawTable) -> datetime.date | None:
    """The date of `filing_deadline` alone, for bulk work."""
    state, crash = law_state(facts), facts.accident_date
    suit = law.injury(state, crash) if crash else None
    if suit is None:
        return None
    return _earlier(suit, law.notice(state, crash) if facts.government_vehicle else None, crash)[0]


def law_state(facts: AccidentFacts) -> str:
    """Whose law counts: the accident's state, else the person's own."""
    return str(facts.accident_state or facts.state or "")


def last_day_of(row: StateLaw, crash: datetime.date) -> datetime.date | None:
    """The crash plus the row's limit; None past the end of the calendar."""
    return _after(crash, row.limit_years, row.limit_months, row.limit_days)


@lru_cache(maxsize=20_000)
def _after(crash: datetime.date, years: int, months: int, days: int) -> datetime.date | None:
    try:
        return crash + relativedelta(years=years, months=months, days=days)
    except (ValueError, OverflowError):
        return None


def _earlier(
    suit: StateLaw, notice: StateLaw | None, crash: datetime.date
) -> tuple[datetime.date | None, StateLaw]:
    suit_day = last_day_of(suit, crash)
    notice_day = last_day_of(notice, crash) if notice else None
    if notice and notice_day and (suit_day is None or notice_day < suit_day):
        return notice_day, notice
    return suit_day, suit


def _reasons(suit: StateLaw, notice: StateLaw | None, first: StateLaw, facts: AccidentFacts) -> list[str]:
    reasons = []
    if not facts.accident_state:
        reasons.append(f"The accident's state is not given; the person's own, {facts.state}, stands for it.")
    reasons.append(f"Suit: {limit_of(suit)} from the crash on {facts.accident_date} ({suit.statute}).")
    if facts.government_vehicle:
        if notice is None:
            reasons.append(
                f"No time for a notice to a government is on file for {suit.state}; it may be short."
            )
        else:
            reasons.append(f"Notice to the government: {limit_of(notice)} from the crash ({notice.statute}).")
            reasons.append("The notice comes first." if first is notice else "The suit comes first.")
        reasons.append(FEDERAL)
    return reasons


def limit_of(row: StateLaw) -> str:
    """The row's limit in words: `2 years`, `6 months`, `182 days`."""
    parts = ((row.limit_years, "year"), (row.limit_months, "month"), (row.limit_days, "day"))
    return " and ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in parts if count)


def _years_between(born: datetime.date, day: datetime.date) -> int:
    """Whole years of age on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _cautions(row: StateLaw, facts: AccidentFacts) -> tuple[str, ...]:
    cautions = [row.note] if row.note else []
    born = facts.date_of_birth
    if born and born <= facts.accident_date:
        age = _years_between(born, facts.accident_date)
        if age < ADULT_AT:
            cautions.append(
                f"The person was {age} at the time: for minors the time to sue usually stands still until "
                f"{ADULT_AT}. That is not counted here; a notice to a government often is not delayed."
            )
    if row.confidence != "H":
        cautions.append(f"Confidence in this row is {CONFIDENCE.get(row.confidence, 'unknown')}.")
    if row.claim_type == ClaimType.GOVERNMENT_NOTICE:
        cautions.append(
            "A late notice usually ends the claim against the government, whatever the time to sue."
        )
    return (*cautions, INFORMATIONAL)
