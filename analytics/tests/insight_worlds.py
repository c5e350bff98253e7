"""Worlds in which something is going on, or nothing is."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.services.insights.world import REACH
from crm.core.clock import day_bounds
from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.choices import Disposition
from leads.models import Lead
from leads.tests.factories import unique_phone

NOW = datetime(2026, 3, 18, 15, 0, tzinfo=UTC)
"""A Wednesday, ten days after the clocks went forward in New York."""
TODAY = date(2026, 3, 18)
WEEKDAYS = (1.25, 1.2, 1.15, 1.1, 1.0, 0.65, 0.6)
D = Disposition


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson count; beyond 200 the normal one like it."""
    if mean > 200:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    k, chance, limit = -1, 1.0, math.exp(-mean)
    while chance > limit:
        k, chance = k + 1, chance * rng.random()
    return k


def binomial(rng: random.Random, n: int, p: float) -> int:
    return sum(rng.random() < p for _ in range(n))


def days_of(rng: random.Random, a_day: float, *, dispersion: float = 1.0, growth: float = 0.0) -> list[int]:
    """Thirteen weeks of counts with busy Mondays; `growth` is the logarithm of the change over a year."""
    found = []
    for place in range(REACH):
        mean = a_day * WEEKDAYS[place % 7] * math.exp(growth * (place - REACH) / 365)
        if dispersion > 1:
            mean = rng.gammavariate(mean / (dispersion - 1), dispersion - 1)
        found.append(poisson(rng, mean))
    return found


def alarms(worlds: int, judge: Callable[[random.Random], Sequence[Any]], *, seed: int = 1) -> int:
    """In how many worlds anything at all is found."""
    return sum(bool(judge(random.Random(f"{seed}/{number}"))) for number in range(worlds))


def most_alarms(worlds: int, level: float) -> int:
    """As many as three standard errors over `level` allow."""
    return math.floor(worlds * level + 3 * math.sqrt(worlds * level * (1 - level)))


def noon(back: int) -> datetime:
    """Twelve hours into the business day so many days before TODAY."""
    return day_bounds(TODAY - timedelta(days=back))[0] + timedelta(hours=12)


def lead(agency: Agency, at: datetime, **fields: Any) -> Lead:
    """A lead not stored yet."""
    phone = unique_phone()
    return Lead(agency=agency, phone=phone, created_at=at, updated_at=at, **{"state": "IL"} | fields)


def store(leads: Iterable[Lead]) -> None:
    Lead.objects.bulk_create(leads, batch_size=1_000)


def troubled_world() -> dict[str, User]:
    """SILENT stopped ten days ago, COLLAPSED converts no more and sends what comes back, and one agent is slow.

    GOOD does as ever: 8 leads a day, half of them contacted within the hour, which convert four times as often.
    """
    good = make_agency(code="GOOD", goal=248)
    silent = make_agency(code="SILENT", goal=372)
    collapsed = make_agency(code="COLLAPSED", goal=0)
    people = {
        name: make_user(email=f"{name}@example.com", first_name=name, last_name="")
        for name in ("quick", "slow", "third")
    }
    leads: list[Lead] = []
    for back in range(1, 151):
        leads += [*_good(good, back, people), *_collapsed(collapsed, back, people["third"])]
        if 10 < back <= 110:
            leads += [
                lead(silent, noon(back), campaign_source="Radio", disposition=D.NOT_INTERESTED)
                for _ in range(12)
            ]
    leads += [lead(good, noon(2) + timedelta(minutes=n), assigned_agent=people["quick"]) for n in range(3)]
    leads += [
        lead(
            good, noon(20), disposition=D.ATTEMPTING, last_contact=noon(10 + n), assigned_agent=people["slow"]
        )
        for n in range(4)
    ]
    store(leads)
    return people


def _good(agency: Agency, back: int, people: dict[str, User]) -> Iterable[Lead]:
    for n in range(8):
        at = noon(back) + timedelta(minutes=n)
        is_quick = n % 2 == 0
        number = 4 * back + n // 2
        converts = number % 5 == 0 if is_quick else number % 20 == 7
        yield _worked(
            agency,
            at,
            people["quick" if is_quick else "slow"],
            timedelta(minutes=30 if is_quick else 180),
            converts=converts and back > 6,
            campaign_source="Search",
            quality_score=7,
            disposition=D.RETURNED if number % 40 == 3 and not converts else D.NOT_INTERESTED,
        )


def _collapsed(agency: Agency, back: int, agent: User) -> Iterable[Lead]:
    for n in range(4):
        converts = n == 0 and back > 42
        yield _worked(
            agency,
            noon(back) + timedelta(minutes=30 + n),
            agent,
            timedelta(minutes=200),
            converts=converts,
            assigned_at=noon(back) + timedelta(minutes=220),
            quality_score=3,
            disposition=D.RETURNED if n == 1 and back % 2 else D.NOT_INTERESTED,
        )


def _worked(
    agency: Agency, at: datetime, agent: User, wait: timedelta, *, converts: bool, **fields: Any
) -> Lead:
    if converts:
        fields |= {"disposition": D.CLOSED, "closed_date": at + timedelta(days=5), "lead_value": 2_000}
    contact = at + wait
    worked = {
        "assigned_agent": agent,
        "assigned_at": at,
        "first_contact_at": contact,
        "last_contact": contact,
    }
    return lead(agency, at, **worked | fields)
