"""Numbers and stored documents in words: with units and thousands, names of figures as people write them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from analytics.choices import Series
from analytics.models.insight import Severity
from analytics.selectors.comparing import Number
from analytics.selectors.naming import campaign_name
from analytics.services.reporting.telling import NONE, told, told_moment

BETWEEN_WORDS: Final = re.compile(r"[_\W]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])")
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
ACRONYMS: Final = {"cpa", "ets", "mstl", "roi"}
COLOURS: Final[Mapping[Severity, str]] = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "danger",
}
SHORT: Final = {"p", "n"}
LABELS: Final[Mapping[str, str]] = {
    "inPool": "In the pool",
    "over24Hours": "For more than 24 hours",
    "leadsBefore": "Leads before",
    "conversionsBefore": "Conversions before",
    "laterAMonth": "Leads reached later, a month",
    "moreConversionsAMonth": "More conversions a month",
    "moreLow": "More, at least",
    "moreHigh": "More, at most",
    "oddsLow": "Odds ratio, at least",
    "oddsHigh": "Odds ratio, at most",
    "inTime": "Reached in time",
    "share": "Share",
    "shareOthers": "Share of the others",
    "rateBefore": "Rate before",
    "rateLow": "Rate, at least",
    "rateHigh": "Rate, at most",
    "rateOthers": "Rate of the others",
    "of": "Of leads",
    "compared": "Leads of an age to compare",
    "excess": "More than expected",
    "horizonDays": "Converted within",
    "projectedLow": "Projected, at least",
    "projectedHigh": "Projected, at most",
    "chance": "Chance of the goal",
    "progress": "Of the goal",
    "volumeEffect": "By the number of leads",
    "mixEffect": "By their mix",
    "rateEffect": "By how sources convert",
    "soon": "Most pressing",
    "known": "As they stand",
    "matured": "Once their leads have signed",
    "from": "First day",
    "to": "Last day",
    "days_to_deadline": "Left to file",
}
"""Figures that their own names would not tell."""
LIMITS: Final[Mapping[str, str]] = {
    "p": "p, at most",
    "change": "Change, at least",
    "points": "Difference, at least",
    "leads": "Leads, at least",
    "conversions": "Conversions, at least",
    "expected": "Expected, at least",
    "oddsRatio": "Odds ratio, at least",
    "bad": "Such leads, at least",
    "times": "Times the others' rate, at least",
    "fallenTo": "Fallen, to at most",
    "risenTo": "Risen, to at least",
    "behind": "Behind, heading for less than",
    "ahead": "Ahead, heading for more than",
    "businessHours": "Waiting in business hours",
    "hours": "Waiting on any day",
    "minutes": "In time is within",
    "soon": "Critical within",
    "days": "Within",
}
"""The same names where a rule says from when on it tells something."""
UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("rate", "rateLow", "rateHigh", "rateBefore", "rateOthers", "share", "shareOthers", "convertedShare"),
        "%",
    ),
    **dict.fromkeys(("change", "chance", "progress", "fallenTo", "risenTo", "behind", "ahead"), "%"),
    "points": "percentage points",
    **dict.fromkeys(("days", "horizonDays", "days_to_deadline"), "days"),
    **dict.fromkeys(("hours", "businessHours"), "hours"),
    "minutes": "minutes",
}
"""What figures are counted in."""
DOLLARS: Final = "$"
SHORTLY: Final = 120  # minutes


def number(value: Number) -> str:
    """With thousands; a dash where there is nothing to count."""
    return told(value, "count")


def dollars(value: Number) -> str:
    """Dollars and cents."""
    return told(value, "money")


def per_cent(value: Number) -> str:
    """One decimal."""
    return told(value, "percent")


def minutes(value: Number) -> str:
    """Minutes, of long ones hours."""
    if value is None or value < SHORTLY:
        return number(value) + ("" if value is None else " min")
    return f"{float(value) / 60:,.1f} h"


def expected(value: Number, series: Series) -> str:
    """A forecast: whole dollars, or whole leads."""
    if value is None:
        return NONE
    return f"${value:,.0f}" if series == Series.REVENUE else number(round(value))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind, as text."""

    headers: tuple[str, ...]
    rows: list[tuple[str, ...]]


def words(name: str) -> str:
    """`conversionRate` and `campaign_below` as a heading."""
    if name in SHORT:
        return name
    parts = [part.lower() for part in BETWEEN_WORDS.split(name) if part]
    told = " ".join(part.upper() if part in ACRONYMS else part for part in parts)
    return told[:1].upper() + told[1:]


def shown(value: Any) -> str:
    """A value of a document."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3g}" if 0 < abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, Mapping):
        return ", ".join(f"{words(str(name)).lower()} {shown(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(shown(one) for one in value)
    return told_moment(datetime.fromisoformat(value)) if MOMENT.match(str(value)) else str(value)


def facts_of(
    document: Mapping[str, Any],
    *,
    labels: Mapping[str, str] = LABELS,
    units: Mapping[str, str] = UNITS,
) -> list[tuple[str, str]]:
    """Names and values, one after the other; without the rows that have a table of their own.

    What holds a number for each of several names, as dispositions, is as many facts.
    """
    facts = []
    for name, value in document.items():
        if isinstance(value, Mapping):
            facts += [(str(one), _shown_as(name, number, units)) for one, number in value.items()]
        elif not _are_rows(value):
            facts.append((labels.get(name) or words(name), _shown_as(name, value, units)))
    return facts


def tables_of(document: Mapping[str, Any], *, but: Iterable[str] = ("parts",)) -> list[tuple[str, Table]]:
    """The rows in a document, with what they are called."""
    left_out = set(but)
    found = [
        (words(name), table_of(value))
        for name, value in document.items()
        if name not in left_out and _are_rows(value)
    ]
    return [(title, table) for title, table in found if table]


def table_of(rows: Sequence[Mapping[str, Any]], *, but: Iterable[str] = ("link",)) -> Table | None:
    """Documents of one kind side by side, what is text first; None without any."""
    if not rows:
        return None
    names = dict.fromkeys(name for row in rows for name in row if name not in but)
    ordered = sorted(names, key=lambda name: not any(isinstance(row.get(name), str) for row in rows))
    return Table(
        headers=tuple(LABELS.get(name) or words(name) for name in ordered),
        rows=[tuple(_shown_as(name, row.get(name)) for name in ordered) for row in rows],
    )


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _shown_as(name: str, value: Any, units: Mapping[str, str] = UNITS) -> str:
    """A value under its name: with its unit, and leads without a campaign are not nothing."""
    if name == "campaign" and value == "":
        return campaign_name("")
    unit = units.get(name)
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value)
    if unit == DOLLARS:
        return dollars(value)
    return f"{shown(value)} {unit.removesuffix('s') if value == 1 else unit}"
