"""Numbers in words, and what each of them means."""

from typing import Any

from django import template

from analytics import wording
from analytics.choices import Series
from analytics.definitions import DEFINITIONS
from analytics.models.insight import Severity
from analytics.selectors.comparing import Number
from analytics.selectors.naming import campaign_name

register = template.Library()

register.filter("count", wording.number)
register.filter("money", wording.dollars)
register.filter("percent", wording.per_cent)
register.filter("minutes", wording.minutes)
register.filter("campaign", campaign_name)


@register.filter
def signed(value: Number) -> str:
    """A change in per cent, with its sign."""
    return "" if value is None else f"{value:+,.1f} %"


@register.filter
def of_series(value: Number, series: str) -> str:
    """A forecast: whole dollars, or whole leads."""
    return wording.expected(value, Series(series))


@register.filter
def severity(level: int) -> str:
    """The colour of an insight's badge."""
    return wording.COLOURS[Severity(level)]


@register.inclusion_tag("admin/analytics/what.html")
def what(name: str, place: str) -> dict[str, Any]:
    """A button that says what the number `name` is; `place` tells it from others of the name on the page."""
    sentence = DEFINITIONS[name].replace("`", "")
    return {
        "title": wording.words(name),
        "id": f"what-{name.replace('.', '-')}-{place}",
        "sentence": sentence,
    }
