"""The key figures of a period beside those of the period before."""

from collections.abc import Callable, Mapping
from typing import Final

from analytics.choices import Dimension
from analytics.selectors.comparing import Compared, Number, percent
from analytics.selectors.figures import Figures, figures
from crm.core.periods import Period


def roi(one: Figures) -> float | None:
    """(Revenue - cost) / cost in per cent; None without costs."""
    return percent(one.revenue - one.cost, one.cost)


KPIS: Final[Mapping[str, Callable[[Figures], Number]]] = {
    "leads": lambda one: one.leads,
    "revenue": lambda one: one.revenue,
    "conversions": lambda one: one.conversions,
    "conversionRate": lambda one: one.conversion_rate,
    "cpa": lambda one: one.cpa,
    "returnRate": lambda one: one.return_rate,
    "avgQuality": lambda one: one.avg_quality,
    "avgResponseMinutes": lambda one: one.avg_response_minutes,
    "cost": lambda one: one.cost,
    "costKnown": lambda one: percent(one.costed, one.leads),
    "roi": roi,
}
"""Each by the name that analytics.definitions explains."""


def kpis(period: Period, agency: str | None = None) -> dict[str, Compared]:
    """Of all agencies or of one. Two statements."""
    dimension = Dimension.TOTAL if agency is None else Dimension.AGENCY
    now, before = figures(period, dimension, agency), figures(period.previous(), dimension, agency)
    return {name: Compared(value(now), value(before)) for name, value in KPIS.items()}
