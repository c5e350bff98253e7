"""An agency's grade: what moves it, which way, and how sure it says it is."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agencies.choices import AgencyStatus
from analytics.selectors.agencies.grading import FEWEST_LEADS, WEIGHTS, Judgement, judge, letter, score_of
from analytics.selectors.agencies.outcomes import Cell, Outcomes, outcomes_of
from analytics.tests.agencies import assessed, outcomes

LETTERS = "ABCDF"
counts = st.integers(0, 2000)
expectations = st.floats(0, 500)


def judged(**changed: object) -> Judgement:
    return judge(assessed(campaigns={"Search": outcomes(**changed)}))


def score(judgement: Judgement) -> float:
    assert judgement.score is not None
    return judgement.score


def width(judgement: Judgement) -> float:
    assert judgement.low is not None
    assert judgement.high is not None
    return judgement.high - judgement.low


def test_as_expected_in_everything_is_the_middle() -> None:
    judgement = judged()
    assert [part.name for part in judgement.parts] == list(WEIGHTS)
    assert score(judgement) == pytest.approx(50, abs=1)  # 300 leads in 30 days, of 300 in a month's 30.4
    assert judgement.grade == "C"
    assert sum(WEIGHTS.values()) == 100


def test_twice_as_good_is_80_and_half_as_good_20() -> None:
    assert score_of(2) == pytest.approx(80)
    assert score_of(0.5) == pytest.approx(20)


cells = st.builds(
    Cell,
    agency=st.sampled_from(("ACME", "BBB", "CCC")),
    campaign=st.sampled_from(("Search", "Social")),
    quality=st.integers(1, 3),
    age=st.integers(0, 2),
    by_day=st.booleans(),
    is_recent=st.booleans(),
    leads=st.integers(10, 200),
    converted=st.integers(0, 10),
    returned=st.integers(0, 10),
)
own_cells = st.builds(Cell._replace, cells, agency=st.just("ACME"), leads=st.integers(40, 400))


def graded(world: list[Cell]) -> Judgement:
    """ACME's grade, through all that the leads' cells go through."""
    campaigns = {name: found for (code, name), found in outcomes_of(world).items() if code == "ACME"}
    return judge(assessed(campaigns=campaigns))


@given(own_cells, st.lists(cells, max_size=20), st.integers(1, 30))
def test_more_conversions_never_lower_it(own: Cell, others: list[Cell], more: int) -> None:
    low, high = graded([own, *others]), graded([own._replace(converted=own.converted + more), *others])
    assert score(low) <= score(high)
    assert (low.low, low.high) <= (high.low, high.high)


@given(own_cells, st.lists(cells, max_size=20), st.integers(1, 30))
def test_more_returns_never_raise_it(own: Cell, others: list[Cell], more: int) -> None:
    low, high = graded([own, *others]), graded([own._replace(returned=own.returned + more), *others])
    assert score(low) >= score(high)


def test_a_kind_of_leads_that_only_it_sends_is_expected_to_do_as_others_do() -> None:
    """Expected from a rate that its own leads are in, each conversion there would be one more expected, too."""
    others = [Cell("BBB", "", 2, 0, by_day=True, is_recent=False, leads=400, converted=20)]
    own = Cell("ACME", "", 1, 0, by_day=True, is_recent=False, leads=100)
    scores = [score(graded([own._replace(converted=number), *others])) for number in range(0, 60, 5)]
    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)
    assert graded([own._replace(converted=5), *others]).parts[0].score == pytest.approx(50)


@given(counts, expectations, expectations)
def test_more_expected_of_the_same_outcome_never_raises_it(
    converted: int, expected: float, more: float
) -> None:
    assume(expected <= more)
    low, high = (judged(converted=converted, expected=one) for one in (expected, more))
    assert score(low) >= score(high)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_more_leads_a_day_never_lower_it(few: int, more: int) -> None:
    assume(few <= more)
    low, high = (judge(assessed(daily=[1] * 83 + [number])) for number in (few, more))
    assert score(low) <= score(high)


@given(counts, counts, expectations, expectations)
def test_the_score_lies_in_its_interval_and_has_its_letter(
    converted: int, returned: int, expected: float, returns: float
) -> None:
    judgement = judged(converted=converted, returned=returned, expected=expected, expected_returns=returns)
    assert judgement.low is not None
    assert judgement.high is not None
    assert 0 <= judgement.low <= score(judgement) <= judgement.high <= 100
    assert judgement.grade == letter(score(judgement))
    assert judgement.grade in LETTERS
    best, worst = (judgement.range or "")[0], (judgement.range or "")[-1]
    assert LETTERS.index(best) <= LETTERS.index(judgement.grade) <= LETTERS.index(worst)


def scaled(factor: float) -> Outcomes:
    return Outcomes._make(
        number * factor if isinstance(number, float) else int(number * factor) for number in outcomes()
    )


def test_few_leads_make_a_wide_range_and_many_a_sure_grade() -> None:
    few, some, many = (judge(assessed(campaigns={"Search": scaled(part)})) for part in (0.05, 0.5, 10))
    assert [few.certainty, some.certainty, many.certainty] == ["low", "medium", "high"]
    assert width(few) > width(some) > width(many)
    assert few.range == "B-F"


def test_luck_with_few_leads_moves_it_less_than_the_same_rate_of_many() -> None:
    lucky = {"leads": 40, "converted": 6, "expected": 3.0, "returned": 2, "expected_returns": 2.0}
    proven = {"leads": 4000, "converted": 600, "expected": 300.0, "returned": 200, "expected_returns": 200.0}
    assert 50 < score(judged(**lucky)) < score(judged(**proven))


@pytest.mark.parametrize("leads", [0, 1, FEWEST_LEADS - 1])
def test_too_few_leads_are_not_graded_and_it_says_why(leads: int) -> None:
    judgement = judge(assessed(campaigns={"Search": Outcomes(leads=leads, converted=leads)}))
    assert (judgement.grade, judgement.score, judgement.range, judgement.certainty) == (None,) * 4
    assert judgement.reason == f"{leads} leads in 90 days; a grade needs 30."


def test_while_we_take_no_leads_their_number_is_not_judged() -> None:
    silent = assessed(daily=[10] * 42 + [0] * 42)
    paused = replace(silent, status=AgencyStatus.PAUSED)
    assert [part.name for part in judge(paused).parts] == ["conversion", "returns"]
    assert score(judge(silent)) < score(judge(paused)) == 50


def test_without_a_goal_volume_is_left_out() -> None:
    assert "volume" not in [part.name for part in judge(assessed(goal=0)).parts]


def test_who_has_just_begun_is_not_held_to_a_whole_months_goal() -> None:
    begun = assessed(daily=[0] * 70 + [10] * 14)
    assert [part.name for part in judge(begun).parts] == ["conversion", "returns", "trend"]
    assert begun.volume.trend().direction == "flat"


def test_how_soon_our_own_agents_call_is_no_part_of_it() -> None:
    assert judged(day_unreached=600, night_unreached=200) == judged(day_unreached=0, night_unreached=0)


def test_all_it_was_made_from_is_in_the_document() -> None:
    document = judged(converted=90).document()
    conversion = document["parts"][0]
    assert conversion["figures"] == {"count": 90, "expected": 72.0, "ratio": 1.24}
    again = sum(part["weight"] * part["score"] for part in document["parts"]) / 100
    assert again == pytest.approx(document["score"], abs=0.05)
    assert document["rules"]["lowestScores"] == {"A": 65.0, "B": 55.0, "C": 45.0, "D": 35.0, "F": 0.0}
