"""Whether a change of a key figure is good news: one rule for pages and reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from analytics.choices import Series
from analytics.selectors.comparing import Compared
from analytics.selectors.forecasts import RIPE_AFTER
from crm.core.periods import Period

NOTABLE: Final = 5.0
"""Per cent; a smaller change is neither good nor bad."""
RIPE: Final = timedelta(days=RIPE_AFTER[Series.REVENUE])
IS_MORE_BETTER: Final[Mapping[str, bool]] = {
    "leads": True,
    "revenue": True,
    "conversions": True,
    "conversionRate": True,
    "returnRate": False,
    "avgQuality": True,
    "avgResponseMinutes": False,
    "roi": True,
}
"""By the names of `analytics.definitions`; of the others more is neither better nor worse."""
RIPENING: Final = frozenset({"revenue", "conversions", "conversionRate", "cpa", "returnRate", "roi"})
"""Those that grow for weeks after their leads came in: beside older leads they look other than they are."""


@dataclass(frozen=True, slots=True)
class Judged(Compared):
    """A number beside what its change is against: that `is_of_same_age`, or `is_of_older` leads and unfair.

    `is_good` says whether the change is good news; None where it is neither, or where that can't be known yet.
    """

    is_of_same_age: bool = False
    is_of_older: bool = False
    is_good: bool | None = None


def judged(name: str, found: Compared, of_same_age: Compared | None, *, is_young: bool) -> Judged:
    """One key figure, beside what is known of leads of the same age or else beside the period before."""
    compared = of_same_age or found
    is_of_older = is_young and name in RIPENING and of_same_age is None
    return Judged(
        compared.value,
        compared.previous,
        is_of_same_age=of_same_age is not None,
        is_of_older=is_of_older,
        is_good=None if is_of_older else _is_good(name, compared.change),
    )


def is_young(period: Period, today: date) -> bool:
    """Whether many of the period's leads are still being worked on `today`."""
    return today - period.end < RIPE


def _is_good(name: str, change: float | None) -> bool | None:
    if change is None or abs(change) < NOTABLE or name not in IS_MORE_BETTER:
        return None
    return (change > 0) == IS_MORE_BETTER[name]
