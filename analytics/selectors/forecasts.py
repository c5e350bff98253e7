"""The newest forecast, as tiles and the page of predictions show it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from analytics.choices import HORIZONS, Dimension, Series
from analytics.models import Forecast
from analytics.selectors.figures import figures_by_day
from crm.core.clock import business_day

TILE = 30  # days; the tile's interval and error are of these
WEEK = 7
LOOKED_BACK = 16 * WEEK
RIPE_AFTER = {Series.LEADS: 0, Series.REVENUE: 5 * WEEK}
"""Days until a plain look at a day shows about what it will come to; the stored forecast estimates that itself."""
STALE_AFTER = WEEK
"""Days after which a stored forecast is passed over: the next seven days of its making have gone by."""
PENDING = "Backtest pending: the last week that is ripe, again and again, until a worker has made the day's forecast."
PENDING_OF_AGENCY = (
    "The last week that is ripe, again and again: nobody has made this agency's forecast in the last week"
    " (manage.py forecast --agency CODE --store)."
)
NO_LEADS = "There are no leads to forecast from."


class Interval(NamedTuple):
    """Between what a sum should lie in four of five cases."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ForecastFigures:
    """A forecast in short; dollars or leads, None where there is nothing to forecast from.

    `lower`, `upper` and `backtest_error` (WAPE, per cent) are of the next 30 days. `document` is the whole of it,
    as docs/forecast.md describes it; None where none is stored yet.
    """

    series: Series
    next7: float | None = None
    next30: float | None = None
    next90: float | None = None
    intervals: dict[int, Interval] | None = None
    method: str | None = None
    backtest_error: float | None = None
    made_at: datetime | None = None
    made_for: date | None = None
    basis: str = ""
    reason: str = ""
    document: dict[str, Any] | None = None

    @property
    def lower(self) -> float | None:
        return self.intervals[TILE].lower if self.intervals else None

    @property
    def upper(self) -> float | None:
        return self.intervals[TILE].upper if self.intervals else None

    @property
    def sums(self) -> list[tuple[int, float, Interval]]:
        """Of each horizon the days, what is expected and its interval; none where there is nothing to forecast from."""
        points = (self.next7, self.next30, self.next90)
        return [
            (days, point, (self.intervals or {})[days])
            for days, point in zip(HORIZONS, points, strict=True)
            if point is not None
        ]

    def as_tile(self) -> dict[str, Any]:
        """What /admin/stats shows of it."""
        return {
            "next7": self.next7,
            "next30": self.next30,
            "next90": self.next90,
            "lower": self.lower,
            "upper": self.upper,
            "intervals": {str(days): found._asdict() for days, found in (self.intervals or {}).items()},
            "method": self.method,
            "backtestError": self.backtest_error,
            "madeAt": self.made_at,
            "madeFor": self.made_for,
            "basis": self.basis,
            "reason": self.reason,
        }


def latest_forecast(series: Series, scope: str = "", *, now: datetime | None = None) -> ForecastFigures:
    """The newest stored forecast of the business, or of the agency `scope`; else a plain one made now. 1-2 statements."""
    today = business_day(now)
    recent = Forecast.objects.filter(made_for__gt=today - timedelta(days=STALE_AFTER))
    stored = recent.filter(series=series, scope=scope).order_by("-made_for").first()
    return figures_of(stored, today) if stored else _pending(series, scope, today)


def figures_of(forecast: Forecast, today: date) -> ForecastFigures:
    """A stored forecast in short; as seen on `today`, which may be later than the day it was made for."""
    document = forecast.document
    late = (today - forecast.made_for).days
    told = f"Made {late} day{'' if late == 1 else 's'} ago, and no newer one yet." if late > 0 else ""
    sums = document["horizons"]
    return ForecastFigures(
        series=Series(forecast.series),
        next7=sums["7"]["point"],
        next30=sums["30"]["point"],
        next90=sums["90"]["point"],
        intervals={days: Interval(sums[str(days)]["lower"], sums[str(days)]["upper"]) for days in HORIZONS},
        method=forecast.method,
        backtest_error=document["backtest"] and document["backtest"]["error"],
        made_at=forecast.made_at,
        made_for=forecast.made_for,
        basis=document["basis"],
        reason=" ".join(filter(None, (document["reason"], told))),
        document=document,
    )


def _pending(series: Series, scope: str, today: date) -> ForecastFigures:
    weeks = _whole_weeks(series, scope, today)
    if not weeks:
        return ForecastFigures(series, reason=NO_LEADS)
    last, totals = weeks[-1], [sum(week) for week in weeks]
    points = {days: round(sum(last[ahead % WEEK] for ahead in range(days)), 2) for days in HORIZONS}
    return ForecastFigures(
        series,
        next7=points[7],
        next30=points[30],
        next90=points[90],
        intervals={
            days: Interval(
                round(min(points[days], min(totals) * days / WEEK), 2),
                round(max(points[days], max(totals) * days / WEEK), 2),
            )
            for days in HORIZONS
        },
        method="seasonal_naive",
        reason=PENDING_OF_AGENCY if scope else PENDING,
    )


def _whole_weeks(series: Series, scope: str, today: date) -> list[list[float]]:
    """Weeks that end on yesterday's weekday and are ripe, oldest first; of a young business the days there are."""
    dimension = Dimension.AGENCY if scope else Dimension.TOTAL
    found = figures_by_day(
        today - timedelta(days=LOOKED_BACK), today - timedelta(days=1), dimension, scope or None
    )
    if not found:
        return []
    first = min(found)
    ripe = timedelta(days=RIPE_AFTER[series])
    end = today - ripe if first + timedelta(days=WEEK) <= today - ripe else today
    days = [end - timedelta(days=back) for back in range((end - first).days, 0, -1)]
    values = [float(getattr(found[day], series)) if day in found else 0.0 for day in days]
    values = values[len(values) % WEEK :] if len(values) >= WEEK else [sum(values) / len(values)] * WEEK
    return [list(islice(values, start, start + WEEK)) for start in range(0, len(values), WEEK)]
