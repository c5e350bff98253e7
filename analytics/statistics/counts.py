"""Whether a count is more or less than was to be expected: exact tails, no approximation for small counts."""

import math
from dataclasses import dataclass

POISSON = 1 + 1e-9  # a dispersion no more than this is none


@dataclass(frozen=True, slots=True)
class Counted:
    """What was expected: a Poisson count, or a negative binomial one where it varies more than that.

    `dispersion` is variance by mean, 1 at least.
    """

    mean: float
    dispersion: float = 1.0

    def probability(self, k: int) -> float:
        """Of exactly `k`."""
        return math.exp(self._log_probability(k))

    def ratio(self, k: int) -> float:
        """How much likelier `k` + 1 is than `k`; the mean is more than nothing."""
        if self.dispersion <= POISSON:
            return self.mean / (k + 1)
        return (k + self.mean / (self.dispersion - 1)) / (k + 1) * (1 - 1 / self.dispersion)

    def _log_probability(self, k: int) -> float:
        if self.mean <= 0:
            return 0.0 if k == 0 else -math.inf
        if self.dispersion <= POISSON:
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
    if k < 0:
        return 0.0
    total = part = expected.probability(k)
    while part > total * 1e-12 and k + step >= 0:
        part *= expected.ratio(k) if step > 0 else 1 / expected.ratio(k - 1)
        total += part
        k += step
    return min(total, 1.0)
