"""A finding, and what all rules have in common."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from analytics.selectors.agencies.outcomes import WINDOW
from analytics.selectors.links import condition, listed, searched
from analytics.statistics import Counted, benjamini_hochberg
from crm.core.clock import business_day

LEVEL = 0.05
"""Of what a rule finds among all agencies, no more than this part is chance, on average."""
FEWEST = 30
"""Leads without which nothing is said."""

Subject = TypeVar("Subject")
Kind = Literal["strength", "opportunity"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about it, with the arithmetic."""

    text: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one agency. `test` says how sure it is, and may hold what others do.

    With `for_vendors` the agency is shown text, figures and advice: nothing of money, agents or others stands in them.
    """

    agency: str
    kind: Kind
    code: str
    text: str
    figures: Mapping[str, Any]
    test: Mapping[str, Any]
    link: Mapping[str, Any] | None = None
    advice: Advice | None = None
    for_vendors: bool = False


def significant(tested: Iterable[tuple[Subject, float]]) -> Iterator[tuple[Subject, float]]:
    """Those of many that stand out, with p adjusted for their number (Benjamini and Hochberg)."""
    subjects = list(tested)
    adjusted = benjamini_hochberg([p for _, p in subjects])
    for (subject, _), p in zip(subjects, adjusted, strict=True):
        if p <= LEVEL:
            yield subject, p


def foreseen(expected: float, leads: int, other_leads: int) -> Counted:
    """What the others' leads let expect of so many, as unsure as they are few: the predictive negative binomial count.

    Where none of the others' leads had the outcome, as if half a one had.
    """
    return Counted(max(expected, 0.5 * leads / other_leads), 1 + leads / other_leads)


def leads_link(agency: str, now: datetime, *, days: int = WINDOW, **filters: Any) -> dict[str, Any]:
    """The request that lists the agency's leads of the last `days`, narrowed."""
    end = business_day(now)
    return listed(vendor_code=agency, **filters, startDate=_first(end, days), endDate=str(end)).request()


def searched_link(agency: str, now: datetime, *conditions: dict[str, Any]) -> dict[str, Any]:
    """The same for conditions that only the advanced search knows."""
    since = condition("created_at", "greater_or_equal", _first(business_day(now), WINDOW))
    return searched(condition("vendor_code", "equals", agency), since, *conditions).request()


def share(part: float, whole: float) -> float:
    """Per cent, one decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def rounded(p: float) -> float:
    """A p value as it is shown."""
    return float(f"{p:.2g}")


def dollars(amount: float) -> str:
    """Whole dollars from a hundred on, else with cents."""
    return f"${amount:,.0f}" if amount >= 100 else f"${amount:,.2f}"


def _first(end: date, days: int) -> str:
    return str(end - timedelta(days=days - 1))
