"""What became of the leads of every campaign, next to what becomes of such leads elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from crm.core.clock import business_day, day_bounds

WINDOW = 90  # days, today among them
RECENT = 28  # days at the end of the window, for what has changed lately
AGE_CLASSES = (56, 28, 14, 7)
"""Days since creation: of yesterday's leads nobody expects a retainer, or a return."""
DAYTIME = (8, 20)
"""Hours of the business's clock in which somebody calls: leads of the night wait for us, not for their agency."""

FEWEST_OTHERS = 30
"""Leads that all other agencies together must have for their rate to be a yardstick."""

Alike = tuple[Any, ...]
"""What leads have in common."""

# Small, however many leads there are: all that follows is done with these cells.
_CELLS = """
WITH held AS (
    SELECT vendor_code AS agency, campaign_source AS campaign, quality_score AS quality,
           width_bucket(created_at, %(ages)s::timestamptz[]) AS age,
           extract(hour FROM created_at AT TIME ZONE %(zone)s) BETWEEN %(opens)s AND %(closes)s - 1 AS by_day,
           created_at >= %(recent)s AS is_recent, closed_date, disposition,
           furthest_stage < 2 AND disposition <> 'Duplicate' AS is_unreached,
           trustedform_url = '' AND jornaya_lead_id = '' AS is_unproven, acquisition_cost
      FROM leads_lead
     WHERE created_at >= %(since)s AND created_at < %(until)s)
SELECT agency, campaign, quality, age, by_day, is_recent, count(*), count(closed_date),
       count(*) FILTER (WHERE disposition = 'Returned'), count(*) FILTER (WHERE disposition = 'Duplicate'),
       count(*) FILTER (WHERE is_unproven),
       count(*) FILTER (WHERE age < %(settled)s AND disposition <> 'Duplicate'),
       count(*) FILTER (WHERE age < %(settled)s AND is_unreached),
       count(acquisition_cost), COALESCE(sum(acquisition_cost), 0)::float
  FROM held GROUP BY agency, campaign, quality, age, by_day, is_recent ORDER BY agency, campaign
"""


class Cell(NamedTuple):
    """Leads of one campaign that are alike."""

    agency: str
    campaign: str
    quality: int
    age: int  # class of AGE_CLASSES, 0 the oldest
    by_day: bool
    is_recent: bool
    leads: int
    converted: int = 0
    returned: int = 0
    duplicates: int = 0
    unproven: int = 0
    settled: int = 0
    unreached: int = 0
    costed: int = 0
    cost: float = 0.0


class Outcomes(NamedTuple):
    """Leads of the last WINDOW days, and of how many what was to be expected; sums, so they add up."""

    leads: int = 0
    converted: int = 0
    expected: float = (
        0.0  # conversions, at the other agencies' rate for leads of this quality, age and time of day
    )
    returned: int = 0
    expected_returns: float = 0.0  # at the other agencies' rate for leads of this age
    duplicates: int = 0
    unproven: int = 0  # with neither a TrustedForm nor a Jornaya certificate
    day_leads: int = 0  # by day, older than a week, no duplicates
    day_unreached: int = 0
    night_leads: int = 0
    night_unreached: int = 0
    recent_leads: int = 0  # of the last RECENT days
    recent_quality: int = 0
    quality: int = 0
    quality_squares: int = 0
    costed: int = 0
    cost: float = 0.0  # dollars

    @classmethod
    def total(cls, parts: Iterable["Outcomes"]) -> "Outcomes":
        """The sum of several."""
        return cls._make(map(sum, zip(*parts, strict=True))) if (parts := list(parts)) else cls()

    def without(self, part: "Outcomes") -> "Outcomes":
        """The rest."""
        return Outcomes._make(mine - theirs for mine, theirs in zip(self, part, strict=True))

    @property
    def avg_cost(self) -> float | None:
        return self.cost / self.costed if self.costed else None


