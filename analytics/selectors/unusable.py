"""Leads that came back or were duplicates, held against others of the same age.

Leads come back for weeks, so young ones always look better than old ones: who began to send a month ago, against who
stopped then. Each week of age is compared by itself.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from analytics.choices import Dimension
from analytics.selectors.figures import Figures, Key, figures_by_key_and_day
from analytics.statistics import Above, Table, above_others
from leads.choices import Disposition

WEEK = 7  # days


class Ended(NamedTuple):
    """Leads of one age, and how many of them stand there now."""

    leads: int = 0
    returned: int = 0
    duplicates: int = 0

    def of(self, outcome: Disposition) -> int:
        """Returned, or else duplicates."""
        return self.returned if outcome == Disposition.RETURNED else self.duplicates

    def less(self, part: "Ended") -> "Ended":
        return Ended(
            self.leads - part.leads, self.returned - part.returned, self.duplicates - part.duplicates
        )


Ages = Mapping[int, Ended]
"""By weeks of age."""


def ended_by_age(start: date, end: date, dimension: Dimension) -> dict[Key, Ages]:
    """By key, of the leads created on these business days. One statement."""
    return {key: by_age(days, end) for key, days in figures_by_key_and_day(start, end, dimension).items()}


def by_age(days: Mapping[date, Figures], end: date) -> Ages:
    """Of what came on each day, by its age on the day `end`."""
    return together(
        {(end - day).days // WEEK: Ended(row.leads, row.at_returned, row.at_duplicate)}
        for day, row in days.items()
    )


def together(parts: Iterable[Ages]) -> Ages:
    sums: dict[int, Ended] = {}
    for part in parts:
        for age, ended in part.items():
            sums[age] = Ended(*map(sum, zip(sums.get(age, Ended()), ended, strict=True)))
    return sums


def compare(own: Ages, whole: Ages, outcome: Disposition) -> Above:
    """Whether `own` leads end so more often than the rest of the `whole` they are part of."""
    tables = []
    for age, ended in own.items():
        rest = whole[age].less(ended)
        bad, other_bad = ended.of(outcome), rest.of(outcome)
        tables.append(Table(bad, ended.leads - bad, other_bad, rest.leads - other_bad))
    return above_others(tables)
