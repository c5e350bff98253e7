"""What each candidate would have said in the past, and what came: a rolling backtest."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.choices import HORIZONS, Series
from analytics.services.forecasting.candidates import WEEK, candidates, seen_at
from analytics.services.forecasting.cohorts import Array, Cohorts

LONGEST = HORIZONS[-1]
JUDGED = (7, 30)
"""The horizons whose errors decide which candidate is chosen."""
TRAINED = 56
"""Days that a candidate must have seen."""
ENOUGH = 4
"""Trials of 30 days, without which there is no choosing."""
MOST = 52
"""Trials, a week apart."""
LEAST_SCALE = 0.1
"""Of the usual level: what an error is measured by where next to nothing was forecast."""


class Trial(NamedTuple):
    """One origin: what each candidate said, what came as far as that is known, and the yardsticks of that day."""

    origin: int
    paths: dict[str, Array]
    actual: Array
    level: float
    yardstick: float


class Window(NamedTuple):
    """The sum over a horizon in one trial."""

    origin: int
    forecast: float
    actual: float
    scale: float

    @property
    def error(self) -> float:
        """How far off, in parts of what was forecast."""
        return (self.actual - self.forecast) / self.scale


class Errors(NamedTuple):
    """WAPE of the sums (per cent) and MASE of the days, over a number of trials."""

    wape: float | None
    mase: float | None
    trials: int


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """The trials of one series, oldest first. `ripe` days pass until an outcome is known."""

    trials: list[Trial]
    ripe: int

    @property
    def is_enough(self) -> bool:
        return sum(len(trial.actual) >= JUDGED[-1] for trial in self.trials) >= ENOUGH

    @property
    def methods(self) -> list[str]:
        return list(self.trials[0].paths)

    def best(self) -> str:
        """The candidate with the least WAPE, of 7 and 30 days added up; the simplest of equals."""
        return min(
            self.methods,
            key=lambda method: round(sum(self.errors(method, days).wape or 0.0 for days in JUDGED), 1),
        )

    def errors(self, method: str, horizon: int) -> Errors:
        windows = self.windows(method, horizon)
        total = sum(window.actual for window in windows)
        missed = sum(abs(window.actual - window.forecast) for window in windows)
        scaled = [
            np.abs(trial.actual[:horizon] - trial.paths[method][:horizon]).mean() / trial.yardstick
            for trial in self._with(horizon)
            if trial.yardstick
        ]
        return Errors(
            wape=100 * missed / total if total else None,
            mase=float(np.mean(scaled)) if scaled else None,
            trials=len(windows),
        )

    def windows(self, method: str, horizon: int) -> list[Window]:
        return [
            Window(
                origin=trial.origin,
                forecast=float(trial.paths[method][:horizon].sum()),
                actual=float(trial.actual[:horizon].sum()),
                scale=scale_of(float(trial.paths[method][:horizon].sum()), trial.level * horizon),
            )
            for trial in self._with(horizon)
        ]

    def _with(self, horizon: int) -> list[Trial]:
        return [trial for trial in self.trials if len(trial.actual) >= horizon]


def backtest(cohorts: Cohorts, series: Series) -> Backtest:
    """Up to a year of trials, weekly, on the weekday of the day after the last; the latest whose week is known.

    What came of revenue is today's matured estimate of days that are ripe: the little they lack is estimated too.
    """
    ripe = cohorts.ripe_age() if series == Series.REVENUE else 0
    outcomes = cohorts.matured(cohorts.days) if series == Series.REVENUE else cohorts.leads
    known = outcomes[: max(0, cohorts.days - ripe)]
    latest = len(known) - WEEK - -ripe % WEEK
    earliest = max(TRAINED, latest - WEEK * (MOST - 1))
    origins = range(latest, earliest - 1, -WEEK)
    return Backtest([_trial(cohorts, series, known, origin) for origin in reversed(origins)], ripe)


def scale_of(forecast: float, usual: float) -> float:
    """What errors are measured by: the forecast, or a tenth of the usual level where that is more."""
    return max(forecast, LEAST_SCALE * usual) or 1.0


def _trial(cohorts: Cohorts, series: Series, known: Array, origin: int) -> Trial:
    seen = seen_at(cohorts, series, origin)
    return Trial(
        origin=origin,
        paths=candidates(seen, LONGEST),
        actual=known[origin : origin + LONGEST],
        level=float(seen.values.mean()),
        yardstick=float(np.abs(seen.values[WEEK:] - seen.values[:-WEEK]).mean()),
    )
