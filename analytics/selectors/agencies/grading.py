"""An agency's grade: the formula. docs/agency-grades.md explains it.

Judged is what an agency answers for: whom it sends, how many of them we have to send back, and how many it sends. How
soon our own agents call is not; leads of the night are compared with leads of the night.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

from analytics.models.grade import Grade
from analytics.selectors.agencies.assessing import Assessed
from analytics.selectors.agencies.outcomes import RECENT, WINDOW
from analytics.selectors.agencies.volume import MONTH, SHOWN_DAYS, Trend
from analytics.statistics import normal_quantile

VERSION = 1
FEWEST_LEADS = 30
PRIOR = 3.0
"""As many events, as expected, are added to both sides: with few leads luck counts for little."""
CERTAINTY = 0.9
"""How likely the interval holds the score that very many such leads would bring."""
BEST_RATIO = 2.0
"""Twice the goal is as good as any more of it."""
WEIGHTS = {"conversion": 45, "returns": 25, "volume": 20, "trend": 10}
LOWEST_SCORE = ((65.0, Grade.A), (55.0, Grade.B), (45.0, Grade.C), (35.0, Grade.D), (0.0, Grade.F))
WIDTHS = ((10.0, "high"), (20.0, "medium"), (100.0, "low"))
"""Certainty by the width of the interval; a letter is 10 points wide."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score, 0 to 100, with the interval that holds it with CERTAINTY."""

    name: str
    weight: int
    score: float
    low: float
    high: float
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A grade, or why there is none."""

    grade: str | None
    score: float | None
    low: float | None
    high: float | None
    reason: str
    parts: tuple[Part, ...]

    @property
    def range(self) -> str | None:
        """The letters that the interval holds, best first: `B-D`, or one."""
        if self.low is None or self.high is None:
            return None
        best, worst = letter(self.high), letter(self.low)
        return best if best == worst else f"{best}-{worst}"

    @property
    def certainty(self) -> str | None:
        """high, medium or low."""
        if self.low is None or self.high is None:
            return None
        width = self.high - self.low
        return next(name for widest, name in WIDTHS if width <= widest)

    def document(self) -> dict[str, Any]:
        """As it is stored; JSON."""
        return {
            "grade": self.grade,
            "score": self.score,
            "low": self.low,
            "high": self.high,
            "gradeRange": self.range,
            "certainty": self.certainty,
            "reason": self.reason,
            "parts": [asdict(part) for part in self.parts],
            "rules": {
                "windowDays": WINDOW,
                "fewestLeads": FEWEST_LEADS,
                "prior": PRIOR,
                "intervalLevel": CERTAINTY,
                "lowestScores": {grade.value: score for score, grade in LOWEST_SCORE},
            },
        }


def letter(score: float) -> str:
    """The grade of a score."""
    return next(grade.value for lowest, grade in LOWEST_SCORE if score >= lowest)


def judge(agency: Assessed) -> Judgement:
    """The weighted mean of the parts that apply."""
    leads = agency.total.leads
    if leads < FEWEST_LEADS:
        return Judgement(
            None, None, None, None, f"{leads} leads in {WINDOW} days; a grade needs {FEWEST_LEADS}.", ()
        )
    parts = _parts(agency)
    weights = sum(part.weight for part in parts)
    score = sum(part.weight * part.score for part in parts) / weights
    below = math.hypot(*(part.weight * (part.score - part.low) for part in parts)) / weights
    above = math.hypot(*(part.weight * (part.high - part.score) for part in parts)) / weights
    score, low, high = (round(min(max(at, 0.0), 100.0), 1) for at in (score, score - below, score + above))
    return Judgement(letter(score), score, low, high, "", parts)


def _parts(agency: Assessed) -> tuple[Part, ...]:
    total = agency.total
    parts = [
        _compared("conversion", total.converted, total.expected, is_good=True),
        _compared("returns", total.returned, total.expected_returns, is_good=False),
    ]
    if agency.is_sending:
        if agency.goal and agency.volume.sending_days >= RECENT:
            parts.append(_volume(agency))
        parts.append(_trend(agency.volume.trend()))
    return tuple(parts)


def _compared(name: str, count: int, expected: float, *, is_good: bool) -> Part:
    """So many against as many as were to be expected: a gamma posterior of their ratio, of mean and rate PRIOR."""
    shape, rate = count + PRIOR, expected + PRIOR
    spread = normal_quantile(CERTAINTY)
    ratios = [shape / rate, *(_gamma_quantile(shape, at) / rate for at in (-spread, spread))]
    score, *ends = (score_of(ratio if is_good else 1 / ratio) for ratio in ratios)
    figures = {"count": count, "expected": round(expected, 1), "ratio": round(ratios[0], 2)}
    return Part(name, WEIGHTS[name], score, min(ends), max(ends), figures)


def _volume(agency: Assessed) -> Part:
    """What was sent is known, not estimated: an interval without width."""
    expected = agency.goal * SHOWN_DAYS / MONTH
    ratio = min(agency.volume.last_month / expected, BEST_RATIO)
    figures = {
        "count": agency.volume.last_month,
        "expected": round(expected, 1),
        "ratio": round(ratio, 2),
        "days": SHOWN_DAYS,
    }
    score = score_of(ratio)
    return Part("volume", WEIGHTS["volume"], score, score, score, figures)


def _trend(trend: Trend) -> Part:
    score = score_of(trend.factor)
    figures = {
        "direction": trend.direction,
        "slope": round(trend.slope, 2),
        "p": trend.p,
        "ratio": round(trend.factor, 2),
        "days": trend.days,
    }
    return Part("trend", WEIGHTS["trend"], score, score, score, figures)


def score_of(ratio: float) -> float:
    """From "so many times as good as expected" to 0..100: 50 is as expected, 80 twice, 20 half as good."""
    return 100 * ratio**2 / (1 + ratio**2)


def _gamma_quantile(shape: float, deviations: float) -> float:
    """Of a gamma distribution of rate 1, by Wilson and Hilferty (1931): within 1 % for shapes of 3 and more."""
    spread = 1 / (9 * shape)
    return float(shape * (1 - spread + deviations * math.sqrt(spread)) ** 3)
