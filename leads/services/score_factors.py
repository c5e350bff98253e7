"""The factors of the score: each rule looks at one side of a case and says what it found.

Worth and worthlessness follow what buyers of motor vehicle leads accept and return; see docs/scoring.md.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from leads.choices import MedicalBills, Treatment
from leads.models.law import FaultRule, StateLaw
from leads.models.lead import Lead
from leads.services.score_words import cited, says_no_injury, says_uninsured

NEAR_DAYS = 90
PROMPT_TREATMENT_DAYS = 3
LATE_TREATMENT_DAYS = 30
STALE_DAYS = 365
PIP_DAYS = {"FL": 14}
AGES = ((2, "prime"), (14, "fresh"), (90, "recent"), (365, ""), (730, "old"))
ASSUMED_FAULT = {"no": 0, "partial": 25, "yes": 75}
PURE = FaultRule.PURE.value
BARRED_FROM: dict[str, int] = {
    FaultRule.CONTRIBUTORY.value: 1,
    FaultRule.SLIGHT_GROSS.value: 21,
    FaultRule.BAR_50.value: 50,
    FaultRule.BAR_51.value: 51,
    PURE: 100,
}
FAULT_RULES = dict(FaultRule.choices)
TREATMENTS = {value: f"Treatment: {label.lower()}." for value, label in Treatment.choices}
BILLS = {value: f"Medical bills: {label}." for value, label in MedicalBills.choices}
UNTREATED = frozenset({"none"})
NOT_TREATED_OR_UNKNOWN = frozenset({"none", "unknown", ""})


class Factor(NamedTuple):
    """One reason: what it is about, what it adds or takes, and a sentence for people."""

    name: str
    effect: float
    detail: str


@dataclass(slots=True)
class Case:
    """A lead with what follows from the calendar and the law. `age` is the days since the crash."""

    lead: Lead
    weights: dict[str, Any]
    law: StateLaw | None
    age: int | None
    deadline: datetime.date | None
    today: datetime.date


def representation(case: Case) -> Iterator[Factor]:
    has = case.lead.has_attorney
    if has in REPRESENTED:
        yield Factor("representation", case.weights["representation"][has], REPRESENTED[has])


REPRESENTED = {
    "no": "Not represented by a lawyer.",
    "fired": "Had a lawyer and let them go.",
    "yes": "Represented by a lawyer already.",
}


def fault(case: Case) -> Iterator[Factor]:
    """The claimant's own share, under the rule of the state."""
    stated = case.lead.fault_percent
    share = ASSUMED_FAULT.get(case.lead.at_fault) if stated is None else stated
    if share is None:
        return
    weights = case.weights["fault"]
    said = f"{share} %" if stated is not None else f"about {share} % (assumed from '{case.lead.at_fault}')"
    if share == 0:
        yield Factor("fault", weights["clear"], "Not at fault.")
    elif share >= 100 or (case.law is not None and is_barred(case.law.fault_rule, share)):
        rule = FAULT_RULES[case.law.fault_rule or PURE] if case.law else "all of the fault"
        yield Factor("fault", weights["barred"], f"At fault {said}: barred ({rule}).")
    elif share > 50:
        yield Factor("fault", weights["mainly"], f"At fault {said}: most of the claim is lost.")
    else:
        yield Factor(
            "fault", round(weights["partial"] * share / 50, 2), f"At fault {said}: reduces the claim."
        )


def is_barred(rule: str, share: int) -> bool:
    """Whether a claimant with this share of the fault gets nothing."""
    return share >= BARRED_FROM[rule or PURE]


def injury(case: Case) -> Iterator[Factor]:
    if not case.lead.injury_type:
        return
    if says_no_injury(case.lead.injury_type):
        yield Factor("injury", case.weights["injury"]["none"], "No injury: property damage only.")
    else:
        yield Factor("injury", case.weights["injury"]["named"], "The injury is named.")


def treatment(case: Case) -> Iterator[Factor]:
    lead = case.lead
    effect = case.weights["treatment"].get(lead.treatment)
    if effect is not None:
        yield Factor("treatment", effect, TREATMENTS[lead.treatment])
    if lead.medical_bills_range:
        bills = case.weights["medical_bills"][lead.medical_bills_range]
        yield Factor("medical_bills", bills, BILLS[lead.medical_bills_range])


