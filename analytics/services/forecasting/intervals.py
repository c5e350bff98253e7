"""Between what the truth should lie four times in five: from the errors of a method's backtest."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from analytics.choices import HORIZONS
from analytics.services.forecasting.backtest import JUDGED, Backtest, Trial, Window, scale_of
from analytics.services.forecasting.cohorts import Array

LEVEL = 0.8
"""The probability that an interval is to hold."""
FEWEST = 4
"""Windows to calibrate an interval with; of a horizon with fewer the next shorter one's is stretched."""
CALIBRATING = 8
"""Windows to make an interval of, where intervals themselves are tested."""
WHOLE_PATH = JUDGED[-1]


class Coverage(NamedTuple):
    """How many outcomes lay inside intervals that had not seen them."""

    inside: int
    tested: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.inside / self.tested, 1) if self.tested else None


class Band(NamedTuple):
    """How far below and above a day lies, in roots of what is forecast for it."""

    below: float
    above: float


def spreads(trials: Backtest, method: str) -> dict[int, float]:
    """Half the width of each horizon's interval, in parts of its forecast."""
    found: dict[int, float] = {}
    shorter = (HORIZONS[0], 1.0)
    for horizon in HORIZONS:
        windows = trials.windows(method, horizon)
        if len(windows) >= FEWEST:
            found[horizon] = spread(windows, horizon)
        else:
            found[horizon] = shorter[1] * sqrt(horizon / shorter[0])
        shorter = (horizon, found[horizon])
    return found


def spread(windows: list[Window], horizon: int) -> float:
    """Half the width, in parts of the forecast: Student's t times the root mean square of the errors.

    Windows a week apart overlap where the horizon is longer: as many count as lie side by side.
    """
    independent = (windows[-1].origin - windows[0].origin) / horizon + 1
    squares = [window.error**2 for window in windows]
    return student(LEVEL, independent) * sqrt(np.mean(squares))


def student(level: float, freedom: float) -> float:
    """The two-sided quantile of Student's t, by Cornish and Fisher's expansion about the normal distribution."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def coverage(trials: Backtest, method: str, horizon: int) -> Coverage:
    """Each trial against the interval that those trials make whose days are none of its own."""
    windows = trials.windows(method, horizon)
    return _coverage(
        [(one, [other for other in windows if abs(other.origin - one.origin) >= horizon]) for one in windows],
        horizon,
    )


def coverage_in_time(trials: Backtest, method: str, horizon: int) -> Coverage:
    """Each trial against the interval of the trials whose outcome was known by then: fewer, and the year's first."""
    windows, passed = trials.windows(method, horizon), horizon + trials.ripe
    return _coverage(
        [(one, [other for other in windows if other.origin + passed <= one.origin]) for one in windows],
        horizon,
    )


def _coverage(tests: list[tuple[Window, list[Window]]], horizon: int) -> Coverage:
    held = [
        abs(window.error) <= spread(calibrating, horizon)
        for window, calibrating in tests
        if len(calibrating) >= CALIBRATING
    ]
    return Coverage(sum(held), len(held))


def band(trials: list[Trial], method: str) -> Band:
    """The 10 % and 90 % quantiles of single days' errors, over the trials of 30 days."""
    errors = _daily_errors(trials, method)
    below, above = np.quantile(errors, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Band(below=max(0.0, -float(below)), above=max(0.0, float(above)))


def band_coverage(trials: Backtest, method: str) -> Coverage:
    """The same test of single days: 30 of each trial, against the band of trials that share none of them."""
    inside = tested = 0
    whole = [trial for trial in trials.trials if len(trial.actual) >= WHOLE_PATH]
    for trial in whole:
        others = [other for other in whole if abs(other.origin - trial.origin) >= WHOLE_PATH]
        if len(others) >= CALIBRATING:
            found, errors = band(others, method), _daily_errors([trial], method)
            tested += len(errors)
            inside += int(((errors >= -found.below) & (errors <= found.above)).sum())
    return Coverage(inside, tested)


def around(path: Array, found: Band, level: float) -> tuple[Array, Array]:
    """The lower and upper path; counts and sums of few vary with their root."""
    roots = _roots(path, level)
    return np.maximum(path - found.below * roots, 0.0), path + found.above * roots


def _daily_errors(trials: list[Trial], method: str) -> Array:
    return np.concatenate(
        [
            (trial.actual[:WHOLE_PATH] - trial.paths[method][:WHOLE_PATH])
            / _roots(trial.paths[method][:WHOLE_PATH], trial.level)
            for trial in trials
            if len(trial.actual) >= WHOLE_PATH
        ]
    )


def _roots(path: Array, level: float) -> Array:
    return np.sqrt([scale_of(float(day), level) for day in path])
