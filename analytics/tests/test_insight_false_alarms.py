"""Where nothing is going on the rules are silent, about as often as their levels say: 200 worlds each."""

import random
from datetime import timedelta

import pytest

from analytics.selectors.figures import Figures
from analytics.selectors.unusable import by_age
from analytics.services.insights.cohorts import Cell, Cohorts, Source
from analytics.services.insights.finding import Finding
from analytics.services.insights.rules import (
    anomalies,
    conversion,
    drivers,
    returns,
    slow_agents,
    speed,
)
from analytics.services.insights.rules.anomalies import Series
from analytics.services.insights.rules.slow_agents import Handled
from analytics.services.insights.rules.speed import Group
from analytics.services.insights.world import REACH, World
from analytics.tests.insight_worlds import NOW, TODAY, alarms, binomial, days_of, most_alarms, poisson

pytestmark = pytest.mark.slow  # thousands of worlds

WORLDS = 200
RATES = (9.0, 7.5, 7.0, 6.5, 5.5, 2.7, 6.0, 4.4, 1.6, 3.9, 2.2)  # leads a day, as the demo's agencies
CONVERT = 0.07


def quiet_days(rng: random.Random) -> list[Finding]:
    """Every third world varies twice as much as Poisson, every second one grows or shrinks."""
    dispersion, growth = rng.choice([1.0, 1.0, 2.0]), rng.choice([0.0, 0.0, 0.8, -0.8])
    series = []
    for number, a_day in enumerate(RATES):
        leads = days_of(rng, a_day, dispersion=dispersion, growth=growth)
        series.append(Series(anomalies.LEADS, f"A{number}", tuple(map(float, leads)), tuple(leads)))
        won = [[rng.gauss(2_300, 500) for _ in range(poisson(rng, CONVERT * a_day))] for _ in range(REACH)]
        counts = tuple(map(len, won))
        worth = tuple(map(sum, won))
        squares = sum(one * one for of_day in won for one in of_day)
        series.append(Series(anomalies.CONVERSIONS, f"A{number}", tuple(map(float, counts)), counts))
        series.append(Series(anomalies.VALUE, f"A{number}", worth, counts, unit=squares / sum(worth)))
    for measure in (anomalies.LEADS, anomalies.CONVERSIONS, anomalies.VALUE):
        parts = [one for one in series if one.measure == measure]
        values = tuple(map(sum, zip(*(one.values for one in parts), strict=True)))
        linked = tuple(map(sum, zip(*(one.linked for one in parts), strict=True)))
        unit = sum(one.unit for one in parts) / len(parts)
        series.append(Series(measure, "", values, linked, unit))
    return anomalies.judge(series, TODAY)


def quiet_cohorts(rng: random.Random) -> Cohorts:
    cells = {}
    for number, a_day in enumerate(RATES):
        for campaign in ("Search", "Social"):
            blocks = {}
            for block in range(15):
                leads = poisson(rng, 7 * a_day)
                ever = binomial(rng, leads, CONVERT)
                soon = binomial(rng, ever, 0.85)
                blocks[block] = Cell(leads, soon, ever, ever)
            cells[f"A{number}", campaign] = blocks
    return Cohorts(TODAY, cells)


def rare_conversions(rng: random.Random) -> list[Finding]:
    """A hundred sources of which fewer than two conversions are expected: no five of them are chosen for having five."""
    return conversion.judge(
        Cohorts(
            TODAY,
            {
                (f"A{number}", ""): {
                    block: Cell(leads, *[binomial(rng, leads, 0.008)] * 3)
                    for block in range(9)
                    for leads in [100 if block < 3 else 40]
                }
                for number in range(100)
            },
        )
    )


def restless_sources(rng: random.Random) -> list[Finding]:
    """The number of leads varies five times as much as Poisson's, and three in five convert."""
    weeks = {}
    for block in range(15):
        leads = poisson(rng, rng.gammavariate(400 / 4, 4))
        weeks[block] = Cell(leads, *[binomial(rng, leads, 0.6)] * 3)
    found = drivers.judge(Cohorts(TODAY, {("A", ""): weeks}), 5.0)
    return [one for one in found if one.code == drivers.CONVERSIONS_CODE]


