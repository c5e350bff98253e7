"""What was measured, and what it should be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

OURS, BARE, RAW = "ours", "W", "S"
"""The sides of a comparison: our server; the floor's SQL behind a bare WSGI callable; that SQL alone."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One side of an operation. Milliseconds; `per_second` is what all clients together had done."""

    p50: float
    p95: float
    count: int
    per_second: float

    @classmethod
    def of(cls, durations: Sequence[float], seconds: float) -> "Timing":
        """From the durations of all requests, in seconds, and how long it took to have them all done."""
        ordered = sorted(durations)
        return cls(
            p50=1000 * percentile(ordered, 50),
            p95=1000 * percentile(ordered, 95),
            count=len(ordered),
            per_second=len(ordered) / seconds,
        )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest rank's value."""
    return ordered[round(percent / 100 * (len(ordered) - 1))]


@dataclass(frozen=True, slots=True)
class Result:
    """One operation at one size. Without `sides` it could not be measured, and `note` says why."""

    sides: Mapping[str, Timing] = field(
        default_factory=dict
    )  # OURS, and BARE and RAW where there is such a floor
    statements: float | None = None  # a request, transaction control left out
    database_ms: float | None = None  # a request
    note: str = ""

    def figure(self, side: str, measure: str = "p50") -> float | None:
        """One figure of one side, if that was measured."""
        timing = self.sides.get(side)
        return float(getattr(timing, measure)) if timing else None

    def ratio(self, side: str, measure: str = "p50") -> float | None:
        """How many times the floor's figure ours is."""
        return quotient(self.figure(OURS, measure), self.figure(side, measure))


def quotient(upper: float | None, lower: float | None) -> float | None:
    """`upper / lower`, where both are known."""
    return upper / lower if upper is not None and lower else None


Results = Mapping[str, Result]
"""By operation, at one size."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What an operation's figure may be at most, or must be at least."""

    text: str
    value: Callable[[Result, Results], float | None]
    limit: float
    is_least: bool = False

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.is_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """An aim beside what was measured."""

    operation: str
    leads: int
    aim: str
    value: float
    is_met: bool


def verdicts(aims: Mapping[str, Sequence[Aim]], measured: Mapping[int, Results]) -> list[Verdict]:
    """Every aim that could be judged, size by size."""
    return [
        Verdict(name, leads, aim.text, value, aim.is_met(value))
        for leads, results in measured.items()
        for name, result in results.items()
        for aim in aims.get(name, ())
        if (value := aim.value(result, results)) is not None
    ]


def growth(name: str, leads: int, measured: Mapping[int, Results]) -> float | None:
    """How many times the smallest size's median this size's is."""
    smallest = min(measured)
    if leads == smallest:
        return None
    return quotient(_median(name, measured[leads]), _median(name, measured[smallest]))


def growth_verdicts(limits: Mapping[str, float], measured: Mapping[int, Results]) -> list[Verdict]:
    """The aims of growth, from the smallest size to the largest."""
    largest = max(measured)
    return [
        Verdict(name, largest, f"growth ≤ {limit:g} x", value, value <= limit)
        for name, limit in limits.items()
        if (value := growth(name, largest, measured)) is not None
    ]


def times(limit: float, side: str, measure: str = "p50") -> Aim:
    """At most so many times the floor's figure."""
    return Aim(f"{measure} ≤ {limit:g} x {side}", lambda result, _: result.ratio(side, measure), limit)


def times_of(limit: float, other: str) -> Aim:
    """At most so many times the median of another operation of ours."""
    return Aim(
        f"p50 ≤ {limit:g} x {other}",
        lambda result, results: quotient(result.figure(OURS), _median(other, results)),
        limit,
    )


def within(milliseconds: float) -> Aim:
    """95 % of the requests at most so slow."""
    return Aim(f"p95 < {milliseconds:,.0f} ms", lambda result, _: result.figure(OURS, "p95"), milliseconds)


def statements(limit: float) -> Aim:
    """At most so many statements a request."""
    return Aim(f"≤ {limit:g} statements", lambda result, _: result.statements, limit)


def per_second(limit: float) -> Aim:
    """At least so many requests a second."""
    return Aim(f"≥ {limit:g} /s", lambda result, _: result.figure(OURS, "per_second"), limit, is_least=True)


def _median(name: str, results: Results) -> float | None:
    return results.get(name, Result()).figure(OURS)
