"""What leads come to be worth: development by age, as known at a moment."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.selectors.cohorts import Cell
from analytics.services.forecasting.cohorts import Cohorts, cohorts_of
from analytics.tests.forecasting import END, cells_of_year, plain, year


def steady(days: int = 100, *, age: int = 10) -> Cohorts:
    """Each day ten leads priced 40, one of which is worth 1,040 from `age` days on."""
    cells = []
    for back in range(days):
        day = END - timedelta(days=back)
        if back >= age:
            cells += [Cell(day, None, 9, 360.0, 360.0), Cell(day, age, 1, 1_040.0, 40.0)]
        else:
            cells.append(Cell(day, None, 10, 400.0, 400.0))
    found = cohorts_of(cells, end=END)
    assert found is not None
    return found


def test_a_day_is_worth_its_prices_until_leads_sign() -> None:
    cohorts = steady()
    known = cohorts.known(cohorts.days)
    assert set(known[:90]) == {1_400.0}
    assert set(known[90:]) == {400.0}


def test_the_pattern_is_the_share_known_at_each_age() -> None:
    pattern = steady().pattern(100)
    assert pattern[:10] == pytest.approx([400 / 1_400] * 10)
    assert pattern[10:] == pytest.approx(1.0)


def test_young_days_are_brought_to_what_they_will_be_worth() -> None:
    cohorts = steady()
    assert cohorts.value_per_lead(100) == pytest.approx(140)
    assert cohorts.matured(100) == pytest.approx(1_400)
    assert cohorts.ripe_age() == 10


def test_an_origin_knows_nothing_of_what_came_later() -> None:
    """What was seen in June is the same whether the year ended then or went on."""
    whole, origin = year(1), 200
    last = whole.day(origin - 1)
    then = [
        cell._replace(age=None, worth=cell.quoted)
        if cell.age is not None and cell.day + timedelta(days=cell.age) > last
        else cell
        for cell in cells_of_year(1)
        if cell.day <= last
    ]
    cut = cohorts_of(then, end=last)
    assert cut is not None
    assert cut.pattern(origin) == pytest.approx(whole.pattern(origin))
    assert cut.matured(origin) == pytest.approx(whole.matured(origin))


def test_matured_revenue_is_near_what_came() -> None:
    """Sixty days later: the month as it was estimated at its end is within a tenth, as it stood a fifth was missing."""
    cohorts = year(2)
    came = cohorts.known(364)[270:300].sum()
    estimated, stood = cohorts.matured(300)[270:].sum(), cohorts.known(300)[270:].sum()
    assert estimated == pytest.approx(came, rel=0.1)
    assert stood < 0.85 * came


def test_leads_that_are_worth_nothing_yet() -> None:
    cohorts = plain([3, 0, 0, 5], price=0.0)
    assert cohorts.value_per_lead(4) == 0.0
    assert cohorts.matured(4).tolist() == [0, 0, 0, 0]
    assert np.isfinite(cohorts.pattern(4)).all()


def test_days_without_leads_are_days() -> None:
    cells = [
        Cell(END - timedelta(days=9), None, 4, 160.0, 160.0),
        Cell(END - timedelta(days=2), None, 1, 40.0, 40.0),
    ]
    cohorts = cohorts_of(cells, end=END)
    assert cohorts is not None
    assert cohorts.leads.tolist() == [4, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_no_leads_no_cohorts() -> None:
    assert cohorts_of([], end=END) is None
