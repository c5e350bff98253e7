"""The normal distribution."""

import math
from statistics import NormalDist

STANDARD = NormalDist()


def normal_p(z: float) -> float:
    """Two-sided p of a standard normal statistic."""
    return math.erfc(abs(z) / math.sqrt(2))


def normal_quantile(level: float) -> float:
    """How many standard deviations either side of the mean hold `level` (0 to 1): 1.96 for 0.95."""
    return STANDARD.inv_cdf(0.5 + level / 2)
