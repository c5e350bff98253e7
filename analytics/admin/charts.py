"""What the theme's chart component draws, as the JSON it takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from analytics.selectors.forecasts import ForecastFigures
from analytics.selectors.series import Bucket
from analytics.wording import dollars, expected, number
from crm.core.periods import Granularity

REVENUE: Final = "var(--crm-chart-1)"
LEADS: Final = "var(--crm-chart-2)"
CONVERSIONS: Final = "var(--crm-chart-3)"
BAND: Final = "var(--crm-chart-band)"
INK: Final = "#6f7787"  # legible on both of the theme's grounds
TICKS: Final = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """`data` and `options` are Chart.js's, as JSON; `rows` say the same as a table."""

    data: str
    options: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def revenue_chart(buckets: Sequence[Bucket], granularity: Granularity) -> Chart:
    """Revenue, bucket by bucket."""
    values = [float(bucket.figures.revenue) for bucket in buckets]
    bars = {"label": "Revenue, $", "data": values, "backgroundColor": REVENUE, "borderRadius": 3}
    names = [told_bucket(bucket.label, granularity) for bucket in buckets]
    rows = [(name, dollars(bucket.figures.revenue)) for name, bucket in zip(names, buckets, strict=True)]
    return Chart(_data(names, bars), _options(has_legend=False), (granularity.capitalize(), "Revenue"), rows)


def leads_chart(buckets: Sequence[Bucket], granularity: Granularity) -> Chart:
    """Leads, and how many of them have converted."""
    names = [told_bucket(bucket.label, granularity) for bucket in buckets]
    came = {
        "label": "Leads",
        "data": [bucket.figures.leads for bucket in buckets],
        "backgroundColor": LEADS,
        "borderRadius": 3,
    }
    won = {
        "label": "Conversions",
        "data": [bucket.figures.conversions for bucket in buckets],
        "backgroundColor": CONVERSIONS,
        "borderRadius": 3,
    }
    rows = [
        (name, number(bucket.figures.leads), number(bucket.figures.conversions))
        for name, bucket in zip(names, buckets, strict=True)
    ]
    return Chart(
        _data(names, came, won), _options(), (granularity.capitalize(), "Leads", "Conversions"), rows
    )


def forecast_chart(forecast: ForecastFigures) -> Chart | None:
    """The days to come with the band each lies in; None where only sums are known."""
    path = (forecast.document or {}).get("path")
    if not path:
        return None
    names = [told_bucket(day["date"], "day") for day in path]
    line = {"borderWidth": 1, "pointRadius": 0, "tension": 0.2}
    edge = {**line, "borderColor": BAND, "backgroundColor": BAND}  # the ground is also the legend's swatch
    upper = {**edge, "label": "At most", "data": [day["upper"] for day in path]}
    lower = {**edge, "label": "At least", "data": [day["lower"] for day in path], "fill": "-1"}
    middle = {
        **line,
        "label": forecast.series.label,
        "data": [day["value"] for day in path],
        "borderColor": REVENUE,
        "backgroundColor": REVENUE,
        "borderWidth": 2,
    }
    rows = [
        (name, *(expected(day[end], forecast.series) for end in ("value", "lower", "upper")))
        for name, day in zip(names, path, strict=True)
    ]
    return Chart(
        _data(names, upper, lower, middle), _options(), ("Day", "Expected", "At least", "At most"), rows
    )


def told_bucket(label: str, granularity: Granularity) -> str:
    """A bucket's label for people: `14:00`, `Nov 22`, `week of Nov 16`, `Nov 2026`."""
    if granularity == "hour":
        at = datetime.fromisoformat(label)
        return f"{at:%b} {at.day}, {at:%H:%M}"
    if granularity == "month":
        return f"{date.fromisoformat(f'{label}-01'):%b %Y}"
    day = date.fromisoformat(label)
    name = f"{day:%b} {day.day}"
    return f"week of {name}" if granularity == "week" else name


def _data(labels: list[str], *datasets: dict[str, Any]) -> str:
    return json.dumps({"labels": labels, "datasets": datasets})


def _options(*, has_legend: bool = True) -> str:
    ticks = {"color": INK, "maxTicksLimit": TICKS, "maxRotation": 0, "autoSkipPadding": 12}
    legend = {"color": INK, "boxHeight": 8, "boxWidth": 8, "useBorderRadius": True, "borderRadius": 2}
    return json.dumps(
        {
            "animation": False,
            "maintainAspectRatio": False,
            "interaction": {"mode": "index", "intersect": False},
            "plugins": {"legend": {"display": has_legend, "align": "end", "labels": legend}},
            "scales": {
                "x": {"grid": {"display": False}, "ticks": ticks},
                "y": {
                    "beginAtZero": True,
                    "border": {"display": False},
                    "ticks": {"color": INK, "maxTicksLimit": 5},
                },
            },
        }
    )
