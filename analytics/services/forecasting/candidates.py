"""The ways to forecast that compete with each other. Each sees what was known at an origin and nothing later."""

from dataclasses import dataclass

import augurs
import numpy as np

from analytics.choices import Series
from analytics.services.forecasting.cohorts import Array, Cohorts

WEEK = 7
AVERAGED = 4 * WEEK
HIGHEST = 3.0
"""No day is forecast above so many times the highest one seen."""
OUTLIER = 5.0
"""A day with so many times the leads of the usual one (a backlog imported) is no sign of more to come."""
USUAL_DAYS = 8 * WEEK

NAIVE, SEASONAL_NAIVE = "naive", "seasonal_naive"


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A series as it was known at an origin; `value_per_lead` of revenue only.

    `steady` is without outliers: of revenue, that of a day whose leads were cut is cut by as much. So are `leads`.
    """

    values: Array
    steady: Array
    leads: Array
    value_per_lead: float | None = None


def seen_at(cohorts: Cohorts, series: Series, origin: int) -> Seen:
    leads = cohorts.leads[:origin]
    steady = without_outliers(leads)
    if series == Series.LEADS:
        return Seen(leads, steady, steady)
    matured = cohorts.matured(origin)
    kept = np.divide(steady, leads, out=np.ones(origin), where=leads > 0)
    return Seen(matured, matured * kept, steady, cohorts.value_per_lead(origin))


def candidates(seen: Seen, days: int) -> dict[str, Array]:
    """Each candidate's next `days` days by name, the simplest first. Never negative, always finite."""
    found = {
        NAIVE: np.full(days, seen.values[-1]),
        SEASONAL_NAIVE: np.resize(seen.values[-WEEK:], days),
        "weekly_mean": weekly_mean(seen.steady, days),
        "mstl_ets": mstl_ets(seen.steady, days),
    }
    found["combination"] = (found["weekly_mean"] + found["mstl_ets"]) / 2
    if seen.value_per_lead is not None:
        leads = (weekly_mean(seen.leads, days) + mstl_ets(seen.leads, days)) / 2
        found["leads_by_value"] = leads * seen.value_per_lead
    return {name: np.maximum(path, 0.0) for name, path in found.items()}


def weekly_mean(values: Array, days: int) -> Array:
    """Each weekday as on the mean of its last four."""
    return np.resize(values[-AVERAGED:].reshape(-1, WEEK).mean(axis=0), days)


def mstl_ets(values: Array, days: int) -> Array:
    """Weekly season by STL, and the rest by the exponential smoothing that AICc prefers; by augurs.

    Where it finds no model, the weekly mean stands in.
    """
    model = augurs.MSTL.ets([WEEK])
    try:
        model.fit(np.ascontiguousarray(values))
        path = model.predict(days, None).point()
    except Exception:  # noqa: BLE001 - augurs raises no narrower one
        return weekly_mean(values, days)
    if not np.isfinite(path).all():
        return weekly_mean(values, days)
    return np.clip(path, 0.0, HIGHEST * values.max())


def without_outliers(leads: Array) -> Array:
    """The series with each outlier cut to what makes one, judged by the eight weeks before it alone."""
    steady = leads.copy()
    for day in range(AVERAGED, len(leads)):
        before = leads[max(0, day - USUAL_DAYS) : day]
        busy = before[before > 0]
        if len(busy) >= WEEK:
            steady[day] = min(leads[day], OUTLIER * float(np.median(busy)))
    return steady
