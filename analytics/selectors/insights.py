"""What the rules found last."""

from typing import Any

from analytics.models import Insight

MOST = 20
SHORT = ("id", "code", "severity", "title", "text", "link")
"""What a list beside other figures shows of an insight."""


def current_insights(agency: str | None = None, limit: int = MOST) -> list[Insight]:
    """Of the newest set those of everybody, or with `agency` those about that one; most pressing first, then largest.

    One statement. For managers: titles and figures name agents and agencies.
    """
    found = Insight.objects.filter(is_current=True)
    return list((found if agency is None else found.filter(scope=agency))[:limit])


def insight_document(insight: Insight) -> dict[str, Any]:
    """An insight as the API tells it; docs/insights.md says what is in it."""
    return {
        "id": str(insight.pk),
        "code": insight.code,
        "severity": insight.get_severity_display(),
        "agency": insight.scope or None,
        **insight.document,
        "validFor": insight.valid_for,
        "madeAt": insight.made_at,
        "version": insight.version,
    }


def insight_in_short(insight: Insight) -> dict[str, Any]:
    """What it says and where the leads are."""
    document = insight_document(insight)
    return {name: document[name] for name in SHORT}