def returns_of(rng: random.Random, sending: dict[Source, tuple[float, int, int]]) -> list[Finding]:
    """Of sources with so many leads a day, sent from so many days ago until so many days ago; all come back alike.

    Eight in a hundred come back, after three weeks on average; 3 in a hundred are duplicates from the start.
    """
    campaigns = {}
    for source, (a_day, since, until) in sending.items():
        days = {}
        for age in range(until, since + 1):
            leads = poisson(rng, a_day)
            back = sum(rng.gammavariate(3, 7) <= age for _ in range(binomial(rng, leads, 0.08)))
            days[TODAY - timedelta(days=age)] = Figures(
                leads, at_returned=back, at_duplicate=binomial(rng, leads, 0.03)
            )
        campaigns[source] = by_age(days, TODAY - timedelta(days=1))
    return returns.judge(campaigns, TODAY, TODAY)


def quiet_returns(rng: random.Random) -> list[Finding]:
    return returns_of(
        rng,
        {
            (f"A{number}", campaign): (a_day / 3, 90, 1)
            for number, a_day in enumerate(RATES)
            for campaign in ("Search", "Social", "")
        },
    )


def replaced_campaigns(rng: random.Random) -> list[Finding]:
    """One campaign ends, on the next day another one begins; and an agency is taken on instead of another."""
    sending = {("A", ""): (15.0, 90, 1), ("OLD", ""): (15.0, 90, 31), ("NEW", ""): (15.0, 30, 1)}
    for number in range(2):
        day = rng.randint(15, 50)
        sending |= {(f"B{number}", "Old"): (12.0, 90, day + 1), (f"B{number}", "New"): (12.0, day, 1)}
    return returns_of(rng, sending)


def quiet_agents(rng: random.Random) -> list[Finding]:
    handled = []
    for number in range(10):
        for in_hours, in_time in ((True, 0.45), (False, 0.15)):  # who works late is not slow by that
            leads = poisson(rng, 90 if in_hours == (number % 2 == 0) else 30)
            handled.append(
                Handled(f"a{number}@example.com", "", in_hours, leads, binomial(rng, leads, in_time))
            )
    return slow_agents.judge(handled, World(NOW))


def quiet_speed(rng: random.Random) -> list[Finding]:
    """Good leads are called first and convert more often; that alone says nothing of the speed."""
    groups = []
    for quality in range(1, 11):
        for number in range(4):
            leads = poisson(rng, (12 - 2 * number) * quality + 10)
            groups.append(Group(number, quality, leads, binomial(rng, leads, 0.02 * quality)))
    return speed.judge(groups, World(NOW))


def test_days_that_are_as_ever() -> None:
    assert alarms(WORLDS, quiet_days) <= most_alarms(WORLDS, anomalies.LEVEL)


def test_sources_that_convert_as_ever() -> None:
    found = alarms(WORLDS, lambda rng: conversion.judge(quiet_cohorts(rng)))
    assert found <= most_alarms(WORLDS, conversion.LEVEL)


def test_sources_of_few_conversions() -> None:
    assert alarms(WORLDS, rare_conversions) <= most_alarms(WORLDS, conversion.LEVEL)


def test_conversions_of_leads_that_come_in_waves() -> None:
    assert alarms(WORLDS, restless_sources) <= most_alarms(WORLDS, drivers.LEVEL)


def test_totals_that_are_as_ever() -> None:
    found = alarms(WORLDS, lambda rng: drivers.judge(quiet_cohorts(rng), 1.0))
    assert found <= most_alarms(WORLDS, 2 * drivers.LEVEL)  # two rules


def test_leads_that_come_back_as_often_as_anybodys() -> None:
    assert alarms(WORLDS, quiet_returns) <= most_alarms(WORLDS, returns.LEVEL)


def test_young_leads_that_have_had_less_time_to_come_back() -> None:
    assert alarms(WORLDS, replaced_campaigns) <= most_alarms(WORLDS, returns.LEVEL)


def test_agents_as_fast_as_the_others() -> None:
    assert alarms(WORLDS, quiet_agents) <= most_alarms(WORLDS, slow_agents.LEVEL)


def test_speed_that_only_follows_quality() -> None:
    assert alarms(WORLDS, quiet_speed) <= most_alarms(WORLDS, speed.LEVEL)
