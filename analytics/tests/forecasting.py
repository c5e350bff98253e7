"""Years of leads for the tests of forecasts: drawn, not stored."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from analytics.selectors.cohorts import Cell
from analytics.services.forecasting.cohorts import Cohorts, cohorts_of

END = date(2026, 11, 20)
PRICE = 40.0
WEEK = (1.2, 1.15, 1.1, 1.05, 1.0, 0.8, 0.7)


def plain(leads: Sequence[float], *, price: float = PRICE) -> Cohorts:
    """So many leads on each day until END, none of which ever converts."""
    start = END - timedelta(days=len(leads) - 1)
    cells = [
        Cell(start + timedelta(days=day), None, int(number), number * price, 0.0)
        for day, number in enumerate(leads)
    ]
    found = cohorts_of(cells, end=END)
    assert found is not None
    return found


def cells_of_year(seed: int, *, a_day: float = 55.0, days: int = 364) -> list[Cell]:
    """A year as the demo's: weekdays, growth, noise of days, one lead in thirteen signed after days or weeks."""
    random = np.random.default_rng(seed)
    cells: list[Cell] = []
    for day in range(days):
        created = END - timedelta(days=days - 1 - day)
        expected = (
            a_day * WEEK[created.weekday()] * np.exp(0.15 * (day / days - 0.5)) * random.lognormal(0, 0.12)
        )
        leads = int(random.poisson(expected))
        ages = Counter(random.gamma(3.2, 2.7, random.binomial(leads, 0.075)).astype(int).tolist())
        signed = {
            age: number for age, number in ages.items() if day + age < days
        }  # as far as is known by now
        waiting = leads - sum(signed.values())
        cells.append(Cell(created, None, waiting, waiting * PRICE, waiting * PRICE))
        for age, number in signed.items():
            worth = float(random.uniform(2_000, 3_600, number).sum())
            cells.append(Cell(created, age, number, worth, number * PRICE))
    return cells


def year(seed: int, *, a_day: float = 55.0, days: int = 364) -> Cohorts:
    """The same, as cohorts."""
    found = cohorts_of(cells_of_year(seed, a_day=a_day, days=days), end=END)
    assert found is not None
    return found
