"""Rule `goal_pace`: an agency will hardly reach its goal of leads this month, or well exceed it.

Says the same as the agency's own page: `Volume.pace`, of the moment, is the only one who forecasts a month. Leads keep
coming as in the last four weeks; the chance that they bring what the goal lacks is a negative binomial tail. A forecast, no
test of many: each is wrong with a chance of 5 % at most, so of any number of them no more are. Silent in the first days of
a month, with fewer than 30 leads in the four weeks, and about agencies that are not sending.
"""

from datetime import date

from analytics.models.insight import Severity
from analytics.selectors.agencies.volume import (
    AMPLE,
    FEWEST,
    INTERVAL,
    PACE_DAYS,
    SHORT,
    UNLIKELY,
    Pace,
    volumes,
)
from analytics.selectors.comparing import percent
from analytics.selectors.links import sent
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.wording import leads as told_leads
from analytics.services.insights.world import Vendor, World

CODE = "goal_pace"
FAR_BEHIND = 0.5  # of the goal, at the month's end


def find(world: World) -> list[Finding]:
    """One statement."""
    vendors = [vendor for vendor in world.vendors.values() if vendor.is_sending and vendor.goal]
    sent_by = volumes([vendor.code for vendor in vendors], world.now)
    paces = {vendor: pace for vendor in vendors if (pace := sent_by[vendor.code].pace(vendor.goal))}
    return judge(paces, world.today)


def judge(paces: dict[Vendor, Pace], today: date) -> list[Finding]:
    """Findings about the month of `today`."""
    return [
        _finding(vendor, pace, today) for vendor, pace in paces.items() if pace.is_behind or pace.is_ahead
    ]


def _finding(vendor: Vendor, pace: Pace, today: date) -> Finding:
    return Finding(
        code=CODE,
        subject=vendor.code,
        scope=vendor.code,
        severity=_severity(pace),
        size=abs(pace.projected - pace.goal),
        title=(
            f"{vendor.code} is {'behind' if pace.is_behind else 'ahead of'} its goal: {told_leads(pace.so_far)} this month, "
            f"heading for {pace.projected:,.0f} of {pace.goal:,}"
        ),
        text=(
            f"If leads keep coming as in the last four weeks, the month ends at {pace.low:,.0f} to {pace.high:,.0f} leads with "
            f"{100 * INTERVAL:.0f} % certainty; the chance of reaching the goal is {_chance(pace.chance)}."
        ),
        figures={
            "leads": pace.so_far,
            "goal": pace.goal,
            "progress": percent(pace.so_far, pace.goal),
            "projected": round(pace.projected),
            "projectedLow": round(pace.low),
            "projectedHigh": round(pace.high),
            "chance": round(100 * pace.chance, 1),
        },
        link=sent(vendor.code, None, today.replace(day=1), today),
        threshold={"p": UNLIKELY, "behind": round(100 * SHORT), "ahead": round(100 * AMPLE), "leads": FEWEST},
        test=Test("negative binomial tail", PACE_DAYS, None, min(pace.chance, 1 - pace.chance)),
    )


def _severity(pace: Pace) -> Severity:
    if pace.is_ahead:
        return Severity.INFO
    return Severity.CRITICAL if pace.projected < FAR_BEHIND * pace.goal else Severity.WARNING


def _chance(chance: float) -> str:
    if chance < 0.01:
        return "below 1 %"
    return "above 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"