def first_treatment(case: Case) -> Iterator[Factor]:
    """How soon care began: a gap is the defence's best argument."""
    lead, weights = case.lead, case.weights["first_treatment"]
    crash, first = lead.accident_date, lead.treatment_date
    if case.age is None or crash is None:
        return
    if lead.treatment in UNTREATED:
        gap = case.age
        if gap > STALE_DAYS:
            yield Factor("first_treatment", weights["stale"], f"No treatment in {gap} days.")
    elif first is None or not crash <= first <= case.today:
        return
    else:
        gap = (first - crash).days
        if gap <= PROMPT_TREATMENT_DAYS and lead.treatment not in NOT_TREATED_OR_UNKNOWN:
            yield Factor("first_treatment", weights["prompt"], f"Treated {gap} days after the crash.")
        elif gap > LATE_TREATMENT_DAYS:
            yield Factor("first_treatment", weights["late"], f"First treated {gap} days after the crash.")
    allowed = PIP_DAYS.get(case.law.state) if case.law else None
    if allowed is not None and gap > allowed:
        yield Factor("pip", weights["pip_lost"], f"No treatment in {allowed} days: PIP is lost.")


def accident_age(case: Case) -> Iterator[Factor]:
    if case.age is not None:
        band = next((name for most, name in AGES if case.age <= most), "stale")
        if band:
            yield Factor(
                "accident_age",
                case.weights["accident_age"][band],
                f"{case.age} day{'' if case.age == 1 else 's'} since the crash.",
            )


def deadline(case: Case) -> Iterator[Factor]:
    if case.deadline is None:
        return
    left = (case.deadline - case.today).days
    if left < 0:
        yield Factor(
            "deadline", case.weights["deadline"]["past"], f"The time to file ended on {case.deadline}."
        )
    elif left < NEAR_DAYS:
        yield Factor("deadline", case.weights["deadline"]["near"], f"Only {left} days left to file.")


def coverage(case: Case) -> Iterator[Factor]:
    lead, weights = case.lead, case.weights["coverage"]
    if lead.commercial_vehicle:
        yield Factor("commercial_vehicle", weights["commercial"], "A commercial vehicle is involved.")
    if lead.role_in_accident == "rideshare":
        yield Factor("rideshare", weights["rideshare"], "Rideshare: covered by the platform's policy.")
    if lead.insurance_other:
        if says_uninsured(lead.insurance_other):
            yield Factor("insurance_other", weights["uninsured"], "The other party has no insurance.")
        else:
            yield Factor("insurance_other", weights["insured"], "The other party's insurance is known.")
    if case.law is not None and case.law.bars_uninsured and says_uninsured(lead.insurance_claimant):
        detail = f"No insurance of their own, in {case.law.state}: no pay, no play."
        yield Factor("insurance_claimant", weights["no_pay_no_play"], detail)


def evidence(case: Case) -> Iterator[Factor]:
    lead, weights = case.lead, case.weights["evidence"]
    if lead.police_report == "yes" or lead.police_report_number:
        yield Factor("police_report", weights["report"], "There is a police report.")
        if lead.police_report_number:
            yield Factor("police_report_number", weights["report_number"], "The report's number is known.")
    elif lead.police_report == "no":
        yield Factor("police_report", weights["no_report"], "No police report.")
    who = cited(lead.citation_issued_to)
    if who == "other":
        yield Factor("citation", weights["other_cited"], "The other driver was cited.")
    elif who == "claimant":
        yield Factor("citation", weights["claimant_cited"], "The claimant was cited.")


def completeness(case: Case) -> Iterator[Factor]:
    """How much of what a buyer asks for is there."""
    lead = case.lead
    values: tuple[object, ...] = (
        lead.accident_date, lead.accident_state, lead.accident_city, lead.role_in_accident, lead.at_fault,
        lead.police_report, lead.injury_type, lead.treatment, lead.insurance_other, lead.insurance_claimant,
        lead.has_attorney, lead.prior_settlement, lead.government_vehicle, lead.language,
        lead.trustedform_url or lead.jornaya_lead_id,
    )  # fmt: skip
    known = len(values) - values.count("unknown") - values.count("") - values.count(None)
    effect = round(case.weights["completeness"]["full"] * known / len(values), 2)
    yield Factor("completeness", effect, f"{known} of {len(values)} important facts are known.")


def consent(case: Case) -> Iterator[Factor]:
    if case.lead.consent_given is False:
        yield Factor("consent", case.weights["consent"]["refused"], "No consent to be called.")
    elif case.lead.trustedform_url or case.lead.jornaya_lead_id:
        yield Factor("consent", case.weights["consent"]["certificate"], "Consent with a certificate.")


def settlement(case: Case) -> Iterator[Factor]:
    if case.lead.prior_settlement:
        yield Factor("prior_settlement", case.weights["settlement"]["prior"], "Settled or released before.")


RULES: tuple[Callable[[Case], Iterator[Factor]], ...] = (
    representation, fault, injury, treatment, first_treatment, accident_age, deadline,
    coverage, evidence, completeness, consent, settlement,
)  # fmt: skip
