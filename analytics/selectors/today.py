"""What a manager wants to know at nine in the morning, read in a few bounded statements.

Every number is read off an index over a day, a month or the few rows that match; where that could be many,
counting stops at `MANY` and the page says "1,000+".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from agencies.choices import AgencyStatus
from agencies.models import Agency
from analytics.selectors.comparing import change
from crm.core.choices import Availability
from crm.core.clock import business_day, day_bounds
from crm.core.models import User
from crm.core.periods import Period, period_of
from leads.choices import CONVERTED
from leads.models import Lead

MANY = 1_000
NEWEST = 8
WEEK = 7  # days
SOON = 30  # days
AGENCIES_SHOWN = 12
AGENTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Capped:
    """A count that stopped at `MANY`."""

    number: int

    @property
    def is_more(self) -> bool:
        return self.number > MANY

    def __str__(self) -> str:
        return f"{MANY:,}+" if self.is_more else f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class AgencyDay:
    """One agency's leads today."""

    code: str
    name: str
    today: int
    goal: int


@dataclass(frozen=True, slots=True)
class Team:
    """The agents at work, fullest first."""

    agents: list[User]
    total: int
    present: int
    used: int
    places: int

    @property
    def utilisation(self) -> float:
        """Percent of the present agents' places that are taken."""
        return round(100 * self.used / self.places, 1) if self.places else 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """Today at a glance."""

    now: datetime
    leads_today: int
    leads_last_week: int
    unassigned: Capped
    retained_this_month: Capped
    deadlines: Capped
    newest: list[Lead]
    agencies: list[AgencyDay]
    silent: int
    team: Team

    @property
    def change(self) -> float | None:
        """Today against the same hours of the same weekday last week, in percent."""
        return change(self.leads_today, self.leads_last_week)


def today_at_a_glance(now: datetime | None = None) -> Day:
    """The business's day until `now`: eight statements, whatever the number of leads."""
    now = now or timezone.now()
    today = period_of({"period": "today"}, now=now)
    by_agency = _leads_by_agency(today)
    agencies, silent = _agencies_today(by_agency)
    return Day(
        now=now,
        leads_today=sum(by_agency.values()),
        leads_last_week=_leads_within(today.earlier(WEEK)).count(),
        unassigned=_capped(Lead.objects.open().unassigned()),
        retained_this_month=_capped(_retained_since(_month_start(now))),
        deadlines=_capped(Lead.objects.open().deadline_within(SOON, business_day(now))),
        newest=list(
            Lead.objects.select_related("agency", "assigned_agent").order_by("-created_at", "-id")[:NEWEST]
        ),
        agencies=agencies,
        silent=silent,
        team=_team(),
    )


def _capped(leads: QuerySet[Lead]) -> Capped:
    return Capped(leads.order_by().values("pk")[: MANY + 1].count())


def _leads_within(period: Period) -> QuerySet[Lead]:
    """The leads of that very moment too."""
    return Lead.objects.filter(created_at__range=period.bounds).order_by()


def _leads_by_agency(period: Period) -> dict[str, int]:
    return dict(_leads_within(period).values_list("agency").annotate(leads=Count("pk")))


def _month_start(now: datetime) -> datetime:
    return day_bounds(business_day(now).replace(day=1))[0]


def _retained_since(start: datetime) -> QuerySet[Lead]:
    return Lead.objects.filter(disposition__in=CONVERTED, closed_date__gte=start)


def _agencies_today(by_agency: dict[str, int]) -> tuple[list[AgencyDay], int]:
    """The busiest agencies, and how many active ones sent nothing yet."""
    agencies = Agency.objects.filter(Q(status=AgencyStatus.ACTIVE) | Q(pk__in=by_agency)).order_by("code")
    days = [
        AgencyDay(code=code, name=name, today=by_agency.get(code, 0), goal=goal)
        for code, name, goal in agencies.values_list("code", "name", "goal")
    ]
    busy = sorted((day for day in days if day.today), key=lambda day: -day.today)
    return busy[:AGENCIES_SHOWN], len(days) - len(busy)


def _team() -> Team:
    fields = ("id", "email", "first_name", "last_name", "availability", "capacity", "max_capacity")
    agents: list[User] = list(User.objects.agents().filter(is_active=True).only(*fields))
    present = [agent for agent in agents if agent.availability == Availability.ACTIVE]
    return Team(
        agents=sorted(present, key=_fullness, reverse=True)[:AGENTS_SHOWN],
        total=len(agents),
        present=len(present),
        used=sum(agent.capacity for agent in present),
        places=sum(agent.max_capacity for agent in present),
    )


def _fullness(agent: Any) -> float:
    return agent.capacity / agent.max_capacity if agent.max_capacity else 1.0
