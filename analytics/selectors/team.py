"""The agents: how many are at work, and who did how well with the leads of a period."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import Q

from analytics.choices import Dimension
from analytics.selectors.comparing import Compared, Number
from analytics.selectors.figures import Brief, Figures, figures_by
from crm.core.choices import Availability, Role
from crm.core.models import User
from crm.core.periods import Period
from leads.selectors import team_figures

TOP: Final = 5
FEW: Final = 10
"""Leads (for response: contacts) below which a rate is ranked after those of all with more."""


class Metric(StrEnum):
    """What agents are ranked by."""

    REVENUE = "revenue"
    LEADS = "leads"
    CONVERSION = "conversion"
    RESPONSE = "response"


VALUES: Final[Mapping[Metric, Callable[[Figures], Number]]] = {
    Metric.REVENUE: lambda figures: figures.revenue,
    Metric.LEADS: lambda figures: figures.leads,
    Metric.CONVERSION: lambda figures: figures.conversion_rate,
    Metric.RESPONSE: lambda figures: figures.avg_response_minutes,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The agents whose accounts are open, now."""

    total: int
    online: int
    used: int
    places: int

    @property
    def offline(self) -> int:
        return self.total - self.online

    @property
    def utilization(self) -> float:
        """Per cent of all their places that hold an open lead; 0 without places."""
        return round(100 * self.used / self.places, 1) if self.places else 0.0


@dataclass(frozen=True, slots=True)
class Performer:
    """An agent with the figures of the period's leads they hold; the score is that of GET /agents."""

    person: User
    figures: Brief
    performance_score: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """An agent's place by a metric. `is_certain` is false where the rate is one of a few leads only."""

    rank: int
    person: User
    figures: Figures
    metric: Compared
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Agents by a metric, best first; `unassigned` are the leads nobody holds."""

    agents: list[Ranked]
    unassigned: Figures


def is_working(person: User) -> bool:
    """Whether somebody is an agent and may sign in."""
    return person.is_active and person.role == Role.AGENT


def standing(people: Iterable[User]) -> Standing:
    """Of those among `people` who are agents with an open account."""
    working = [person for person in people if is_working(person)]
    return Standing(
        total=len(working),
        online=sum(person.availability == Availability.ACTIVE for person in working),
        used=sum(person.capacity for person in working),
        places=sum(person.max_capacity for person in working),
    )


def agents_and_holders(*found: Iterable[Any]) -> dict[str, User]:
    """All agents, and whoever else is among the keys `found`, by the key the counters have. One statement."""
    holders = {int(key) for keys in found for key in keys if key}
    people = User.objects.filter(Q(role=Role.AGENT) | Q(pk__in=holders)).only(
        "email",
        "first_name",
        "last_name",
        "role",
        "is_active",
        "availability",
        "capacity",
        "max_capacity",
    )
    return {str(person.pk): person for person in people}


def top_performers(found: Mapping[str, Brief], people: Mapping[str, User]) -> list[Performer]:
    """The TOP holders of leads by revenue, then leads, then address."""
    held = [(people[key], figures) for key, figures in found.items() if key in people]
    held.sort(key=lambda one: (-one[1].revenue, -one[1].leads, one[0].email))
    team = team_figures()
    return [
        Performer(person, figures, team.of(person.pk).performance_score) for person, figures in held[:TOP]
    ]


def ranking(period: Period, metric: Metric) -> Ranking:
    """Every agent who works now or held a lead in this period or the one before. Three statements."""
    now, before = figures_by(period, Dimension.AGENT), figures_by(period.previous(), Dimension.AGENT)
    people = agents_and_holders(now, before)
    rows = [
        (person, now.get(key, Figures()), before.get(key, Figures()))
        for key, person in people.items()
        if is_working(person) or key in now or key in before
    ]
    rows.sort(key=lambda row: (*_order(row[1], metric), row[0].email))
    value = VALUES[metric]
    return Ranking(
        agents=[
            Ranked(
                rank, person, figures, Compared(value(figures), value(earlier)), _is_certain(figures, metric)
            )
            for rank, (person, figures, earlier) in enumerate(rows, start=1)
        ],
        unassigned=now.get("", Figures()),
    )


def _order(figures: Figures, metric: Metric) -> tuple[bool, bool, float]:
    value = VALUES[metric](figures)
    best_first = 1 if metric == Metric.RESPONSE else -1
    return (
        not figures.leads or value is None,
        not _is_certain(figures, metric),
        best_first * float(value or 0),
    )


def _is_certain(figures: Figures, metric: Metric) -> bool:
    if metric == Metric.CONVERSION:
        return figures.leads >= FEW
    return metric != Metric.RESPONSE or figures.responded >= FEW
