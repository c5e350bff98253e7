"""A trend in values that have a season: weekdays are compared with the same weekdays only."""

import math
from collections.abc import Sequence
from itertools import combinations
from statistics import median
from typing import NamedTuple

from analytics.statistics.normal import normal_p


class SeasonalTrend(NamedTuple):
    """Slope a season (of 7: a week), and the test that there is none."""

    slope: float
    z: float
    p: float


def seasonal_kendall(values: Sequence[float], season: int = 7) -> SeasonalTrend:
    """Slope by the median over all pairs of the same season, test by the sum of Kendall's scores over seasons.

    Hirsch, Slack and Smith (1982), ties allowed for; takes the values for independent of each other. Without a pair, or
    where all values are the same, no slope and p of 1.
    """
    slopes: list[float] = []
    score = variance = 0.0
    for first in range(min(season, len(values))):
        own = values[first::season]
        steps = [(after - before, j - i) for (i, before), (j, after) in combinations(enumerate(own), 2)]
        slopes += [rise / run for rise, run in steps]
        score += sum((rise > 0) - (rise < 0) for rise, _ in steps)
        variance += _variance(own)
    if variance <= 0:
        return SeasonalTrend(0.0, 0.0, 1.0)
    z = (score - math.copysign(1, score)) / math.sqrt(variance) if score else 0.0
    return SeasonalTrend(median(slopes), z, normal_p(z))


def _variance(values: Sequence[float]) -> float:
    """Of Kendall's score of one season, without a trend."""
    n = len(values)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in (values.count(value) for value in set(values)))
    return (n * (n - 1) * (2 * n + 5) - ties) / 18
