"""The score of a lead, 1 to 10, and why. Rules and weights are explained in docs/scoring.md."""

import datetime
import math
from dataclasses import dataclass
from typing import Any

from leads.models.lead import Lead
from leads.models.scorecard import Scorecard
from leads.services.deadlines import last_day, law_state
from leads.services.law import LawTable
from leads.services.score_factors import RULES, Case, Factor
from leads.services.scorecards import new_scorecard

__all__ = ["Factor", "Score", "new_scorecard", "score_lead"]

LOWEST, HIGHEST = 1, 10


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is `base` plus the factors' effects, rounded half up and kept within 1 and 10."""

    value: int
    base: float
    factors: tuple[Factor, ...]
    version: int

    def document(self) -> dict[str, Any]:
        """The score as decisions keep it."""
        return {
            "value": self.value,
            "base": self.base,
            "factors": [factor._asdict() for factor in self.factors],
            "version": self.version,
        }


def score_lead(lead: Lead, *, law: LawTable, scorecard: Scorecard, today: datetime.date) -> Score:
    """Score the facts of a lead, saved or not. Reads nothing; what is unknown has no effect."""
    crash = lead.accident_date
    age = (today - crash).days if crash and crash <= today else None
    case = Case(
        lead=lead,
        weights=scorecard.weights,
        law=law.injury(law_state(lead), crash or today),
        age=age,
        deadline=None if age is None else last_day(lead, law=law),
        today=today,
    )
    factors = tuple(factor for rule in RULES for factor in rule(case) if factor.effect)
    base = float(scorecard.weights["base"])
    total = round(base + sum(factor.effect for factor in factors), 6)
    value = min(max(math.floor(total + 0.5), LOWEST), HIGHEST)
    return Score(value=value, base=base, factors=factors, version=scorecard.version)
