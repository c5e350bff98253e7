"""Parts of a whole, one or two of them, or two in every layer of a third thing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from analytics.statistics.normal import normal_p, normal_quantile

AS_LIKELY = 1 + 1e-7  # tables as likely as the one seen, give or take rounding


class Table(NamedTuple):
    """Two by two: of those exposed and of the others, how many with the outcome and how many without."""

    hits: int
    misses: int
    other_hits: int
    other_misses: int


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """Odds ratio and difference of the rates over layers, its intervals at 95 %, and the test of no difference."""

    odds_ratio: float
    odds_low: float
    odds_high: float
    difference: float
    difference_low: float
    difference_high: float
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class Above:
    """The exposed against the others, like with like: in the layers that have both of them.

    `expected` is how many hits the exposed would have had at the others' rate of each layer; `p` is one-sided.
    """

    leads: int
    hits: int
    other_leads: int
    expected: float
    p: float

    @property
    def excess(self) -> float:
        return self.hits - self.expected

    @property
    def rates(self) -> tuple[float, float]:
        """Of the exposed, and of others of whom as many are in each layer; 0 to 1."""
        return (self.hits / self.leads, self.expected / self.leads) if self.leads else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Gain:
    """How many hits more `leads` would have had, with its interval at 95 %."""

    leads: float
    more: float
    low: float
    high: float

    def a_part(self, parts: float) -> "Gain":
        """Of one of so many parts, a month of several say."""
        return Gain(self.leads / parts, self.more / parts, self.low / parts, self.high / parts)


def wilson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a proportion, 0 to 1 (Wilson, 1927); (0, 1) of nothing."""
    if n <= 0:
        return 0.0, 1.0
    z = normal_quantile(level)
    part, weight = hits / n, z * z / n
    centre = (part + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(part * (1 - part) / n + weight / (4 * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def fisher(table: Table) -> float:
    """Two-sided p of Fisher's exact test: all tables with these margins no likelier than this one."""
    chances = _chances(table)
    limit = chances[table.hits] * AS_LIKELY
    return min(1.0, math.fsum(chance for chance in chances.values() if chance <= limit))


def fisher_above(table: Table) -> float:
    """One-sided p of Fisher's exact test: as many hits among the exposed, or more."""
    return min(1.0, math.fsum(chance for hits, chance in _chances(table).items() if hits >= table.hits))


def above_others(layers: Iterable[Table]) -> Above:
    """Whether the exposed have more hits than others in the same layer, a layer for each age say.

    Exact: Fisher's test over layers, the chances of each one's hits put together with the margins being what they are
    (Birch, 1964). Layers that lack one side say nothing and are left out; p is 1 without any.
    """
    told = [table for table in layers if table.hits + table.misses and table.other_hits + table.other_misses]
    hits = sum(table.hits for table in told)
    return Above(
        leads=hits + sum(table.misses for table in told),
        hits=hits,
        other_leads=sum(table.other_hits + table.other_misses for table in told),
        expected=sum(
            (table.hits + table.misses) * table.other_hits / (table.other_hits + table.other_misses)
            for table in told
        ),
        p=_p_above(told),
    )


def _p_above(told: list[Table]) -> float:
    chances = [_chances(table) for table in told if table.hits + table.other_hits]
    together = reduce(np.convolve, (np.fromiter(one.values(), float) for one in chances), np.ones(1))
    fewest = sum(min(one) for one in chances)
    return min(1.0, float(together[sum(table.hits for table in told) - fewest :].sum()))


def _chances(table: Table) -> dict[int, float]:
    """The probability of each number of hits among the exposed, the margins being what they are."""
    exposed, others = table.hits + table.misses, table.other_hits + table.other_misses
    hits = table.hits + table.other_hits
    all_ways = _log_ways(exposed + others, hits)
    return {
        k: math.exp(_log_ways(exposed, k) + _log_ways(others, hits - k) - all_ways)
        for k in range(max(0, hits - others), min(hits, exposed) + 1)
    }


def _log_ways(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def gain_of_others(layers: Iterable[Table]) -> Gain:
    """What the others would have gained at the rate that the exposed have in their own layer.

    Direct standardisation to the others: the difference of each layer's rates, weighted by how many others are in it.
    Variances are binomial with half a hit and half a miss added. A layer without both sides adds nothing.
    """
    told = [table for table in layers if table.hits + table.misses and table.other_hits + table.other_misses]
    more = variance = 0.0
    for table in told:
        exposed, others = table.hits + table.misses, table.other_hits + table.other_misses
        more += others * (table.hits / exposed - table.other_hits / others)
        variance += others**2 * (_spread(table.hits, exposed) + _spread(table.other_hits, others))
    half = normal_quantile(0.95) * math.sqrt(variance)
    return Gain(sum(table.other_hits + table.other_misses for table in told), more, more - half, more + half)


def _spread(hits: int, n: int) -> float:
    """The variance of a rate."""
    rate = (hits + 0.5) / (n + 1)
    return rate * (1 - rate) / n


def mantel_haenszel(layers: Iterable[Table]) -> MantelHaenszel | None:
    """The exposed against the others within every layer, put together (Mantel and Haenszel, 1959).

    Interval of the odds ratio by Robins, Breslow and Greenland (1986), of the difference by Sato (1989). An odds ratio
    of nothing, 0 or infinite, has no interval: 0 to infinity. None where no layer has both groups and both outcomes.
    """
    told = [table for table in layers if table.hits + table.misses and table.other_hits + table.other_misses]
    r = [table.hits * table.other_misses / sum(table) for table in told]
    s = [table.misses * table.other_hits / sum(table) for table in told]
    if not sum(r) and not sum(s):
        return None
    ratio, low, high = _odds_ratio(told, r, s)
    statistic = _cochran(told)
    difference, spread = _difference(told)
    wide = normal_quantile(0.95) * spread
    return MantelHaenszel(
        odds_ratio=ratio,
        odds_low=low,
        odds_high=high,
        difference=difference,
        difference_low=difference - wide,
        difference_high=difference + wide,
        statistic=statistic,
        p=normal_p(math.sqrt(statistic)),
    )


def _odds_ratio(told: list[Table], r: list[float], s: list[float]) -> tuple[float, float, float]:
    """With its interval."""
    if not sum(r) or not sum(s):
        return (math.inf if sum(r) else 0.0), 0.0, math.inf
    ratio = sum(r) / sum(s)
    half = normal_quantile(0.95) * math.sqrt(_variance_of_log_odds(told, r, s))
    return ratio, ratio * math.exp(-half), ratio * math.exp(half)


def _variance_of_log_odds(told: list[Table], r: list[float], s: list[float]) -> float:
    agree = [(table.hits + table.other_misses) / sum(table) for table in told]
    total_r, total_s = sum(r), sum(s)
    first = sum(p * x for p, x in zip(agree, r, strict=True)) / (2 * total_r**2)
    both = sum(p * y + (1 - p) * x for p, x, y in zip(agree, r, s, strict=True)) / (2 * total_r * total_s)
    last = sum((1 - p) * y for p, y in zip(agree, s, strict=True)) / (2 * total_s**2)
    return first + both + last


def _cochran(told: list[Table]) -> float:
    """Chi-squared with one degree of freedom, without a correction for continuity (Cochran, 1954)."""
    surplus = variance = 0.0
    for table in told:
        n, exposed = sum(table), table.hits + table.misses
        hits = table.hits + table.other_hits
        surplus += table.hits - exposed * hits / n
        if n > 1:
            variance += exposed * (n - exposed) * hits * (n - hits) / (n * n * (n - 1))
    return surplus * surplus / variance if variance else 0.0


def _difference(told: list[Table]) -> tuple[float, float]:
    """The difference of the rates over layers, and its standard error."""
    weights = weighted = p_sum = q_sum = 0.0
    for table in told:
        n = sum(table)
        exposed, others = table.hits + table.misses, table.other_hits + table.other_misses
        weights += exposed * others / n
        weighted += (table.hits * others - table.other_hits * exposed) / n
        p_sum += (
            exposed**2 * table.other_hits - others**2 * table.hits + exposed * others * (others - exposed) / 2
        ) / n**2
        q_sum += (table.hits * table.other_misses + table.other_hits * table.misses) / (2 * n)
    difference = weighted / weights
    return difference, math.sqrt(max(difference * p_sum + q_sum, 0.0)) / weights
