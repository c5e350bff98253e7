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


def facts_of(document: Mapping[str, Any], *, but: Iterable[str] = ("parts",)) -> list[tuple[str, str]]:
    """Names and values, one after the other; without those that have a table of their own."""
    left_out = set(but)
    return [(words(name), _shown_as(name, value)) for name, value in document.items() if name not in left_out]


def table_of(rows: Sequence[Mapping[str, Any]], *, but: Iterable[str] = ("link",)) -> Table | None:
    """Documents of one kind side by side, what is text first; None without any."""
    if not rows:
        return None
    names = dict.fromkeys(name for row in rows for name in row if name not in but)
    ordered = sorted(names, key=lambda name: not any(isinstance(row.get(name), str) for row in rows))
    return Table(
        headers=tuple(map(words, ordered)),
        rows=[tuple(_shown_as(name, row.get(name)) for name in ordered) for row in rows],
    )


def _shown_as(name: str, value: Any) -> str:
    """A value under its name: leads without a campaign are not nothing."""
    return campaign_name("") if name == "campaign" and value == "" else shown(value)
