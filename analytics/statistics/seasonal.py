"""A trend in values that have a season: weekdays are compared with the same weekdays only."""

import math
from collections.abc import Sequence
from itertools import combinations

from analytics.statistics.normal import normal_p


def seasonal_kendall(values: Sequence[float], season: int = 7) -> tuple[float, float]:
    """A trend in `values`: z and two-sided p, by the sum of Kendall's scores over seasons.

    Hirsch, Slack and Smith (1982), ties allowed for; takes the values for independent of each other. (0, 1) where those of
    each season are all the same.
    """
    score = variance = 0.0
    for first in range(min(season, len(values))):
        own = values[first::season]
        score += sum((after > before) - (after < before) for before, after in combinations(own, 2))
        variance += _variance(own)
    if variance <= 0:
        return 0.0, 1.0
    z = (score - math.copysign(1, score)) / math.sqrt(variance) if score else 0.0
    return z, normal_p(z)


def _variance(values: Sequence[float]) -> float:
    """Of Kendall's score of one season, without a trend."""
    n = len(values)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in (values.count(value) for value in set(values)))
    return (n * (n - 1) * (2 * n + 5) - ties) / 18
