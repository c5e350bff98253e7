"""The counters read back: sums of leads by the business day they were created on. One statement each.

What statements appended and nobody folded yet is among them: the figures are those of the leads at this moment.
Figures of several calls agree with each other inside `crm.core.snapshots.consistent_read`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from analytics.choices import Dimension
from analytics.selectors.comparing import percent
from crm.core.clock import business_day, business_zone, day_bounds
from crm.core.periods import Period

Key = str | tuple[str, str]
"""As `Dimension` says; of CAMPAIGN the agency's code and the campaign."""
Of = str | Collection[str] | None
"""Which agency, agent or state; several of them, or (None) all."""

CENT = Decimal("0.01")


class Figures(NamedTuple):
    """Sums over leads; zero of everything where there are none. Names as in `analytics.models.counters`."""

    leads: int = 0
    revenue: Decimal = Decimal("0.00")
    cost: Decimal = Decimal("0.00")
    costed: int = 0
    quality: int = 0
    conversions: int = 0
    responded: int = 0
    response_seconds: int = 0
    at_new: int = 0
    at_attempting: int = 0
    at_contacted: int = 0
    at_qualified: int = 0
    at_in_progress: int = 0
    at_docs_sent: int = 0
    at_awaiting_proof: int = 0
    at_retained: int = 0
    at_closed: int = 0
    at_not_interested: int = 0
    at_not_qualified: int = 0
    at_rejected: int = 0
    at_duplicate: int = 0
    at_returned: int = 0
    reached_attempting: int = 0
    reached_contacted: int = 0
    reached_qualified: int = 0
    reached_in_progress: int = 0
    reached_docs_sent: int = 0
    reached_awaiting_proof: int = 0
    reached_retained: int = 0
    reached_closed: int = 0

    @property
    def conversion_rate(self) -> float | None:
        """Per cent of the leads that converted, one decimal; None without leads."""
        return percent(self.conversions, self.leads)

    @property
    def return_rate(self) -> float | None:
        """Per cent of the leads that went back to their agency."""
        return percent(self.at_returned, self.leads)

    @property
    def cpa(self) -> float | None:
        """Revenue by lead, in dollars: what the specification calls CPA."""
        return _mean(self.revenue, self.leads)

    @property
    def avg_quality(self) -> float | None:
        """Mean quality score, 1 to 10."""
        return _mean(self.quality, self.leads)

    @property
    def avg_response_minutes(self) -> float | None:
        """Mean minutes from assignment to first contact."""
        return round(self.response_seconds / self.responded / 60, 1) if self.responded else None

    @classmethod
    def total(cls, parts: Iterable["Figures"]) -> "Figures":
        """The sum of several."""
        return _added(cls, list(parts))


class Brief(NamedTuple):
    """The few sums that a line of a table shows: half the time of reading all `Figures`."""

    leads: int = 0
    revenue: Decimal = Decimal("0.00")
    conversions: int = 0

    @property
    def conversion_rate(self) -> float | None:
        """As of `Figures`."""
        return percent(self.conversions, self.leads)

    @property
    def cpa(self) -> float | None:
        """As of `Figures`."""
        return _mean(self.revenue, self.leads)

    @classmethod
    def total(cls, parts: Iterable["Brief"]) -> "Brief":
        """The sum of several."""
        return _added(cls, list(parts))


Sums = TypeVar("Sums", Figures, Brief)

_COUNTED = """
SELECT * FROM analytics_counted WHERE dimension = %(dimension)s AND bucket >= %(since)s AND bucket < %(until)s
"""
# Of a last day that is cut short: its whole hours where they are counted, and of the rest the leads themselves.
_HOURS = f"""
SELECT %(dimension)s, %(until)s, key, '', {", ".join(Figures._fields)} FROM analytics_counted
 WHERE dimension = {Dimension.HOUR} AND bucket >= %(until)s AND bucket < %(cut)s
"""  # noqa: S608 - ours
_LEADS = "SELECT * FROM analytics_counted_between(%(dimension)s::smallint, %(cut)s, %(end)s)"
_OF_HOURS = (Dimension.TOTAL, Dimension.AGENCY)


def figures(period: Period, dimension: Dimension = Dimension.TOTAL, key: Of = None) -> Figures:
    """Of the whole period; with `key`, of these agencies, agents or states only."""
    rows = _sums("", period, dimension, key)
    return Figures._make(rows[0]) if rows[0][0] is not None else Figures()


