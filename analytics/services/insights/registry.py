"""All the rules, in the order they run."""

from collections.abc import Callable
from datetime import datetime

from analytics.services.insights.finding import Finding
from analytics.services.insights.rules import (
    ageing,
    anomalies,
    conversion,
    deadlines,
    drivers,
    pace,
    returns,
    slow_agents,
    speed,
)
from analytics.services.insights.world import World

Rule = Callable[[World], list[Finding]]

RULES: tuple[Rule, ...] = (
    deadlines.find,
    ageing.find,
    anomalies.find,
    conversion.find,
    drivers.find,
    pace.find,
    slow_agents.find,
    returns.find,
    speed.find,
)


def find_insights(now: datetime | None = None) -> list[Finding]:
    """What the rules find at `now`, most pressing first. A constant number of statements; writes nothing."""
    world = World(now)
    found = [finding for rule in RULES for finding in rule(world)]
    return sorted(
        found, key=lambda finding: (-finding.severity, -finding.size, finding.code, finding.subject)
    )
