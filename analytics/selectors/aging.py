"""Numbers that still grow for weeks after their leads came in, beside those of leads of the same age."""

from collections.abc import Mapping
from decimal import Decimal

from analytics.selectors.comparing import Compared
from analytics.selectors.figures import Figures
from analytics.selectors.velocity import Velocity, previous_ripened
from crm.core.periods import Period


def of_same_age(period: Period, found: Mapping[str, Compared], speed: Velocity) -> dict[str, Compared]:
    """Of the key figures `found` those known of the previous period's leads when they were as old. One statement."""
    leads, revenue = (found[name].previous or 0 for name in ("leads", "revenue"))
    then = Figures(
        leads=int(leads),
        revenue=Decimal(revenue) - previous_ripened(period),
        conversions=speed.previous_then,
    )
    return {
        "revenue": Compared(found["revenue"].value, then.revenue),
        "cpa": Compared(found["cpa"].value, then.cpa),
        "conversions": Compared(found["conversions"].value, then.conversions),
        "conversionRate": speed.same_age(found["conversionRate"].value, then.leads),
    }
