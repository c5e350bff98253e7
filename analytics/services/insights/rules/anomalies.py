"""Rule `anomaly`: yesterday or the last seven days brought far more or less than such days do.

Series: leads created, conversions noted (by `closed_date`), and the value of the leads converted (less Returned and
Duplicate), of the whole business and of every agency that is sending. Value is looked at on the day of the conversion,
because the revenue of a day of creation goes on rising for weeks and yesterday's cannot be compared with last month's.
Value is counted in units of its mean size (sum of squares / sum), which gives it the spread of a compound Poisson sum.

Expected is what `expecting` says. The test is the tail of the negative binomial with that mean and robust dispersion,
Poisson at least; Benjamini and Hochberg over all series and both lengths. A finding needs eight weeks of history, an
expectation of `LEAST` leads or conversions, and a deviation of `CHANGE` per cent. Of a series the more telling of the
two lengths is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import Link, condition, days, searched, sent
from analytics.services.insights.expecting import Expectation, expect_day, expect_week
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.wording import change, few, probability
from analytics.services.insights.world import REACH, Won, World
from analytics.statistics import benjamini_hochberg, count_p

CODE = "anomaly"
LEVEL = 0.05  # of false alarms a day, all series together
GRAVE = 0.001
LEAST = 5  # expected
CHANGE = 20.0  # per cent
HALVED = -50.0  # per cent
LENGTHS = (1, 7)  # days
NO_VALUE = ("Returned", "Duplicate")

LEADS, CONVERSIONS, VALUE = "leads", "conversions", "value"
NOUNS = {LEADS: "leads", CONVERSIONS: "conversions", VALUE: "of value converted"}


@dataclass(frozen=True, slots=True)
class Series:
    """One number a day of the last 13 weeks, the last one yesterday's; `linked` is how many leads are behind each."""

    measure: str
    scope: str
    values: tuple[float, ...]
    linked: tuple[int, ...]
    unit: float = 1.0


@dataclass(frozen=True, slots=True)
class Deviation:
    """A series at one length, tested."""

    series: Series
    length: int
    value: float
    expected: Expectation
    p: float

    @property
    def leads(self) -> int:
        return sum(self.series.linked[-self.length :])

    @property
    def change(self) -> float:
        return change(self.value, self.expected.mean) or 0.0


def find(world: World) -> list[Finding]:
    """One statement for leads, one for conversions."""
    return judge(list(series_of(world)), world.today)


def series_of(world: World) -> Iterator[Series]:
    """All series, the whole business first."""
    dates = [world.day(back) for back in range(REACH, 0, -1)]
    scopes = ["", *(vendor.code for vendor in world.vendors.values() if vendor.is_sending)]
    came = {str(code): {day: row.leads for day, row in by_day.items()} for code, by_day in world.came.items()}
    for scope in scopes:
        leads = _daily([came.get(scope, {})] if scope else came.values(), dates)
        yield Series(LEADS, scope, leads, tuple(map(int, leads)))
        yield from _won(scope, [world.won.get(scope, {})] if scope else world.won.values(), dates)


def judge(series: list[Series], today: date) -> list[Finding]:
    """What stands out, at most one finding a series."""
    tested = [found for one in series for length in LENGTHS if (found := _test(one, length))]
    adjusted = benjamini_hochberg([one.p for one in tested])
    best: dict[tuple[str, str], tuple[float, Deviation]] = {}
    for q, one in zip(adjusted, tested, strict=True):
        key = (one.series.measure, one.series.scope)
        if q <= LEVEL and abs(one.change) >= CHANGE and (key not in best or one.p < best[key][1].p):
            best[key] = (q, one)
    return [_finding(one, q, len(tested), today) for q, one in best.values()]


def _daily(counts: Iterable[Mapping[date, int]], dates: list[date]) -> tuple[float, ...]:
    known = list(counts)
    return tuple(float(sum(one.get(day, 0) for one in known)) for day in dates)


def _won(scope: str, of_agencies: Iterable[Mapping[date, Won]], dates: list[date]) -> Iterator[Series]:
    known = list(of_agencies)
    by_day = [[one[day] for one in known if day in one] for day in dates]
    conversions = tuple(sum(won.conversions for won in of_day) for of_day in by_day)
    yield Series(CONVERSIONS, scope, tuple(map(float, conversions)), conversions)
    worth = tuple(sum(won.worth for won in of_day) for of_day in by_day)
    squares = sum(won.squares for of_day in by_day for won in of_day)
    if any(worth):
        kept = tuple(sum(won.kept for won in of_day) for of_day in by_day)
        yield Series(VALUE, scope, worth, kept, unit=squares / sum(worth))


def _test(series: Series, length: int) -> Deviation | None:
    units = [value / series.unit for value in series.values]
    expected = (expect_day if length == 1 else expect_week)(units[:-length])
    if expected is None or expected.mean < LEAST:
        return None
    value = sum(units[-length:])
    return Deviation(series, length, value, expected, count_p(round(value), expected.counted))


def _finding(one: Deviation, q: float, tests: int, today: date) -> Finding:
    series, first, last = one.series, today - timedelta(days=one.length), today - timedelta(days=1)
    value, mean = one.value * series.unit, one.expected.mean * series.unit
    who = series.scope or "The business"
    when = f"yesterday ({last})" if one.length == 1 else f"in the seven days to {last}"
    said = [f"${number:,.0f}" if series.measure == VALUE else few(number) for number in (value, mean)]
    share = f"{abs(one.change):.0f} % {'more' if one.change > 0 else 'less'}"
    return Finding(
        code=CODE,
        subject=f"{series.measure}:{series.scope}",
        scope=series.scope,
        severity=_severity(one, q),
        size=abs(one.value - one.expected.mean),
        title=f"{who}: {said[0]} {NOUNS[series.measure]} {when}, {share} than expected",
        text=(
            f"{said[1]} were to be expected from the same weekdays of the twelve weeks before, with their trend; such a "
            f"deviation is {abs(one.expected.z(one.value)):.1f} robust deviations ({probability(q)} over {tests} series)."
        ),
        figures={
            "measure": series.measure,
            "days": one.length,
            "value": round(value, 2),
            "expected": round(mean, 2),
            "change": one.change,
            "leads": one.leads,
            "dispersion": round(one.expected.dispersion, 2),
        },
        link=_link(series, first, last),
        threshold={"p": LEVEL, "change": CHANGE, "expected": LEAST},
        test=Test("negative binomial tail, Benjamini-Hochberg", tests, one.expected.z(one.value), q),
    )


def _severity(one: Deviation, q: float) -> Severity:
    if one.change > 0:
        return Severity.INFO
    return Severity.CRITICAL if q < GRAVE and one.change <= HALVED else Severity.WARNING


def _link(series: Series, first: date, last: date) -> Link:
    if series.measure == LEADS:
        return sent(series.scope, None, first, last)
    asked: list[dict[str, Any]] = [days("closed_date", first, last)]
    if series.scope:
        asked.append(condition("vendor_code", "equals", series.scope))
    if series.measure == VALUE:
        asked.append(condition("disposition", "not_in", list(NO_VALUE)))
    return searched(*asked)
