"""Which leads are still open today, planned ahead so that no agent holds more than they may."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import accumulate
from math import exp

from crm.core.choices import Availability
from leads.services.demo.accounts import Agent
from leads.services.demo.arrivals import Arrival
from leads.services.demo.dice import Dice

DAY = timedelta(days=1)
OLDEST_OPEN = 75.0  # days; older leads have come to an end, one way or the other
SIGNING = timedelta(days=7)  # until then few of those that will sign have
LONGEST_WAIT = 4.0  # days in the pool without an agent
UNSEEN_SHARE = 0.25  # of the last hour's leads nobody has been given yet
SHARE_OF_ROOM = {
    Availability.ACTIVE: 0.95,
    Availability.BUSY: 0.8,
    Availability.AWAY: 0.3,
    Availability.OFFLINE: 0.0,
}


class Standing(Enum):
    """Where a lead is today: worked to an end, being worked, or waiting for an agent."""

    RESOLVED = "resolved"
    OPEN = "open"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Place:
    """A lead's standing and its agent (none: waiting)."""

    standing: Standing
    agent: Agent | None

    def ripeness(self, age: timedelta) -> float:
        """0 to 1: what ends within days are refusals rather than signatures, which take longest."""
        return min(1.0, age / SIGNING) if self.standing == Standing.RESOLVED else 1.0


def draw_places(arrivals: list[Arrival], *, agents: list[Agent], now: datetime, random: Dice) -> list[Place]:
    """A place for each arrival, in the same order."""
    ages = [(now - arrival.at) / DAY for arrival in arrivals]
    free = [agent for agent in agents for _ in range(_usable(agent, random))]
    random.shuffle(free)
    wanted = sum(_open_odds(age) for age in ages)
    share = min(1.0, len(free) / wanted) if wanted else 1.0
    loads = list(accumulate(agent.skills.max_capacity for agent in agents))
    places = []
    for age in reversed(ages):  # the newest first: they must find room
        place = _place(age, share, free, random)
        if place is None:
            place = Place(Standing.RESOLVED, random.weighted(agents, loads) if agents else None)
        places.append(place)
    return places[::-1]


def _place(age: float, share: float, free: list[Agent], random: Dice) -> Place | None:
    """A place among the open leads, or none: then it has come to an end."""
    draw = random.random()
    odds = _open_odds(age)
    if draw < odds * share and free and not (age < 1 / 24 and random.random() < UNSEEN_SHARE):
        return Place(Standing.OPEN, free.pop())
    return Place(Standing.WAITING, None) if draw < odds and age < LONGEST_WAIT else None


def _open_odds(age: float) -> float:
    """The probability that a lead of `age` days is still open: most end within weeks, some take months."""
    return 0.86 * exp(-age / 12) + 0.09 * exp(-age / 35) if age < OLDEST_OPEN else 0.0


def _usable(agent: Agent, random: Dice) -> int:
    share = SHARE_OF_ROOM[agent.skills.availability]
    return int(agent.room * share * random.uniform(0.85, 1.0))
