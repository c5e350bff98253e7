"""Numbers that still grow for weeks after their leads came in, beside those of leads of the same age."""

from collections.abc import Mapping
from decimal import Decimal

from analytics.selectors.comparing import Compared
from analytics.selectors.velocity import Velocity, ripened_since
from crm.core.periods import Period


def of_same_age(period: Period, found: Mapping[str, Compared], speed: Velocity) -> dict[str, Compared]:
    """Of the key figures `found` those known of the previous period as it stood when it ended. One statement."""
    leads, revenue, rate = (found[name] for name in ("leads", "revenue", "conversionRate"))
    then = Decimal(revenue.previous or 0) - ripened_since(period.previous())
    return {
        "revenue": Compared(revenue.value, then),
        "conversionRate": speed.same_age(rate.value, int(leads.previous or 0)),
    }
