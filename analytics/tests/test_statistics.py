"""Each function against values that are known, from the papers, R or by hand."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics import (
    Counted,
    Table,
    above_others,
    benjamini_hochberg,
    count_p,
    fisher,
    fisher_above,
    gain_of_others,
    lower_tail,
    mantel_haenszel,
    normal_p,
    normal_quantile,
    robust_scale,
    theil_sen,
    upper_tail,
    wilson,
)


def test_normal() -> None:
    assert normal_p(1.959964) == pytest.approx(0.05, abs=1e-6)
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


def test_wilson_of_newcombes_examples() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_fisher_tastes_tea() -> None:
    assert fisher(Table(3, 1, 1, 3)) == pytest.approx(0.4857, abs=1e-4)
    assert fisher_above(Table(3, 1, 1, 3)) == pytest.approx(0.2429, abs=1e-4)
    assert fisher(Table(1, 9, 11, 3)) == pytest.approx(
        0.002759, abs=1e-6
    )  # scipy's documentation: 0.0027594…
    assert fisher(Table(0, 0, 5, 5)) == 1.0
    assert fisher(Table(300, 9_700, 500, 9_500)) < 1e-10


def test_above_others_of_one_layer_is_fishers() -> None:
    found = above_others([Table(12, 88, 5, 95), Table(3, 4, 0, 0)])  # nobody to compare the second with
    assert found.p == pytest.approx(fisher_above(Table(12, 88, 5, 95)))
    assert (found.leads, found.hits, found.other_leads, found.expected) == (100, 12, 100, 5.0)
    assert found.rates == (0.12, 0.05)
    assert above_others([Table(3, 4, 0, 0)]).p == 1.0


def test_above_others_tells_layers_apart() -> None:
    assert above_others([Table(0, 100, 0, 10), Table(10, 0, 100, 0)]).p == 1.0  # the layer says it all
    ways_of_three = (24 / 56) * (1 / 2) + 4 / 56  # two and one, or three and any: by hand
    both = above_others([Table(2, 2, 1, 3), Table(1, 1, 0, 2)])
    assert both.p == pytest.approx(ways_of_three)
    assert both.excess == pytest.approx(3 - 1)


def test_what_the_others_would_gain_is_weighted_by_the_others() -> None:
    """Nine tenths of the others are where nothing is to be gained; Mantel and Haenszel weigh the layers alike."""
    layers = [Table(20, 80, 90, 810), Table(450, 450, 10, 90), Table(0, 0, 5, 5)]
    gain = gain_of_others(layers)
    assert gain.leads == 1_000
    assert gain.more == pytest.approx(900 * (0.2 - 0.1) + 100 * (0.5 - 0.1))
    assert gain.low < gain.more < gain.high
    assert gain.a_part(10).more == pytest.approx(13)
    wald = 100 * math.sqrt(0.3 * 0.7 / 100 + 0.2 * 0.8 / 100)
    one = gain_of_others([Table(30, 70, 20, 80)])
    assert one.high - one.more == pytest.approx(1.96 * wald, rel=0.01)


def test_mantel_haenszel_of_berkeley() -> None:
    """Admissions of 1973: men against women look favoured until the departments are told apart. R: mantelhaen.test."""
    departments = [
        Table(512, 313, 89, 19),
        Table(353, 207, 17, 8),
        Table(120, 205, 202, 391),
        Table(138, 279, 131, 244),
        Table(53, 138, 94, 299),
        Table(22, 351, 24, 317),
    ]
    found = mantel_haenszel(departments)
    assert found is not None
    assert found.odds_ratio == pytest.approx(0.9047, abs=1e-4)
    assert (found.odds_low, found.odds_high) == pytest.approx((0.7720, 1.0603), abs=1e-3)
    assert found.statistic == pytest.approx(1.5246, abs=2e-3)
    assert found.p == pytest.approx(0.2169, abs=1e-3)


def test_mantel_haenszel_of_one_layer_is_the_plain_difference() -> None:
    found = mantel_haenszel([Table(30, 70, 20, 80)])
    assert found is not None
    assert found.difference == pytest.approx(0.1)
    wald = math.sqrt(0.3 * 0.7 / 100 + 0.2 * 0.8 / 100)
    assert found.difference_high - found.difference == pytest.approx(1.96 * wald, rel=0.01)
    assert mantel_haenszel([Table(0, 10, 0, 10), Table(3, 4, 0, 0)]) is None


def test_mantel_haenszel_where_one_side_has_no_hits() -> None:
    found = mantel_haenszel([Table(0, 50, 30, 20), Table(0, 10, 9, 1)])
    assert found is not None
    assert (found.odds_ratio, found.odds_low, found.odds_high) == (0.0, 0.0, math.inf)
    assert found.p < 1e-9
    assert found.difference == pytest.approx(-0.65, abs=0.01)


def test_poisson_tails() -> None:
    assert lower_tail(0, Counted(5)) == pytest.approx(math.exp(-5))
    assert upper_tail(10, Counted(5)) == pytest.approx(0.031828, abs=1e-6)  # R: ppois(9, 5, lower=FALSE)
    assert count_p(5, Counted(5)) == 1.0
    assert upper_tail(0, Counted(5)) == 1.0
    assert lower_tail(3, Counted(0)) == 1.0
    assert lower_tail(4_700, Counted(5_000)) == pytest.approx(1.0e-5, rel=0.2)


def test_negative_binomial_tails() -> None:
    expected = Counted(mean=10, dispersion=2)  # size 10, probability 1/2
    assert expected.probability(10) == pytest.approx(0.088099, abs=1e-6)  # R: dnbinom(10, 10, .5)
    assert lower_tail(5, expected) == pytest.approx(0.150879, abs=1e-6)  # R: pnbinom(5, 10, .5)
    assert lower_tail(5, expected) + upper_tail(6, expected) == pytest.approx(1)


@given(st.integers(0, 60), st.floats(0.1, 40), st.floats(1, 4))
def test_tails_are_probabilities_that_add_up(k: int, mean: float, dispersion: float) -> None:
    expected = Counted(mean, dispersion)
    below, above = lower_tail(k, expected), upper_tail(k + 1, expected)
    assert 0 <= below <= 1
    assert below + above == pytest.approx(1, abs=1e-9)


def test_benjamini_hochberg_of_their_paper() -> None:
    ps = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    adjusted = benjamini_hochberg(ps)
    assert sum(q <= 0.05 for q in adjusted) == 4
    assert adjusted[3] == pytest.approx(0.035625)
    assert benjamini_hochberg([]) == []


@given(st.lists(st.floats(0, 1), max_size=20))
def test_adjusted_ps_keep_their_order_and_are_no_smaller(ps: list[float]) -> None:
    adjusted = benjamini_hochberg(ps)
    assert all(p <= q <= 1 for p, q in zip(ps, adjusted, strict=True))
    assert sorted(adjusted) == [adjusted[i] for i in sorted(range(len(ps)), key=ps.__getitem__)]


def test_robust_scale_is_not_moved_by_one_wild_value() -> None:
    rng = random.Random(7)
    values = [rng.gauss(100, 5) for _ in range(500)]
    assert robust_scale(values) == pytest.approx(5, rel=0.1)
    assert robust_scale([*values, 1e9]) == pytest.approx(robust_scale(values), rel=0.02)


def test_theil_sen() -> None:
    assert theil_sen([1, 3, 5, 7, 1_000]) == (2, 1)
    assert theil_sen([4]) == (0.0, 4)
    assert theil_sen([]) == (0.0, 0.0)
