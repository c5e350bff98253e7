"""The report of a period: totals, days, vendors, sources, agents and states that add up to the cent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from agencies.models import Agency
from analytics.choices import Dimension
from analytics.selectors.aging import of_same_age
from analytics.selectors.comparing import Compared, percent
from analytics.selectors.figures import Figures, figures, figures_by, figures_by_day
from analytics.selectors.kpis import KPIS
from analytics.selectors.naming import Named, named_agencies, named_agents, named_campaign, named_state
from analytics.selectors.shortening import MOST_ROWS, OTHERS, cut, others_name
from analytics.selectors.sources import by_campaign
from analytics.selectors.velocity import velocity
from crm.core.clock import day_bounds
from crm.core.periods import Period
from crm.core.snapshots import consistent_read


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of a table. `share` is its part of the report's revenue in per cent, None where there is none."""

    code: str
    name: str
    figures: Figures
    share: float | None


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """All numbers of a report as of one moment: every table adds up to `total`.

    `agency` is the one that the report is narrowed to. `of_same_age` has, of all agencies together, what is known of the
    previous period's leads when they were as old as these, by the names of `analytics.definitions`. Tables are sorted by
    revenue; `by_day` has every day.
    """

    period: Period
    agency: Agency | None
    generated_at: datetime
    total: Figures
    previous: Figures
    of_same_age: Mapping[str, Compared]
    by_day: Mapping[date, Figures]
    by_vendor: tuple[ReportRow, ...]
    by_source: tuple[ReportRow, ...]
    by_agent: tuple[ReportRow, ...]
    by_state: tuple[ReportRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no lead came in."""
        return not self.total.leads

    @property
    def total_row(self) -> ReportRow:
        """The last line of every table."""
        return ReportRow("", "Total", self.total, share_of(self.total, self.total))


def build_report(period: Period, agency: Agency | None = None) -> ReportSummary:
    """The report of `period`, of all agencies or of one: ten statements at most, whatever the number of leads.

    All is counted but the agents and states of a single agency, which are summed up from its leads.
    """
    dimension, key = (Dimension.AGENCY, agency.code) if agency else (Dimension.TOTAL, None)
    with consistent_read():
        days = figures_by_day(period.start, period.end, dimension, key)
        previous = figures(period.previous(), dimension, key)
        vendors = {agency.code: Figures.total(days.values())} if agency else _by(period, Dimension.AGENCY)
        sources = figures_by(period, Dimension.CAMPAIGN, key)
        agents, states = _agents_and_states(period, agency)
        named_vendor, named_agent = _agency_names(agency), named_agents(agents)
        total = Figures.total(days.values())
        same_age = {} if agency else _of_same_age(period, total, previous)
    return ReportSummary(
        period=period,
        agency=agency,
        generated_at=timezone.now(),
        total=total,
        previous=previous,
        of_same_age=same_age,
        by_day={day: days.get(day, Figures()) for day in _days(period)},
        by_vendor=_rows(vendors, total, named_vendor),
        by_source=_rows(by_campaign(sources), total, named_campaign),
        by_agent=_rows(agents, total, named_agent),
        by_state=_rows(states, total, named_state),
    )


def share_of(part: Figures, whole: Figures) -> float | None:
    """Per cent of the whole's revenue, one decimal; None where there is none."""
    return percent(part.revenue, whole.revenue)


def _of_same_age(period: Period, total: Figures, previous: Figures) -> dict[str, Compared]:
    found = {name: Compared(value(total), value(previous)) for name, value in KPIS.items()}
    return of_same_age(period, found, velocity(period))


def _days(period: Period) -> Iterable[date]:
    return (period.start + timedelta(days=number) for number in range(period.days))


def _rows(found: Mapping[str, Figures], total: Figures, named: Named) -> tuple[ReportRow, ...]:
    """By revenue, then leads, then name; the smallest of very many as one."""
    rows = [ReportRow(*named(key), one, share_of(one, total)) for key, one in found.items() if one.leads]
    rows.sort(key=lambda row: (-row.figures.revenue, -row.figures.leads, row.name, row.code))
    return tuple(shortened(rows, MOST_ROWS, total))


def shortened(rows: list[ReportRow], most: int, total: Figures) -> list[ReportRow]:
    """At most `most` rows: what does not fit is added up in the last one."""
    shown, others = cut(rows, key=lambda row: row.code, most=most)
    if not others:
        return shown
    added = Figures.total(row.figures for row in others)
    return [*shown, ReportRow(OTHERS, others_name(others), added, share_of(added, total))]


def _by(period: Period, dimension: Dimension) -> dict[str, Figures]:
    return {str(key): one for key, one in figures_by(period, dimension).items()}


def _agents_and_states(
    period: Period, agency: Agency | None
) -> tuple[dict[str, Figures], dict[str, Figures]]:
    if agency is None:
        return _by(period, Dimension.AGENT), _by(period, Dimension.STATE)
    found: dict[int, dict[str, Figures]] = {Dimension.AGENT: {}, Dimension.STATE: {}}
    for dimension, key, *sums in _counted_of(period, agency):
        found[dimension][key] = Figures._make(sums)
    return found[Dimension.AGENT], found[Dimension.STATE]


# All at one moment and of one campaign: neither is asked for, and so the leads are one group for each agent and state.
_LEADS_OF = """
SELECT 1 AS sign, %(since)s::timestamptz AS created_at, vendor_code, '' AS campaign_source, assigned_agent_id, state,
       disposition, furthest_stage, lead_value, acquisition_cost, quality_score, closed_date, assigned_at, first_contact_at
  FROM leads_lead WHERE vendor_code = %(agency)s AND created_at >= %(since)s AND created_at < %(until)s
"""
_OF_AGENCY = "SELECT dimension, key, {sums} FROM ({counting}) AS counted WHERE dimension = ANY (%(dimensions)s) GROUP BY 1, 2"


def _counted_of(period: Period, agency: Agency) -> list[tuple[Any, ...]]:
    """By agent and by state, counted from one agency's leads by the expressions that the counters are kept by."""
    sums = ", ".join(
        f"sum({name})::{'numeric' if isinstance(zero, Decimal) else 'bigint'}"
        for name, zero in Figures()._asdict().items()
    )
    asked: dict[str, Any] = {
        "dimensions": [Dimension.AGENT.value, Dimension.STATE.value],
        "agency": agency.code,
        "since": day_bounds(period.start)[0],
        "until": day_bounds(period.end)[1],
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT analytics_counting(%s)", [_LEADS_OF])
        cursor.execute(_OF_AGENCY.format(sums=sums, counting=cursor.fetchone()[0]), asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _agency_names(agency: Agency | None) -> Named:
    if agency:
        return lambda code: (code, agency.name)
    return named_agencies()
