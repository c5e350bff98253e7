"""How a lead ends. The odds follow its facts, its agency, and who calls it how soon."""

from dataclasses import dataclass
from datetime import date
from math import exp

from leads.choices import AtFault, Disposition, HasAttorney, Treatment
from leads.models import Lead
from leads.services.demo.agencies import Profile
from leads.services.demo.dice import Dice

D = Disposition
CONTRIBUTORY = {"AL", "DC", "MD", "NC", "VA"}  # any fault of one's own ends the case there

BASE = -3.5  # log-odds of a retainer for a reachable lead of score 5.5 in average hands
PER_POINT_OF_SCORE = 0.42
TREATMENT = {
    Treatment.NONE: -1.1, Treatment.UNKNOWN: -0.5, Treatment.DOCTOR: 0.0, Treatment.URGENT_CARE: 0.1,
    Treatment.EMERGENCY: 0.3, Treatment.HOSPITAL: 0.5, Treatment.SURGERY: 0.7, Treatment.ONGOING: 0.5,
}  # fmt: skip
WITHDRAWN = 0.03  # of signed retainers fall apart later


@dataclass(frozen=True, slots=True)
class Outcome:
    """The disposition a lead ends in, the last stage before it on the way forward, and why (see telling.REASONS)."""

    end: Disposition
    reached: Disposition
    cause: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Hands:
    """Who works a lead: skill in log-odds, and minutes until the first call."""

    skill: float
    minutes: float


def draw_outcome(
    lead: Lead, *, agency: Profile, hands: Hands, today: date, ripeness: float, random: Dice
) -> Outcome:
    """The end of a lead that came in `today`, as its scored facts make it likely.

    `ripeness`: of those that would sign in the end, which share of those that have ended so far had the time to.
    """
    ended = _out_of_reach(lead, agency, random) or _disqualified(lead, today, random)
    if ended:
        return ended
    if random.random() < retainer_odds(lead, agency, hands) * ripeness:
        return Outcome(D.RETAINED, D.RETAINED, withdrawn=random.random() < WITHDRAWN)
    return _lost(lead, random)


def retainer_odds(lead: Lead, agency: Profile, hands: Hands) -> float:
    """The probability, 0 to 1, that a reachable and qualified lead signs."""
    return 1 / (1 + exp(-_log_odds(lead, agency, hands)))


def _log_odds(lead: Lead, agency: Profile, hands: Hands) -> float:
    odds = BASE + agency.lift + hands.skill + PER_POINT_OF_SCORE * (lead.quality_score - 5.5)
    odds += TREATMENT[Treatment(lead.treatment)] + _speed(hands.minutes)
    if lead.has_attorney == HasAttorney.YES:
        odds -= 3.0
    if lead.at_fault != AtFault.NO:
        odds -= {AtFault.YES: 2.5, AtFault.PARTIAL: 0.7}.get(AtFault(lead.at_fault), 0.2)
    return odds + (0.35 if lead.commercial_vehicle else 0.0)


def _speed(minutes: float) -> float:
    """Called within five minutes, about three times as many sign as after half an hour (see MVA market figures)."""
    if minutes <= 5:
        return 0.65
    return 0.1 if minutes <= 30 else -0.4 if minutes <= 240 else -0.7


def _out_of_reach(lead: Lead, agency: Profile, random: Dice) -> Outcome | None:
    chance = agency.unreachable + (0.0 if lead.phone else 0.12)
    if random.random() >= chance:
        return None
    if random.random() < 0.24:
        return Outcome(D.RETURNED, D.ATTEMPTING, "contact")
    return Outcome(D.NOT_INTERESTED, D.ATTEMPTING, "unresponsive")


def _disqualified(lead: Lead, today: date, random: Dice) -> Outcome | None:
    """What the first call finds out, with how often it ends the lead there, and what it ends in."""
    left = lead.days_to_deadline(today)
    faulty = {AtFault.YES, AtFault.PARTIAL} if lead.accident_state in CONTRIBUTORY else {AtFault.YES}
    quiet = (D.NOT_QUALIFIED, D.NOT_QUALIFIED, D.REJECTED)
    findings = (
        (lead.has_attorney == HasAttorney.YES, 0.85, "represented", (D.RETURNED, D.NOT_QUALIFIED, *quiet)),
        (lead.has_attorney == HasAttorney.UNKNOWN, 0.12, "represented", quiet),
        (lead.at_fault in faulty, 0.8, "at fault", (D.NOT_QUALIFIED, D.RETURNED, *quiet)),
        (lead.at_fault == AtFault.UNKNOWN, 0.12, "at fault", quiet),
        (left is not None and left < 90, 0.9, "deadline", quiet),
        (lead.treatment == Treatment.NONE, 0.45, "untreated", (D.NOT_QUALIFIED,)),
        (lead.treatment == Treatment.UNKNOWN, 0.2, "untreated", (D.NOT_QUALIFIED,)),
        (True, 0.015, "venue", (D.RETURNED, D.NOT_QUALIFIED)),
    )
    for applies, chance, cause, ends in findings:
        if applies and random.random() < chance:
            return Outcome(random.choice(ends), D.CONTACTED, cause)
    return None


def _lost(lead: Lead, random: Dice) -> Outcome:
    """A good lead that did not sign; the stronger it was, the further it came."""
    stages = (D.ATTEMPTING, D.CONTACTED, D.QUALIFIED, D.IN_PROGRESS, D.DOCS_SENT, D.AWAITING_PROOF)
    strength = lead.quality_score / 10
    odds = (0.15, 1.2 - strength, 0.8, strength, 0.8 * strength, 0.35 * strength)
    reached = random.choices(stages, odds)[0]
    if reached == D.ATTEMPTING:
        return Outcome(D.NOT_INTERESTED, reached, "unresponsive")
    if reached in (D.IN_PROGRESS, D.AWAITING_PROOF) and random.random() < 0.3:
        return Outcome(D.REJECTED, reached, "refused")
    if reached == D.CONTACTED and random.random() < 0.55:
        return Outcome(D.NOT_QUALIFIED, reached, "weak")
    return Outcome(D.NOT_INTERESTED, reached, "declined")
