"""How a day's leads ripen: what they were known to be worth at any later day, and what they will come to.

A lead is worth its price until it signs, weeks later, and a retainer from then on. The share of its final worth that
a day has at each age is estimated by chain ladder, and what is missing of a young day by Bornhuetter and Ferguson
with the value per lead of Cape Cod, as insurers do with claims that are not reported yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from analytics.selectors.cohorts import Cell

Array = npt.NDArray[np.float64]

OLDEST = 180
"""Days after which a lead is taken to have its final worth."""
RIPE = 0.95
"""The share of its final worth at which a day's figure is taken for its outcome."""
HALF_LIFE = 56
"""Days: what a lead came to be worth counts half as much when it is so much older."""


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """The leads of each day from `start` on, and what they were worth (dollars) at each age of 0 to `OLDEST` days.

    `sums` adds up what the days until each one were worth. An origin is a number of days since `start`: what was
    known as that day began. Days before it are its history.
    """

    start: date
    leads: Array
    worth: Array
    sums: Array

    @property
    def days(self) -> int:
        return len(self.leads)

    def day(self, origin: int) -> date:
        return self.start + timedelta(days=origin)

    def known(self, origin: int) -> Array:
        """What each day's leads were worth by then."""
        known: Array = self.worth[np.arange(origin), self._ages(origin)]
        return known

    def pattern(self, origin: int) -> Array:
        """The share of the final worth that a day has at each age, as far as known by then: chain ladder."""
        factors = np.ones(OLDEST)
        ages = np.arange(min(OLDEST, origin - 1))
        last = origin - 2 - ages  # the latest day whose next age is known
        before, after = self.sums[last, ages], self.sums[last, ages + 1]
        np.divide(after, before, out=factors[: len(ages)], where=before > 0)
        to_the_end = np.append(factors[::-1].cumprod()[::-1], 1.0)
        shares: Array = np.divide(1.0, to_the_end, out=np.ones(OLDEST + 1), where=to_the_end > 0)
        return shares.clip(0.0, 1.0)

    def value_per_lead(self, origin: int) -> float:
        """What a lead will come to be worth, recent ones counting most: Cape Cod."""
        ages = self._ages(origin)
        weights = 0.5 ** (np.arange(origin)[::-1] / HALF_LIFE)
        ripe_leads = weights @ (self.leads[:origin] * self.pattern(origin)[ages])
        return float(weights @ self.known(origin) / ripe_leads) if ripe_leads else 0.0

    def matured(self, origin: int) -> Array:
        """What each day's leads will come to be worth, estimated by then: Bornhuetter and Ferguson."""
        missing = 1.0 - self.pattern(origin)[self._ages(origin)]
        return self.known(origin) + missing * self.leads[:origin] * self.value_per_lead(origin)

    def ripe_age(self) -> int:
        """The age from which a day's figure is taken for its outcome."""
        return int(np.argmax(self.pattern(self.days) >= RIPE))

    def _ages(self, origin: int) -> npt.NDArray[np.int_]:
        return np.minimum(np.arange(origin)[::-1], OLDEST)


def cohorts_of(cells: Iterable[Cell], *, end: date) -> Cohorts | None:
    """The days from the first one with leads until `end`, none left out; None where there are no leads."""
    cells = list(cells)
    if not cells:
        return None
    start = min(cell.day for cell in cells)
    leads = np.zeros((end - start).days + 1)
    gained = np.zeros((len(leads), OLDEST + 1))
    for cell in cells:
        day = (cell.day - start).days
        leads[day] += cell.leads
        if cell.age is None:
            gained[day, 0] += cell.worth
        else:
            gained[day, 0] += cell.quoted
            gained[day, min(max(cell.age, 0), OLDEST)] += cell.worth - cell.quoted
    worth = gained.cumsum(axis=1)
    return Cohorts(start, leads, worth, worth.cumsum(axis=0))
