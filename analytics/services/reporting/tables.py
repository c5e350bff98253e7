"""What every format of a report shows: its tables, their columns, and the points of its chart."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from analytics.models.reports import Audience
from analytics.selectors.figures import Figures
from analytics.selectors.reports import ReportRow, ReportSummary, share_of

Kind = Literal["count", "money", "percent"]
Value = int | float | Decimal | None

DAYS_OF_CHART = 62
"""Up to so many days a chart has a bar a day, above a bar a week, above seven times as many a bar a month."""


@dataclass(frozen=True, slots=True)
class Column:
    """A number of each row. `name` is for programs, `title` for people; money is for us only."""

    name: str
    title: str
    kind: Kind
    value: Callable[[ReportRow], Value]
    for_agency: bool = True


COLUMNS = (
    Column("leads", "Leads", "count", lambda row: row.figures.leads),
    Column("revenue", "Revenue", "money", lambda row: row.figures.revenue, for_agency=False),
    Column("share", "Share", "percent", lambda row: row.share, for_agency=False),
    Column("cpa", "CPA", "money", lambda row: row.figures.cpa, for_agency=False),
    Column("conversions", "Conversions", "count", lambda row: row.figures.conversions),
    Column("conversion_rate", "Conv. rate", "percent", lambda row: row.figures.conversion_rate),
    Column("return_rate", "Return rate", "percent", lambda row: row.figures.return_rate),
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report: a row is a vendor, a source, an agent, a state or a day."""

    name: str
    title: str
    of: str
    rows: tuple[ReportRow, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One bar of the chart: the leads of `start` and of the days up to the next bar."""

    start: date
    figures: Figures


def columns_for(audience: Audience) -> tuple[Column, ...]:
    """The columns that these readers are shown."""
    return tuple(column for column in COLUMNS if column.for_agency or audience == Audience.STAFF)


def tables_for(summary: ReportSummary, audience: Audience) -> list[Table]:
    """The tables that these readers are shown; for an agency by number of leads, as revenue would tell its order."""
    tables = [
        Table("vendor", "Agencies", "Agency", summary.by_vendor),
        Table("source", "Sources", "Source", summary.by_source),
        Table("state", "States", "State", summary.by_state),
    ]
    if audience == Audience.STAFF:
        return [*tables[:2], Table("agent", "Agents", "Agent", summary.by_agent), tables[2]]
    return [Table(one.name, one.title, one.of, _by_leads(one.rows)) for one in tables]


def _by_leads(rows: tuple[ReportRow, ...]) -> tuple[ReportRow, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.figures.leads, row.name)))


def points_of(summary: ReportSummary) -> list[Point]:
    """The chart's bars, none left out; the first and the last may hold fewer days than the others."""
    bars: dict[date, dict[date, Figures]] = defaultdict(dict)
    for day, figures in summary.by_day.items():
        bars[_bar_of(day, len(summary.by_day))][day] = figures
    return [Point(min(days), Figures.total(days.values())) for days in bars.values()]


def rows_of_days(summary: ReportSummary) -> list[tuple[date, ReportRow]]:
    """Every day of the report as a row."""
    return [
        (day, ReportRow(str(day), f"{day:%A}", figures, share_of(figures, summary.total)))
        for day, figures in summary.by_day.items()
    ]


def bar_length(summary: ReportSummary) -> str:
    """What one bar of the chart is."""
    days = len(summary.by_day)
    return "day" if days <= DAYS_OF_CHART else "week" if days <= 7 * DAYS_OF_CHART else "month"


def _bar_of(day: date, days: int) -> date:
    if days <= DAYS_OF_CHART:
        return day
    return day - timedelta(days=day.weekday()) if days <= 7 * DAYS_OF_CHART else day.replace(day=1)
