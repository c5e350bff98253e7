"""What a day or a week was to be expected to bring, from the twelve weeks before it.

Counts are looked at as 2·sqrt(x + 3/8), on which scale a Poisson count varies by 1 whatever its size (Anscombe,
1948). The level of the next week is Theil and Sen's line through the weeks, a weekday's part of it the median of that
weekday's values brought to that level. How much more than Poisson the series varies is the square of the robust
deviation (MAD) of days from their weekday and of weeks from their line. All of it withstands a few wild days.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analytics.statistics import Counted, robust_scale, theil_sen

LEAST_WEEKS = 8
WEEK = 7
LARGEST_GROWTH = 3.0  # a level further than this from a week's own is not believed
OF_A_MEDIAN = math.pi / 2  # variance of a median by that of a mean


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was expected, and how much it may vary: `counted` for exact tails, on the series' own unit."""

    mean: float
    dispersion: float
    weekdays: tuple[float, ...]
    """Of the week to come, from its first day."""

    @property
    def counted(self) -> Counted:
        return Counted(self.mean, self.dispersion)

    def z(self, value: float) -> float:
        """How many robust deviations `value` lies from what was expected."""
        return (root(value) - root(self.mean)) / math.sqrt(self.dispersion)


def root(value: float) -> float:
    return 2 * math.sqrt(max(value, 0.0) + 3 / 8)


def unroot(value: float) -> float:
    return max(value * value / 4 - 3 / 8, 0.0) if value > 0 else 0.0


def known_part(history: Sequence[float]) -> Sequence[float]:
    """The whole weeks since the series began; empty where there are too few to judge by."""
    began = next((place for place, value in enumerate(history) if value), len(history))
    weeks = (len(history) - began) // WEEK
    return history[len(history) - WEEK * weeks :] if weeks >= LEAST_WEEKS else ()


def expect_week(history: Sequence[float]) -> Expectation | None:
    """Of the seven days after `history` (days, oldest first); None with too little history."""
    return _expect(history, is_day=False)


def expect_day(history: Sequence[float]) -> Expectation | None:
    """Of the one day after `history`."""
    return _expect(history, is_day=True)


def _expect(history: Sequence[float], *, is_day: bool) -> Expectation | None:
    history = known_part(history)
    if not history:
        return None
    weeks = [sum(history[start : start + WEEK]) for start in range(0, len(history), WEEK)]
    roots = [root(week) for week in weeks]
    slope, start = theil_sen(roots)
    ahead = len(weeks) - (0.43 if is_day else 0)  # a day lies three days nearer than the middle of its week
    target = max(start + slope * ahead, root(0))
    level = unroot(target)
    levelled = [
        value * _growth(level, unroot(start + slope * (place // WEEK))) for place, value in enumerate(history)
    ]
    weekdays = _weekdays(levelled, level)
    of_weeks = (
        robust_scale([r - start - slope * i for i, r in enumerate(roots)], centre=0) ** 2
        * len(weeks)
        / (len(weeks) - 2)
    )
    of_days = _scale_of_days(levelled, weekdays) ** 2
    dispersion = max(1.0, of_weeks, of_days)
    n = len(weeks)
    of_line = OF_A_MEDIAN / n + ((n + 1) / 2) ** 2 * 12 / (n * (n * n - 1))
    if not is_day:
        return Expectation(level, dispersion * (1 + of_line), weekdays)
    part = weekdays[0] / level if level else 0
    uncertain = of_line * part + OF_A_MEDIAN / n * (1 - part)
    return Expectation(weekdays[0], max(1.0, of_days) * (1 + uncertain), weekdays)


def _growth(level: float, own: float) -> float:
    if own <= 0 or level <= 0:
        return 1.0
    return min(max(level / own, 1 / LARGEST_GROWTH), LARGEST_GROWTH)


def _weekdays(levelled: Sequence[float], level: float) -> tuple[float, ...]:
    """What each day of the week to come is to bring; they add up to the level."""
    middles = [median(levelled[day::WEEK]) for day in range(WEEK)]
    whole = sum(middles)
    return tuple(level * middle / whole if whole else level / WEEK for middle in middles)


def _scale_of_days(levelled: Sequence[float], weekdays: Sequence[float]) -> float:
    residuals = [root(value) - root(weekdays[place % WEEK]) for place, value in enumerate(levelled)]
    return robust_scale(residuals, centre=0) * math.sqrt(len(levelled) / (len(levelled) - WEEK - 2))
