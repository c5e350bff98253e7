"""A forecast as a document: what is to come, how sure that is, and why it was made this way. See docs/forecast.md."""

from datetime import timedelta
from math import ceil
from typing import Any

import numpy as np

from analytics.choices import HORIZONS, Series
from analytics.services.forecasting.backtest import (
    ENOUGH,
    JUDGED,
    LONGEST,
    TRAINED,
    Backtest,
    backtest,
    scale_of,
)
from analytics.services.forecasting.candidates import NAIVE, WEEK, Seen, candidates, seen_at
from analytics.services.forecasting.cohorts import Array, Cohorts
from analytics.services.forecasting.intervals import (
    LEVEL,
    Coverage,
    around,
    band,
    band_coverage,
    coverage,
    coverage_in_time,
    spreads,
)

VERSION = 1
"""Of the rules here; a stored forecast says by which it was made."""
RECENT = 30
AGES = (0, 7, 14, 21, 28, 42, 60, 90)
"""The ages in days at which a document says how much of its final worth a day has."""
BASIS = {
    Series.LEADS: "Leads by the business day they come in on.",
    Series.REVENUE: "Matured revenue by the business day its leads come in on: what they will be worth once those of"
    " them have signed that will. Days of the last weeks show less so far: see the `recent` days, known and matured.",
}

Document = dict[str, Any]


def forecast_document(cohorts: Cohorts, series: Series) -> Document:
    """The 90 days after the last of `cohorts`. Dollars, or leads; errors and coverage in per cent."""
    trials, seen = backtest(cohorts, series), seen_at(cohorts, series, cohorts.days)
    made = _chosen(cohorts, seen, trials) if trials.is_enough else _fallback(cohorts, seen, trials.ripe)
    return {
        "series": series.value,
        "basis": BASIS[series],
        "level": round(100 * LEVEL),
        "history": {
            "from": cohorts.start.isoformat(),
            "to": cohorts.day(cohorts.days - 1).isoformat(),
            "days": cohorts.days,
            "leads": int(cohorts.leads.sum()),
        },
        **made,
        "recent": _recent(cohorts, series),
        "maturity": _maturity(cohorts) if series == Series.REVENUE else None,
    }


def _chosen(cohorts: Cohorts, seen: Seen, trials: Backtest) -> Document:
    method = trials.best()
    level = float(seen.values.mean())
    path = candidates(seen, LONGEST)[method].round(2)
    lower, upper = around(path, band(trials.trials, method), level)
    horizons = {}
    for days, spread in spreads(trials, method).items():
        point = _sum(path, days)
        width = spread * scale_of(point, level * days)
        horizons[str(days)] = _horizon(point, point - width, point + width)
    return {
        "method": method,
        "reason": "",
        "horizons": horizons,
        "path": _path(cohorts, path, lower, upper),
        "backtest": _backtest(cohorts, trials, method),
    }


def _fallback(cohorts: Cohorts, seen: Seen, ripe: int) -> Document:
    """Yesterday again and again, between the least and the highest day seen; of less than a week anything to twice it."""
    is_a_week = len(seen.values) >= WEEK
    path = np.full(LONGEST, seen.values[-1]).round(2)
    lower = np.full(LONGEST, seen.values.min() if is_a_week else 0.0).round(2)
    upper = np.full(LONGEST, seen.values.max() * (1 if is_a_week else 2)).round(2)
    between = "the least and the highest seen" if is_a_week else "nothing and twice the highest seen"
    needed = TRAINED + WEEK * (ceil((JUDGED[-1] + ripe) / WEEK) + ENOUGH - 1)
    return {
        "method": NAIVE,
        "reason": f"Too little history: {cohorts.days} days since the first lead, and choosing a method by backtest takes"
        f" {needed}. Until then each day is forecast as the last one, between {between}.",
        "horizons": {
            str(days): _horizon(_sum(path, days), _sum(lower, days), _sum(upper, days)) for days in HORIZONS
        },
        "path": _path(cohorts, path, lower, upper),
        "backtest": None,
    }


def _horizon(point: float, lower: float, upper: float) -> Document:
    return {"point": point, "lower": round(max(0.0, lower), 2), "upper": round(upper, 2)}


def _path(cohorts: Cohorts, path: Array, lower: Array, upper: Array) -> list[Document]:
    first = cohorts.day(cohorts.days)
    return [
        {
            "date": (first + timedelta(days=ahead)).isoformat(),
            "value": _rounded(path[ahead]),
            "lower": _rounded(lower[ahead]),
            "upper": _rounded(upper[ahead]),
        }
        for ahead in range(LONGEST)
    ]


def _backtest(cohorts: Cohorts, trials: Backtest, chosen: str) -> Document:
    return {
        "trials": len(trials.trials),
        "from": cohorts.day(trials.trials[0].origin).isoformat(),
        "to": cohorts.day(trials.trials[-1].origin).isoformat(),
        "knownAfterDays": trials.ripe,
        "error": _rounded(trials.errors(chosen, JUDGED[-1]).wape, 1),
        "candidates": [
            {
                "method": method,
                "chosen": method == chosen,
                "horizons": {str(days): _errors(trials, method, days) for days in HORIZONS},
            }
            for method in trials.methods
        ],
        "coverage": {
            "day": _coverage(band_coverage(trials, chosen)),
            **{
                str(days): _coverage(coverage(trials, chosen, days))
                | {"inTime": _coverage(coverage_in_time(trials, chosen, days))}
                for days in HORIZONS
            },
        },
    }


def _errors(trials: Backtest, method: str, days: int) -> Document:
    found = trials.errors(method, days)
    return {"wape": _rounded(found.wape, 1), "mase": _rounded(found.mase), "trials": found.trials}


def _coverage(found: Coverage) -> Document:
    return {"percent": found.percent, "tested": found.tested}


def _recent(cohorts: Cohorts, series: Series) -> Document:
    """The last 30 days to compare with: as they stand, and as they will once they are ripe."""
    days = min(RECENT, cohorts.days)
    if series == Series.LEADS:
        known = matured = cohorts.leads
    else:
        known, matured = cohorts.known(cohorts.days), cohorts.matured(cohorts.days)
    return {
        "from": cohorts.day(cohorts.days - days).isoformat(),
        "days": days,
        "known": _rounded(known[-days:].sum()),
        "matured": _rounded(matured[-days:].sum()),
    }


def _maturity(cohorts: Cohorts) -> Document:
    pattern = cohorts.pattern(cohorts.days)
    return {
        "valuePerLead": _rounded(cohorts.value_per_lead(cohorts.days)),
        "pattern": [{"age": age, "percent": _rounded(100 * pattern[age], 1)} for age in AGES],
    }


def _sum(path: Array, days: int) -> float:
    return round(float(path[:days].sum()), 2)


def _rounded(number: float | None, digits: int = 2) -> float | None:
    return None if number is None else round(float(number), digits)
