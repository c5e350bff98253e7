"""How many leads an agency sends: trend and pace."""

import random
from datetime import UTC, datetime

import pytest

from analytics.selectors.agencies.volume import TREND_DAYS, Trend, Volume, days_of_trend
from analytics.statistics.seasonal import seasonal_kendall
from analytics.tests.agencies import NOON

WEEK = (30, 28, 26, 24, 20, 6, 0)


def poisson(mean: float, draw: random.Random) -> int:
    limit, product, number = 2.718281828459045**-mean, draw.random(), 0
    while product > limit:
        product *= draw.random()
        number += 1
    return number


def volume(*daily: int, this_month: int = 0, now: datetime = NOON) -> Volume:
    return Volume(now, daily, this_month)


def test_a_season_is_no_trend_and_a_trend_is_found_in_spite_of_it() -> None:
    assert seasonal_kendall(WEEK * 12) == (0.0, 1.0)
    rising = volume(*(leads + 2 * week for week in range(12) for leads in WEEK)).trend()
    assert rising.direction == "up"
    assert rising.slope == pytest.approx(2.0)


def test_kendalls_score_by_hand() -> None:
    """One season of 1, 3, 2, 4: score 5 - 1 = 4, variance 4 x 3 x 13 / 18, z by continuity."""
    z, p = seasonal_kendall([1, 3, 2, 4], season=1)
    assert p == pytest.approx(0.3082, abs=1e-4)
    assert z == pytest.approx(3 / (156 / 18) ** 0.5)


@pytest.mark.parametrize("values", [(), (5,), (3,) * 6, (0,) * TREND_DAYS])
def test_nothing_to_compare_is_no_trend(values: tuple[int, ...]) -> None:
    assert seasonal_kendall(values) == (0.0, 1.0)


def test_one_wild_day_makes_no_trend() -> None:
    days = list(WEEK * 12)
    days[80] = 5_000
    trend = volume(*days).trend()
    assert (trend.direction, trend.slope) == ("flat", 0.0)


@pytest.mark.parametrize(
    ("days", "direction"),
    [
        ((10,) * 60 + (0,) * 24, "down"),
        (tuple(range(84)), "up"),
        (WEEK * 12, "flat"),
        ((0,) * 84, "flat"),
        ((0,) * 70 + (9,) * 14, "flat"),
    ],
)
def test_direction(days: tuple[int, ...], direction: str) -> None:
    trend = volume(*days).trend()
    assert trend.direction == direction
    assert 0.5 <= trend.factor <= 2
    assert (trend.factor == 1) == (direction == "flat")


def test_chance_alone_is_seldom_called_a_trend() -> None:
    draw = random.Random(4)
    days = [[poisson(leads / 4, draw) for leads in WEEK * 12] for _ in range(400)]
    assert sum(volume(*one).trend().direction != "flat" for one in days) <= 12  # 1 % of 400, and room


def test_the_days_shown_end_yesterday_and_none_is_left_out() -> None:
    shown = volume(*range(84)).shown_days
    assert list(shown.values()) == list(range(54, 84))
    assert [str(day) for day in (min(shown), max(shown))] == ["2026-10-21", "2026-11-19"]


def test_the_pace_counts_the_weekdays_that_are_left() -> None:
    """NOON is Friday the 20th: half a Friday, then Saturday 21st to Monday 30th."""
    friday_first = (20, 6, 0, 30, 28, 26, 24)  # whole days end on a Thursday, so weeks begin on a Friday
    pace = volume(*friday_first * 12, this_month=300).pace(500)
    assert pace is not None
    left = 20 / 2 + 6 + 0 + 30 + 28 + 26 + 24 + 20 + 6 + 0 + 30
    assert pace.projected == pytest.approx(300 + left)
    assert pace.days_left == pytest.approx(10.5)


def test_the_chance_of_the_goal_falls_with_the_goal() -> None:
    chances = [volume(*(10,) * 84, this_month=195).pace(goal).chance for goal in (150, 250, 300, 330, 400)]  # type: ignore[union-attr]
    assert chances[0] == 1
    assert chances == sorted(chances, reverse=True)
    assert 0.3 < chances[2] < 0.7
    assert chances[-1] < 0.01


def test_on_the_last_evening_nothing_more_is_to_come() -> None:
    evening = datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC)  # 23:59:59 of November in New York
    pace = volume(*(10,) * 84, this_month=299, now=evening).pace(300)
    assert pace is not None
    assert pace.projected == pytest.approx(299, abs=0.01)
    assert pace.chance < 0.01


@pytest.mark.parametrize(("goal", "days"), [(0, (10,) * 84), (100, (0,) * 60 + (10,) * 24), (100, (0,) * 84)])
def test_without_a_goal_or_four_weeks_there_is_no_pace(goal: int, days: tuple[int, ...]) -> None:
    assert volume(*days).pace(goal) is None


def test_who_begins_with_few_is_not_taken_to_be_falling() -> None:
    """Of a series that began with the first lead, a day chosen for having one, the mean score is -0.16."""
    draw = random.Random(9)
    scores = []
    for _ in range(2000):
        began = draw.randint(1, 40)
        days = (0,) * began + tuple(poisson(0.7, draw) for _ in range(84 - began))
        scores.append(seasonal_kendall(days_of_trend(days))[0])
    assert abs(sum(scores) / len(scores)) < 3 / len(scores) ** 0.5
    assert volume(*(0,) * 20, *(2,) * 64).trend().days == 63
    assert volume(*(2,) * 84).trend().days == 84


def test_of_fewer_than_30_leads_there_is_no_trend() -> None:
    assert volume(*(0,) * 55, *(1,) * 29).trend().p is None
    assert volume(*(1,) * 29, *(0,) * 55).trend() == Trend("flat", 0.0, None, 1.0, 84)
    assert volume(*(1,) * 30, *(0,) * 54).trend().direction == "down"


@pytest.mark.parametrize("bursts", [1, 2])
def test_what_is_said_of_the_goal_comes_true(bursts: int) -> None:
    """Of many agencies somewhere near their goals: no more than 5 % of what is said is wrong, and something is said."""
    draw = random.Random(11)
    said = wrong = within = 0
    for _ in range(1500):
        a_day = draw.uniform(2, 12)
        days = [bursts * poisson(a_day / bursts, draw) for _ in range(84)]
        rest = sum(bursts * poisson(a_day / bursts * part, draw) for part in (0.5, *[1] * 10))
        so_far = sum(days[-19:]) + bursts * poisson(a_day / bursts / 2, draw)
        pace = volume(*days, this_month=so_far).pace(round(30 * a_day * draw.uniform(0.8, 1.25)))
        assert pace is not None
        within += pace.low <= so_far + rest <= pace.high
        if pace.is_behind or pace.is_ahead:
            said += 1
            wrong += pace.is_behind == (so_far + rest >= pace.goal)
    assert said > 200
    assert wrong <= 0.05 * said
    assert 0.75 < within / 1500 < 0.87


@pytest.mark.parametrize(("days", "told"), [((1,) * 84, False), ((2,) * 84, True)])
def test_nothing_is_said_of_the_goal_with_few_leads_or_at_the_beginning_of_a_month(
    days: tuple[int, ...], told: bool
) -> None:
    pace, early = volume(*days).pace(900), volume(*days, now=NOON.replace(day=6)).pace(900)
    assert pace is not None
    assert early is not None
    assert (pace.is_behind, early.is_behind) == (told, False)
