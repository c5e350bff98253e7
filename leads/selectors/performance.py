"""How well an agent works leads, next to the team: the formula. docs/definitions.md explains it."""

import math
from dataclasses import dataclass
from statistics import NormalDist

PRIOR_CONVERSIONS = 3.0
"""As many conversions, as expected, are added to everybody's: with few leads luck counts for little."""
PRIOR_RESPONSES = 10
"""With as many first contacts, half of the difference to the team's response time counts."""
RESPONSE_WEIGHT = 0.2
"""Twice as fast as the team, or faster, is worth a fifth more conversions; half as fast, or slower, a fifth less."""
SHORTEST_RESPONSE = 1.0
"""Minutes: below, nobody is faster than anybody."""
CERTAINTY = 0.9
"""How likely the interval holds what the agent would do with very many such leads."""

_DEVIATIONS = NormalDist().inv_cdf(0.5 + CERTAINTY / 2)


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What an agent did with the leads of a period, and what the team would have done with them."""

    handled: int = 0
    converted: int = 0
    expected: float = 0.0  # conversions, at the team's rate for leads of this quality and age
    responses: int = 0  # leads contacted since they were assigned
    response_minutes: float | None = None  # median from assignment to first contact
    team_minutes: float | None = None  # the same, of all agents together

    @property
    def conversion_rate(self) -> float | None:
        """Per cent of the leads handled, one decimal."""
        return round(100 * self.converted / self.handled, 1) if self.handled else None

    @property
    def performance_score(self) -> float | None:
        """0 to 100: 50 is as the team, 67 twice as good, 33 half. None without leads."""
        if not self.handled:
            return None
        return _score(self._shape / self._rate * self._response_factor)

    @property
    def performance_interval(self) -> tuple[float, float] | None:
        """Where the score lies with CERTAINTY: wide while leads are few. None without leads."""
        if not self.handled:
            return None
        low, high = (
            _score(_gamma_quantile(self._shape, deviations) / self._rate * self._response_factor)
            for deviations in (-_DEVIATIONS, _DEVIATIONS)
        )
        return low, high

    @property
    def _shape(self) -> float:
        return self.converted + PRIOR_CONVERSIONS

    @property
    def _rate(self) -> float:
        return self.expected + PRIOR_CONVERSIONS

    @property
    def _response_factor(self) -> float:
        """1 is as fast as the team."""
        if self.response_minutes is None or self.team_minutes is None:
            return 1.0
        own, team = (
            max(minutes, SHORTEST_RESPONSE) for minutes in (self.response_minutes, self.team_minutes)
        )
        doublings = min(max(math.log2(team / own), -1.0), 1.0)
        certainty = self.responses / (self.responses + PRIOR_RESPONSES)
        return 1.0 + RESPONSE_WEIGHT * certainty * doublings


def _score(times_the_team: float) -> float:
    """From "so many times as good as the team" to 0..100, one decimal: no ceiling that the best run into."""
    return round(100 * times_the_team / (1 + times_the_team), 1)


def _gamma_quantile(shape: float, deviations: float) -> float:
    """Of a gamma distribution of rate 1, by Wilson and Hilferty: within 1 % for shapes of 3 and more."""
    spread = 1 / (9 * shape)
    return float(shape * (1 - spread + deviations * math.sqrt(spread)) ** 3)
