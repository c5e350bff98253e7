"""Rules on what they read: what they find, where they begin to, and what they leave alone."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.models.insight import Severity
from analytics.selectors.agencies.volume import TREND_DAYS, Volume
from analytics.services.insights.cohorts import Cell, Cohort, Cohorts
from analytics.services.insights.expecting import expect_day, expect_week
from analytics.services.insights.finding import Finding
from analytics.services.insights.office import an_hour_ago
from analytics.services.insights.rules import anomalies, conversion, drivers, pace, slow_agents
from analytics.services.insights.rules.anomalies import Series
from analytics.services.insights.rules.slow_agents import Handled
from analytics.services.insights.world import REACH, Vendor, World
from analytics.tests.insight_worlds import NOW, TODAY, days_of
from crm.core.clock import business_day, business_zone


def of_leads(values: Sequence[int], scope: str = "ACME") -> Series:
    return Series(anomalies.LEADS, scope, tuple(map(float, values)), tuple(values))


def test_what_is_expected_follows_weekdays_and_growth() -> None:
    rng = random.Random(3)
    steady = days_of(rng, 50)
    expected = expect_week(steady)
    assert expected is not None
    assert expected.mean == pytest.approx(50 * 6.95, rel=0.05)
    monday, saturday = expected.weekdays[0], expected.weekdays[5]
    assert monday / saturday == pytest.approx(1.25 / 0.65, rel=0.2)
    day = expect_day(steady)
    assert day is not None
    assert day.mean == pytest.approx(62.5, rel=0.1)
    growing = expect_week(days_of(rng, 50, growth=2.0))
    assert growing is not None
    assert growing.mean == pytest.approx(50 * 6.95, rel=0.1)  # the level of the end, not of the middle


def test_two_wild_days_do_not_move_what_is_expected() -> None:
    steady = days_of(random.Random(4), 20)
    wild = list(steady)
    wild[30], wild[65] = 400, 0
    before, after = expect_week(steady), expect_week(wild)
    assert before is not None
    assert after is not None
    assert after.mean == pytest.approx(before.mean, rel=0.06)
    assert after.dispersion < 2 * before.dispersion


def test_seven_weeks_are_too_little_history() -> None:
    assert expect_week([0] * 40 + [5] * 51) is None
    assert expect_week([0] * 35 + [5] * 56) is not None
    assert expect_week([]) is None
    assert expect_week([0] * 91) is None


def test_an_agency_that_stops_sending() -> None:
    values = [10] * REACH
    values[-7:] = [0] * 7
    (found,) = anomalies.judge([of_leads(values)], TODAY)
    assert (found.severity, found.figures["days"], found.figures["change"]) == (Severity.CRITICAL, 7, -100.0)


def test_one_day_far_above_the_others() -> None:
    values = days_of(random.Random(5), 12)
    values[-1] = 60
    (found,) = anomalies.judge([of_leads(values)], TODAY)
    assert (found.severity, found.figures["days"], found.figures["leads"]) == (Severity.INFO, 1, 60)


@pytest.mark.parametrize("ending", [[0] * 7, [3, 0, 0, 0, 0, 0, 0], [2, 1, 0, 3, 0, 1, 1]])
def test_small_numbers_are_left_alone(ending: list[int]) -> None:
    values = [1 if place % 3 == 0 else 0 for place in range(REACH)]
    values[-7:] = ending
    assert anomalies.judge([of_leads(values)], TODAY) == []


@given(st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_any_history_is_judged_without_a_failure(some: list[int]) -> None:
    values = (some * REACH)[:REACH]
    for found in anomalies.judge([of_leads(values), of_leads(values[::-1], "OTHER")], TODAY):
        assert 0 <= found.test.p <= anomalies.LEVEL  # type: ignore[union-attr, operator]


def cohorts_of(rates: dict[int, float], leads: int = 100) -> Cohorts:
    """One campaign; `rates` by block, 10 % elsewhere."""
    cells = {block: Cell(leads, *[round(leads * rates.get(block, 0.1))] * 3) for block in range(15)}
    steady = {block: Cell(leads, *[round(leads * 0.1)] * 3) for block in range(15)}
    return Cohorts(
        TODAY, {("ACME", "Search"): cells, ("ACME", "Social"): steady, ("OTHER", "Search"): steady}
    )


def test_a_campaign_that_converts_no_more() -> None:
    found = conversion.judge(cohorts_of({1: 0.0, 2: 0.01}))
    assert [one.subject for one in found] == ["ACME/Search"]
    assert (found[0].severity, found[0].figures["leads"]) == (Severity.CRITICAL, 200)
    assert conversion.judge(cohorts_of({0: 0.0})) == []  # too young: has had no time
    assert conversion.judge(cohorts_of({1: 0.0, 2: 0.0}, leads=10)) == []  # two conversions were expected


def test_an_agency_whose_campaigns_all_convert_no_more() -> None:
    cells = {block: Cell(100, *[0 if block in (1, 2) else 10] * 3) for block in range(15)}
    (found,) = conversion.judge(Cohorts(TODAY, {("ACME", "Search"): cells, ("ACME", "Social"): cells}))
    assert (found.subject, found.figures["leads"]) == ("ACME", 400)
    assert [part["campaign"] for part in found.parts] == ["Search", "Social"]


def test_a_campaign_that_converts_better_is_news_and_no_alarm() -> None:
    (found,) = conversion.judge(cohorts_of({1: 0.25, 2: 0.25}))
    assert (found.subject, found.severity) == ("ACME/Search", Severity.INFO)


def test_where_conversions_take_longer_the_horizon_is_28_days() -> None:
    slow = {block: Cell(100, 2, 9, 10) for block in range(15)}
    cohorts = Cohorts(TODAY, {("ACME", ""): slow})
    assert cohorts.horizon == 28
    assert cohorts.matured(0, 1)["ACME", ""] == Cohort(200, 18)
    assert cohorts.days(0, 1, matured=True) == (date(2026, 1, 21), date(2026, 2, 17))


@given(st.lists(st.tuples(*[st.integers(0, 400)] * 2, *[st.floats(0, 1)] * 2), min_size=1, max_size=8))
def test_volume_mix_and_rate_add_up_to_the_change(sources: list[tuple[int, int, float, float]]) -> None:
    now = {("A", str(i)): Cohort(n, int(n * r)) for i, (n, _, r, _) in enumerate(sources)}
    before = {("A", str(i)): Cohort(m, int(m * r)) for i, (_, m, _, r) in enumerate(sources)}
    totals = [sum(one.conversions for one in side.values()) for side in (now, before)]
    if all(sum(one.leads for one in side.values()) for side in (now, before)):
        parts = drivers.split(now, before)
        assert parts.volume + parts.mix + parts.rate == pytest.approx(totals[0] - totals[1], abs=1e-6)


def test_the_parts_of_a_change_are_what_they_are_called() -> None:
    good, bad = Cohort(100, 20), Cohort(100, 2)
    twice = drivers.split({("A", ""): Cohort(200, 40)}, {("A", ""): good})
    assert (twice.volume, twice.mix, twice.rate) == (20, 0, 0)
    worse = drivers.split({("A", ""): bad}, {("A", ""): good})
    assert (worse.volume, worse.mix, round(worse.rate, 9)) == (0, 0, -18)
    moved = drivers.split(
        {("A", ""): Cohort(50, 10), ("B", ""): Cohort(150, 3)}, {("A", ""): good, ("B", ""): bad}
    )
    assert (moved.volume, round(moved.mix, 9), round(moved.rate, 9)) == (0, -9, 0)


def month_of(a_day: int, goal: int, now: datetime = NOW) -> list[Finding]:
    """Of an agency that sends as many every day."""
    vendor = Vendor("ACME", "Acme", is_sending=True, goal=goal)
    today = business_day(now)
    found = Volume(now, (a_day,) * TREND_DAYS, a_day * (today.day - 1)).pace(goal)
    assert found is not None
    return pace.judge({vendor: found}, today)


def test_an_agency_behind_its_goal() -> None:
    (found,) = month_of(10, 600)
    assert found.figures | {"leads": 170, "projected": 305, "chance": 0.0} == found.figures
    assert found.severity == Severity.WARNING
    (far,) = month_of(9, 600)
    assert far.severity == Severity.CRITICAL
    (ahead,) = month_of(30, 600)
    assert (ahead.severity, ahead.figures["leads"], ahead.figures["chance"]) == (Severity.INFO, 510, 100.0)
    assert ahead.threshold == {"p": 0.05, "behind": 90, "ahead": 110, "leads": 30}


def test_an_agency_on_pace_one_early_in_the_month_and_one_with_few_leads() -> None:
    assert month_of(10, 310) == []
    for day in (2, 6):
        assert month_of(10, 600, NOW.replace(day=day)) == []
    assert month_of(1, 600) == []


def test_one_slow_agent() -> None:
    def world(slow: float, leads: int) -> list[Handled]:
        agents = [Handled(f"a{n}@example.com", "", True, leads, round(0.45 * leads)) for n in range(6)]
        return [*agents, Handled("slow@example.com", "Kim", True, leads, round(slow * leads))]

    assert [one.subject for one in slow_agents.judge(world(0.15, 80), World(NOW))] == ["slow@example.com"]
    assert slow_agents.judge(world(0.38, 80), World(NOW)) == []
    assert slow_agents.judge(world(0.0, 20), World(NOW)) == []
    assert slow_agents.judge([Handled("only@example.com", "", True, 500, 0)], World(NOW)) == []


def test_late_hours_are_not_held_against_who_works_them() -> None:
    night = [Handled("night@example.com", "", False, 200, 20), Handled("night@example.com", "", True, 40, 18)]
    day = [
        Handled(f"d{n}@example.com", "", in_hours, leads, round(leads * share))
        for n in range(5)
        for in_hours, leads, share in ((True, 200, 0.45), (False, 40, 0.1))
    ]
    assert slow_agents.judge([*night, *day], World(NOW)) == []


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-18 11:30", "2026-03-18 10:30"),
        ("2026-03-18 09:20", "2026-03-17 17:20"),  # forty minutes of yesterday
        ("2026-03-18 22:00", "2026-03-18 17:00"),
        ("2026-03-16 08:00", "2026-03-13 17:00"),  # Monday before the office opens: Friday
        ("2026-03-14 12:00", "2026-03-13 17:00"),  # Saturday
        ("2026-03-09 09:30", "2026-03-06 17:30"),  # the clocks went forward in between
        ("2026-11-02 09:30", "2026-10-30 17:30"),  # and back
    ],
)
def test_an_hour_of_business(now: str, then: str) -> None:
    zone = business_zone()
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (now, then))
    assert an_hour_ago(at.astimezone(UTC)) == expected