class Yardstick:
    """How often the leads of all other agencies that are like a cell's converted and were returned.

    An agency's own leads have no part in it: what it does can't move what is expected of it.
    """

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._sums: Counter[tuple[Any, ...]] = Counter()
        for cell in cells:
            for alike in {*_of_conversions(cell), *_of_returns(cell)}:
                for key in (alike, (cell.agency, *alike)):
                    self._sums["leads", key] += cell.leads
                    self._sums["converted", key] += cell.converted
                    self._sums["returned", key] += cell.returned

    def conversions(self, cell: Cell) -> float:
        """To be expected of the cell's leads."""
        return self._expected("converted", cell, _of_conversions(cell))

    def returns(self, cell: Cell) -> float:
        """To be expected of the cell's leads."""
        return self._expected("returned", cell, _of_returns(cell))

    def _expected(self, outcome: str, cell: Cell, alike: tuple[Alike, ...]) -> float:
        """By the finest likeness in which the others have enough leads; as it came where they have few at all."""
        for key in alike:
            leads = self._others("leads", cell, key)
            if leads >= FEWEST_OTHERS:
                return cell.leads * self._others(outcome, cell, key) / leads
        return cell.converted if outcome == "converted" else cell.returned

    def _others(self, number: str, cell: Cell, key: Alike) -> int:
        return self._sums[number, key] - self._sums[number, (cell.agency, *key)]


def _of_conversions(cell: Cell) -> tuple[Alike, ...]:
    """What leads must share to be compared, finest first."""
    return (
        ("like", cell.quality, cell.age, cell.by_day),
        ("quality and age", cell.quality, cell.age),
        *_of_returns(cell),
    )


def _of_returns(cell: Cell) -> tuple[Alike, ...]:
    return ("age", cell.age), ("all",)


def campaign_outcomes(now: datetime) -> dict[tuple[str, str], Outcomes]:
    """By agency and campaign, of all agencies, in one statement over their leads."""
    return outcomes_of(_cells(now))


def outcomes_of(cells: Sequence[Cell]) -> dict[tuple[str, str], Outcomes]:
    """The cells of each campaign summed up, next to what the other agencies' let expect."""
    yardstick = Yardstick(cells)
    found: dict[tuple[str, str], list[Outcomes]] = defaultdict(list)
    for cell in cells:
        found[cell.agency, cell.campaign].append(_outcomes(cell, yardstick))
    return {key: Outcomes.total(parts) for key, parts in found.items()}


def _outcomes(cell: Cell, yardstick: Yardstick) -> Outcomes:
    by_day = cell.by_day
    return Outcomes(
        leads=cell.leads,
        converted=cell.converted,
        expected=yardstick.conversions(cell),
        returned=cell.returned,
        expected_returns=yardstick.returns(cell),
        duplicates=cell.duplicates,
        unproven=cell.unproven,
        day_leads=cell.settled if by_day else 0,
        day_unreached=cell.unreached if by_day else 0,
        night_leads=0 if by_day else cell.settled,
        night_unreached=0 if by_day else cell.unreached,
        recent_leads=cell.leads if cell.is_recent else 0,
        recent_quality=cell.leads * cell.quality if cell.is_recent else 0,
        quality=cell.leads * cell.quality,
        quality_squares=cell.leads * cell.quality**2,
        costed=cell.costed,
        cost=cell.cost,
    )


def _cells(now: datetime) -> list[Cell]:
    today = business_day(now)
    asked = {
        "ages": [now - timedelta(days=days) for days in AGE_CLASSES],
        "settled": len(AGE_CLASSES),
        "zone": settings.BUSINESS_TIME_ZONE,
        "opens": DAYTIME[0],
        "closes": DAYTIME[1],
        "since": day_bounds(today - timedelta(days=WINDOW - 1))[0],
        "recent": day_bounds(today - timedelta(days=RECENT - 1))[0],
        "until": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, asked)
        return [Cell._make(row) for row in cursor.fetchall()]
