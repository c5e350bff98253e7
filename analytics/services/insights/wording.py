"""Figures in sentences."""

from collections.abc import Sequence

from analytics.selectors.naming import campaign_name


def percent(part: float, whole: float) -> float:
    """One decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def change(value: float, expected: float) -> float | None:
    """Per cent more (or less) than expected; None from nothing."""
    return round(100 * (value - expected) / expected, 1) if expected else None


def few(number: float) -> str:
    """A count for a sentence: one decimal below ten."""
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:,.1f}"


def leads(number: int) -> str:
    return f"{number:,} lead" if number == 1 else f"{number:,} leads"


def probability(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def source_name(agency: str, campaign: str) -> str:
    return f"{agency}, {campaign_name(campaign)}"


def listing(words: Sequence[str]) -> str:
    """A, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
