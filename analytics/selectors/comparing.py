"""Numbers beside those of the period before."""

from dataclasses import dataclass
from decimal import Decimal

from analytics.statistics import wilson

Number = int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A number, and the same of the period before; None where there is nothing to take it of."""

    value: Number
    previous: Number

    @property
    def change(self) -> float | None:
        """Per cent; None from zero or from nothing."""
        return change(self.value, self.previous)


def change(value: Number, previous: Number) -> float | None:
    """By how many per cent `value` differs from `previous`, one decimal; None from zero or from nothing."""
    if value is None or not previous:
        return None
    return round(100 * (float(value) - float(previous)) / abs(float(previous)), 1)


def percent(part: int | Decimal, whole: int | Decimal) -> float | None:
    """Per cent, one decimal; None of nothing."""
    return round(100 * float(part) / float(whole), 1) if whole else None


def rate_interval(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's interval of a rate at 95 %, in per cent; None of nothing."""
    if not whole:
        return None
    low, high = wilson(part, whole)
    return round(100 * low, 1), round(100 * high, 1)
