"""Agencies that send more or fewer leads than before, or than agreed."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from analytics.selectors.agencies.assessing import Assessed
from analytics.selectors.agencies.findings.finding import Advice, Finding, leads_link, rounded, significant
from analytics.selectors.agencies.volume import LIKELY, PACE_DAYS, UNLIKELY, Pace, Trend
from crm.core.clock import business_day


def goals(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """The chance that the rest of the month brings what is missing, if leads keep coming as in the last four weeks.

    Each is a forecast that is wrong with a chance of 5 % at most, so of any number of them no more are.
    """
    for agency in agencies:
        pace = agency.volume.pace(agency.goal) if agency.is_sending else None
        if pace is None:
            continue
        if pace.is_behind:
            yield _behind(agency, pace)
        elif pace.is_ahead:
            yield _ahead(agency, pace)


def _behind(agency: Assessed, pace: Pace) -> Finding:
    needed = (pace.goal - pace.so_far) / max(pace.days_left, 1)
    usual = agency.volume.daily_mean
    return Finding(
        agency=agency.code,
        kind="opportunity",
        code="goal_behind",
        text=f"{pace.so_far:,} of the month's {pace.goal:,} leads have come and about {pace.projected:,.0f} are to be "
        f"expected; the chance of reaching the goal is {_chance(pace)}.",
        figures=_figures(pace),
        test=_test(),
        link=_month_link(agency),
        advice=Advice(
            f"The goal takes {needed:.1f} leads a day for the rest of the month, the last four weeks brought {usual:.1f}: "
            "more have to come, or another goal be agreed on.",
            {"neededADay": round(needed, 1), "usualADay": round(usual, 1)},
        ),
        for_vendors=True,
    )


def _ahead(agency: Assessed, pace: Pace) -> Finding:
    return Finding(
        agency=agency.code,
        kind="strength",
        code="goal_ahead",
        text=f"{pace.so_far:,} of the month's {pace.goal:,} leads have come and about {pace.projected:,.0f} are to be "
        f"expected: {100 * pace.projected / pace.goal:.0f} % of the goal.",
        figures=_figures(pace),
        test=_test(),
        link=_month_link(agency),
        for_vendors=True,
    )


def trends(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """The seasonal Kendall test over twelve weeks, of agencies whose leads we take."""
    tested = (
        ((agency, trend), trend.p)
        for agency in agencies
        if agency.is_sending
        for trend in [agency.volume.trend()]
        if trend.p is not None
    )
    for (agency, trend), p in significant(tested):
        if trend.direction != "flat":
            yield _trend(agency, trend, p)


def _trend(agency: Assessed, trend: Trend, p: float) -> Finding:
    weeks = trend.days // 7
    recent, before = agency.volume.halves(7 * weeks)
    is_good = trend.direction == "up"
    return Finding(
        agency=agency.code,
        kind="strength" if is_good else "opportunity",
        code="volume_up" if is_good else "volume_down",
        text=f"{'More and more' if is_good else 'Fewer and fewer'} leads come: {recent:.1f} a day in "
        f"the later half of the last {weeks} weeks, {before:.1f} in the earlier half.",
        figures={
            "slope": round(trend.slope, 2),
            "recentADay": round(recent, 1),
            "earlierADay": round(before, 1),
        },
        test={"name": "seasonal Kendall", "p": rounded(p), "adjusted": "Benjamini-Hochberg"},
        link=leads_link(agency.code, agency.volume.now - timedelta(days=1), days=7 * weeks),
        for_vendors=True,
    )


def _month_link(agency: Assessed) -> dict[str, object]:
    return leads_link(agency.code, agency.volume.now, days=business_day(agency.volume.now).day)


def _figures(pace: Pace) -> dict[str, float]:
    return {
        "leadsThisMonth": pace.so_far,
        "monthlyGoal": pace.goal,
        "projected": round(pace.projected),
        "chance": round(100 * pace.chance, 1),
    }


def _chance(pace: Pace) -> str:
    return "below 1 %" if pace.chance < 0.01 else f"{100 * pace.chance:.0f} %"


def _test() -> dict[str, object]:
    return {"name": "negative binomial tail", "levels": [UNLIKELY, LIKELY], "days": PACE_DAYS}
