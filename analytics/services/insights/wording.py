"""Figures in sentences."""

from collections.abc import Sequence

from analytics.selectors.comparing import change
from analytics.selectors.naming import campaign_name
from analytics.statistics import probability

__all__ = ["change", "few", "leads", "listing", "percent", "probability", "source_name"]


def percent(part: float, whole: float) -> float:
    """One decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def few(number: float) -> str:
    """A count for a sentence: one decimal below ten."""
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:,.1f}"


def leads(number: int) -> str:
    return f"{number:,} lead" if number == 1 else f"{number:,} leads"


def source_name(agency: str, campaign: str) -> str:
    return f"{agency}, {campaign_name(campaign)}"


def listing(words: Sequence[str]) -> str:
    """A, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
