"""Centre, spread and slope that a few wild values do not move."""

from collections.abc import Sequence
from itertools import combinations
from statistics import median

TO_DEVIATION = 1.4826  # of normal values the MAD is the standard deviation divided by this


def robust_scale(values: Sequence[float], *, centre: float | None = None) -> float:
    """Standard deviation by the median absolute deviation (Hampel, 1974); 0 without values."""
    if not values:
        return 0.0
    centre = median(values) if centre is None else centre
    return TO_DEVIATION * median(abs(value - centre) for value in values)


def theil_sen(values: Sequence[float]) -> tuple[float, float]:
    """Slope a step and value at step 0: medians over all pairs (Sen, 1968). Slope 0 of fewer than two values."""
    slopes = [(after - before) / (j - i) for (i, before), (j, after) in combinations(enumerate(values), 2)]
    slope = median(slopes) if slopes else 0.0
    return slope, median(value - slope * step for step, value in enumerate(values)) if values else 0.0