def figures_by(period: Period, dimension: Dimension, key: Of = None) -> dict[Key, Figures]:
    """By key; by agency and campaign for CAMPAIGN, and with `key` of these agencies only."""
    if dimension == Dimension.CAMPAIGN:
        return {
            (row[0], row[1]): Figures._make(row[2:]) for row in _sums("key, subkey", period, dimension, key)
        }
    return {row[0]: Figures._make(row[1:]) for row in _sums("key", period, dimension, key)}


def brief(period: Period) -> Brief:
    """Of the whole period, all agencies."""
    rows = _sums("", period, Dimension.TOTAL, fields=Brief._fields)
    return Brief._make(rows[0]) if rows[0][0] is not None else Brief()


def briefs_by(period: Period, dimension: Dimension) -> dict[str, Brief]:
    """By key; of CAMPAIGN by campaign, whatever agency sent it."""
    by = "subkey" if dimension == Dimension.CAMPAIGN else "key"
    return {row[0]: Brief._make(row[1:]) for row in _sums(by, period, dimension, fields=Brief._fields)}


def figures_by_bucket(
    period: Period, dimension: Dimension = Dimension.TOTAL, key: Of = None
) -> dict[datetime, Figures]:
    """By the first instant of each business day (of HOUR: each hour) that has leads."""
    return {row[0]: Figures._make(row[1:]) for row in _sums("bucket", period, dimension, key)}


def figures_by_day(
    start: date, end: date, dimension: Dimension = Dimension.TOTAL, key: Of = None
) -> dict[date, Figures]:
    """By business day, of days that have leads."""
    found = figures_by_bucket(_whole(start, end), dimension, key)
    return {business_day(bucket): row for bucket, row in found.items()}


def figures_by_key_and_day(start: date, end: date, dimension: Dimension) -> dict[Key, dict[date, Figures]]:
    """By key, then by business day; of CAMPAIGN by agency and campaign."""
    found: dict[Key, dict[date, Figures]] = defaultdict(dict)
    days: dict[datetime, date] = {}
    by_pair = dimension == Dimension.CAMPAIGN
    for bucket, key, subkey, *sums in _sums("bucket, key, subkey", _whole(start, end), dimension):
        day = days.setdefault(bucket, business_day(bucket))
        found[(key, subkey) if by_pair else key][day] = Figures._make(sums)
    return dict(found)


def _whole(start: date, end: date) -> Period:
    return Period("days", start, end, day_bounds(end)[1])


def _sums(
    by: str,
    period: Period,
    dimension: Dimension,
    key: Of = None,
    *,
    fields: Collection[str] = Figures._fields,
) -> list[tuple[Any, ...]]:
    since, until = period.bounds
    keys = [key] if isinstance(key, str) else list(key or ())
    asked: dict[str, Any] = {"dimension": dimension, "since": since, "until": until, "keys": keys}
    source = _COUNTED
    if period.is_cut:
        last_day = day_bounds(period.end)[0]
        is_by_hour = dimension in _OF_HOURS and last_day.utcoffset() == until.utcoffset()
        asked |= {"until": last_day, "cut": _hour(until) if is_by_hour else last_day, "end": until}
        source = " UNION ALL ".join((_COUNTED, *([_HOURS] if is_by_hour else []), _LEADS))
    of_key = "" if key is None else "WHERE key = ANY (%(keys)s)"
    grouped = f"GROUP BY {by} HAVING sum(leads) <> 0" if by else ""
    sums = ", ".join(
        f"sum({name})::{'numeric' if name in {'revenue', 'cost'} else 'bigint'}" for name in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by + ', ' if by else ''}{sums} FROM ({source}) AS counted {of_key} {grouped}",  # noqa: S608 - ours
            asked,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _added(kind: type[Sums], parts: list[Sums]) -> Sums:
    if len(parts) == 1:
        return parts[0]
    return kind._make(map(sum, zip(*parts, strict=True))) if parts else kind()


def _hour(at: datetime) -> datetime:
    return at.astimezone(business_zone()).replace(minute=0, second=0, microsecond=0)


def _mean(total: Decimal | int, number: int) -> float | None:
    """To the cent as money is rounded: a half goes up."""
    return float((Decimal(total) / number).quantize(CENT, ROUND_HALF_UP)) if number else None
