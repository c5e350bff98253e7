"""Whether a count is more or less than was to be expected: exact tails, no approximation for small counts."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """What was expected: a Poisson count, or a negative binomial one where it varies more than that.

    `dispersion` is variance by mean, 1 at least.
    """

    mean: float
    dispersion: float = 1.0

    @property
    def variance(self) -> float:
        return self.mean * max(self.dispersion, 1.0)

    def probability(self, k: int) -> float:
        """Of exactly `k`."""
        return math.exp(self._log_probability(k))

    def _log_probability(self, k: int) -> float:
        if self.mean <= 0:
            return 0.0 if k == 0 else -math.inf
        if self.dispersion <= 1 + 1e-9:
            return k * math.log(self.mean) - self.mean - math.lgamma(k + 1)
        size = self.mean / (self.dispersion - 1)
        return (
            math.lgamma(k + size)
            - math.lgamma(k + 1)
            - math.lgamma(size)
            - size * math.log(self.dispersion)
            + k * (math.log(self.dispersion - 1) - math.log(self.dispersion))
        )


def lower_tail(k: int, expected: Counted) -> float:
    """The chance of `k` or fewer."""
    if k > expected.mean:
        return 1.0 - _from(k + 1, expected, +1)
    return _from(k, expected, -1)


def upper_tail(k: int, expected: Counted) -> float:
    """The chance of `k` or more."""
    if k <= expected.mean:
        return 1.0 - _from(k - 1, expected, -1)
    return _from(k, expected, +1)


def count_p(k: int, expected: Counted) -> float:
    """Two-sided: twice the smaller tail."""
    return min(1.0, 2 * min(lower_tail(k, expected), upper_tail(k, expected)))


def _from(k: int, expected: Counted, step: int) -> float:
    """The probabilities from `k` outwards, away from the mean, until they no longer add anything."""
    total = 0.0
    while k >= 0:
        part = expected.probability(k)
        total += part
        if part <= total * 1e-12:
            break
        k += step
    return min(total, 1.0)
