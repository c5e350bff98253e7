"""Leads by agency, campaign and age, and how many converted within the same time from their creation.

The conversions of young leads cannot be compared with those of old ones: a lead counts as converted here when it did so
within a horizon from its creation, and only leads that have had this horizon are looked at. Of 14 and 28 days the
shorter is the horizon, if by then `ENOUGH` of the conversions that leads ever had were there.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from analytics.services.insights.reading import rows

BLOCK = 14  # days
BLOCKS = 15
MATURE = 6  # blocks: older leads have mostly had the conversions they will have
ENOUGH = 0.75

# Blocks of whole business days, counted back from last night. A horizon is a length of time, not of calendar days.
_READ = f"""
SELECT vendor_code, campaign_source, (%(today)s::date - 1 - (created_at AT TIME ZONE %(zone)s)::date) / {BLOCK} AS block, count(*),
       count(*) FILTER (WHERE closed_date < created_at + interval '336 hours'),
       count(*) FILTER (WHERE closed_date < created_at + interval '672 hours'), count(closed_date)
  FROM leads_lead WHERE created_at >= %(since)s AND created_at < %(until)s
 GROUP BY 1, 2, 3
"""  # noqa: S608 - our own constant

Source = tuple[str, str]
"""An agency's code and a campaign."""


class Cell(NamedTuple):
    """Leads of one block, and how many of them converted within 14 days, within 28, ever."""

    leads: int
    within_14: int
    within_28: int
    ever: int


class Cohort(NamedTuple):
    """Leads, and those of them that converted within the horizon."""

    leads: int = 0
    conversions: int = 0

    def __add__(self, other: object) -> "Cohort":
        if not isinstance(other, Cohort):
            return NotImplemented
        return Cohort(self.leads + other.leads, self.conversions + other.conversions)

    def __sub__(self, other: "Cohort") -> "Cohort":
        return Cohort(self.leads - other.leads, self.conversions - other.conversions)

    @property
    def rate(self) -> float:
        return self.conversions / self.leads if self.leads else 0.0

    @property
    def others(self) -> int:
        """Leads that did not convert."""
        return self.leads - self.conversions


@dataclass(frozen=True)
class Cohorts:
    """The last 30 weeks of leads in blocks of two weeks, block 0 the one that ended last night."""

    today: date
    cells: dict[Source, dict[int, Cell]]

    @cached_property
    def horizon(self) -> int:
        """Days."""
        old = [cell for blocks in self.cells.values() for block, cell in blocks.items() if block >= MATURE]
        ever, soon = sum(cell.ever for cell in old), sum(cell.within_14 for cell in old)
        return BLOCK if soon >= ENOUGH * ever else 2 * BLOCK

    def leads(self, first: int, last: int) -> dict[Source, int]:
        """Leads of these blocks, both included."""
        return {source: self._sum(source, first, last).leads for source in self.cells}

    def matured(self, first: int, last: int) -> dict[Source, Cohort]:
        """Cohorts of these blocks, counted back from the horizon: block 0 is the youngest that has had it."""
        past = self.horizon // BLOCK
        return {source: self._sum(source, first + past, last + past) for source in self.cells}

    def days(self, first: int, last: int, *, matured: bool = False) -> tuple[date, date]:
        """The first and the last day of these blocks."""
        past = self.horizon if matured else 0
        return (
            self.today - timedelta(days=past + BLOCK * (last + 1)),
            self.today - timedelta(days=past + BLOCK * first + 1),
        )

    def _sum(self, source: Source, first: int, last: int) -> Cohort:
        cells = [cell for block, cell in self.cells[source].items() if first <= block <= last]
        horizon_is_short = self.horizon == BLOCK
        return Cohort(
            sum(cell.leads for cell in cells),
            sum(cell.within_14 if horizon_is_short else cell.within_28 for cell in cells),
        )


def read_cohorts(today: date) -> Cohorts:
    """One statement."""
    cells: dict[Source, dict[int, Cell]] = defaultdict(dict)
    since = today - timedelta(days=BLOCK * BLOCKS)
    for agency, campaign, block, *counts in rows(_READ, since=since, until=today, today=today.isoformat()):
        cells[agency, campaign][block] = Cell(*counts)
    return Cohorts(today, dict(cells))


def total(cohorts: Iterable[Cohort]) -> Cohort:
    return sum(cohorts, Cohort())
