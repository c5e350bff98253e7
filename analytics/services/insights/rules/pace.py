"""Rule `goal_pace`: an agency's month is off its goal.

Of the month's goal that part is due by last night which the weekdays so far have in a month, as the agency's own
twelve weeks show it, drawn towards all agencies' weekdays by `PRIOR` leads' weight. The test asks how likely so few (so
many) leads are if the agency were on pace: negative binomial with its own dispersion, Benjamini and Hochberg over the
agencies. Silent while less than `DUE` of the month is due. The month's end is projected from the level of the last 28
days, with an 80 % interval. Agencies that are not sending have no pace.
"""

import calendar
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.models.insight import Severity
from analytics.selectors.figures import Figures
from analytics.services.insights.expecting import expect_week
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.links import sent
from analytics.services.insights.wording import few, percent, probability
from analytics.services.insights.world import REACH, Vendor, World
from analytics.statistics import Counted, benjamini_hochberg, count_p, normal_quantile

CODE = "goal_pace"
LEVEL = 0.05
DUE = 0.2  # of the month, by the weekdays
BEHIND, AHEAD = 0.85, 1.25  # of what is due
FAR_BEHIND = 0.5  # of the goal, at the month's end
PRIOR = 28.0  # leads
RECENT = 28  # days
INTERVAL = 0.8
NONE = Figures()


@dataclass(frozen=True, slots=True)
class Pace:
    """One agency's month until last night; `due` and `projected` in leads."""

    vendor: Vendor
    leads: int
    due: float
    projected: float
    spread: float
    dispersion: float

    @property
    def p(self) -> float:
        return count_p(self.leads, Counted(self.due, self.dispersion))

    @property
    def is_off(self) -> bool:
        return not BEHIND * self.due <= self.leads <= AHEAD * self.due


def find(world: World) -> list[Finding]:
    """Reads what rule `anomaly` has read."""
    daily = {
        code: {day: row.leads for day, row in world.came.get(code, {}).items()}
        for code, vendor in world.vendors.items()
        if vendor.is_sending and vendor.goal
    }
    return judge({world.vendors[code]: by_day for code, by_day in daily.items()}, world.today)


def judge(daily: dict[Vendor, dict[date, int]], today: date) -> list[Finding]:
    """Findings about the month of yesterday."""
    if today.day == 1:
        return []
    common = _weekday_leads(daily.values(), today)
    paces = [pace for vendor, by_day in daily.items() if (pace := _pace(vendor, by_day, common, today))]
    adjusted = benjamini_hochberg([pace.p for pace in paces])
    return [
        _finding(pace, q, len(paces), today)
        for q, pace in zip(adjusted, paces, strict=True)
        if q <= LEVEL and pace.is_off
    ]


def _pace(vendor: Vendor, by_day: dict[date, int], common: list[float], today: date) -> Pace | None:
    weights = _weights(by_day, common, today)
    days = [today.replace(day=1) + timedelta(days=n) for n in range(_month_length(today))]
    past = sum(weights[day.weekday()] for day in days if day < today)
    left = sum(weights[day.weekday()] for day in days if day >= today)
    expected = expect_week([by_day.get(today - timedelta(days=back), 0) for back in range(REACH, 0, -1)])
    if expected is None or past < DUE * (past + left):
        return None
    leads = sum(by_day.get(day, 0) for day in days if day < today)
    recent = [today - timedelta(days=back) for back in range(1, RECENT + 1)]
    level = sum(by_day.get(day, 0) for day in recent) / sum(weights[day.weekday()] for day in recent)
    coming = level * left
    spread = math.sqrt(expected.dispersion * coming * (1 + left / RECENT * 7))
    return Pace(
        vendor,
        leads,
        due=vendor.goal * past / (past + left),
        projected=leads + coming,
        spread=spread * normal_quantile(INTERVAL),
        dispersion=expected.dispersion,
    )


def _weekday_leads(agencies: Iterable[dict[date, int]], today: date) -> list[float]:
    sums = [0.0] * 7
    for by_day in agencies:
        for day, leads in by_day.items():
            if day < today:
                sums[day.weekday()] += leads
    whole = sum(sums)
    return [part / whole for part in sums] if whole else [1 / 7] * 7


def _weights(by_day: dict[date, int], common: list[float], today: date) -> list[float]:
    """Each weekday's part of a week; Monday first, adding up to 1."""
    own = [PRIOR * part for part in common]
    for day, leads in by_day.items():
        if day < today:
            own[day.weekday()] += leads
    return [part / sum(own) for part in own]


def _month_length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _finding(pace: Pace, q: float, tests: int, today: date) -> Finding:
    vendor, last = pace.vendor, today - timedelta(days=1)
    is_behind = pace.leads < pace.due
    low, high = max(pace.leads, pace.projected - pace.spread), pace.projected + pace.spread
    return Finding(
        code=CODE,
        subject=vendor.code,
        scope=vendor.code,
        severity=_severity(pace),
        size=abs(pace.leads - pace.due),
        title=(
            f"{vendor.code} is {'behind' if is_behind else 'ahead of'} its goal: {pace.leads:,} leads this month, "
            f"{few(pace.due)} of {vendor.goal:,} were due"
        ),
        text=(
            f"At the level of the last 28 days the month ends at about {pace.projected:,.0f} leads "
            f"({low:,.0f} to {high:,.0f} with 80 % certainty), {percent(pace.projected, vendor.goal):.0f} % of the goal. "
            f"On pace, a number this far off has {probability(q)} over {tests} agencies."
        ),
        figures={
            "leads": pace.leads,
            "due": round(pace.due, 1),
            "goal": vendor.goal,
            "progress": percent(pace.leads, vendor.goal),
            "pace": percent(pace.leads, pace.due),
            "projected": round(pace.projected),
            "projectedLow": round(low),
            "projectedHigh": round(high),
        },
        link=sent(vendor.code, None, last.replace(day=1), last),
        threshold={"p": LEVEL, "behind": 100 * BEHIND, "ahead": 100 * AHEAD, "monthDue": 100 * DUE},
        test=Test("negative binomial tail, Benjamini-Hochberg", tests, None, q),
    )


def _severity(pace: Pace) -> Severity:
    if pace.leads > pace.due:
        return Severity.INFO
    return Severity.CRITICAL if pace.projected < FAR_BEHIND * pace.vendor.goal else Severity.WARNING
