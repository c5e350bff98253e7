"""Centre, spread and slope that a few wild values do not move."""

import math
from collections.abc import Sequence
from itertools import combinations
from statistics import median

from analytics.statistics.normal import normal_p

TO_DEVIATION = 1.4826  # of normal values the MAD is the standard deviation divided by this


def robust_scale(values: Sequence[float], *, centre: float | None = None) -> float:
    """Standard deviation by the median absolute deviation (Hampel, 1974); 0 without values."""
    if not values:
        return 0.0
    centre = median(values) if centre is None else centre
    return TO_DEVIATION * median(abs(value - centre) for value in values)


def robust_z(value: float, sample: Sequence[float], *, floor: float = 0.0) -> float:
    """How many deviations `value` lies from the median of `sample`; a deviation is at least `floor`.

    0 where sample or deviation is nothing.
    """
    if not sample:
        return 0.0
    scale = max(robust_scale(sample), floor)
    return (value - median(sample)) / scale if scale else 0.0


def theil_sen(values: Sequence[float]) -> tuple[float, float]:
    """Slope a step and value at step 0: medians over all pairs (Sen, 1968). Slope 0 of fewer than two values."""
    slopes = [(after - before) / (j - i) for (i, before), (j, after) in combinations(enumerate(values), 2)]
    slope = median(slopes) if slopes else 0.0
    return slope, median(value - slope * step for step, value in enumerate(values)) if values else 0.0


def mann_kendall(values: Sequence[float]) -> tuple[float, float]:
    """A trend in `values`: z and two-sided p, ties allowed for (Mann, 1945; Kendall, 1975).

    Takes the values for independent of each other; (0, 1) where they are all the same.
    """
    n = len(values)
    score = sum((after > before) - (after < before) for before, after in combinations(values, 2))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in (values.count(value) for value in set(values)))
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if variance <= 0:
        return 0.0, 1.0
    z = (score - math.copysign(1, score)) / math.sqrt(variance) if score else 0.0
    return z, normal_p(z)
