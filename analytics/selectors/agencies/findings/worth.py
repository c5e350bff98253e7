"""Agencies whose leads are getting better or worse."""

import math
from collections.abc import Iterator, Sequence

from analytics.selectors.agencies.assessing import Assessed
from analytics.selectors.agencies.findings.finding import (
    FEWEST,
    Advice,
    Finding,
    leads_link,
    rounded,
    significant,
)
from analytics.selectors.agencies.outcomes import RECENT, WINDOW, Outcomes
from analytics.selectors.naming import campaign_name
from analytics.statistics import normal_p

CHANGED = 0.5  # points of quality_score, 1 to 10


def quality(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """The mean quality of the last 28 days against that of the 62 before; a z test with the pooled deviation."""
    tested = (
        (agency, normal_p(_z(agency.total)))
        for agency in agencies
        if min(agency.total.recent_leads, agency.total.leads - agency.total.recent_leads) >= FEWEST
    )
    for agency, p in significant(tested):
        now, before = _means(agency.total)
        if abs(now - before) >= CHANGED:
            yield _changed(agency, now, before, p)


def _changed(agency: Assessed, now: float, before: float, p: float) -> Finding:
    total = agency.total
    is_good = now > before
    return Finding(
        agency=agency.code,
        kind="strength" if is_good else "opportunity",
        code="quality_rising" if is_good else "quality_falling",
        text=f"The mean quality of the leads {'rose' if is_good else 'fell'} to {now:.1f} in the last {RECENT} days "
        f"({total.recent_leads:,} leads), from {before:.1f} in the {WINDOW - RECENT} days before.",
        figures={
            "recentQuality": round(now, 2),
            "recentLeads": total.recent_leads,
            "earlierQuality": round(before, 2),
            "earlierLeads": total.leads - total.recent_leads,
        },
        test={"name": "z of two means", "p": rounded(p), "adjusted": "Benjamini-Hochberg"},
        link=leads_link(agency.code, agency.volume.now, days=RECENT),
        advice=None if is_good else _look_into(agency),
        for_vendors=True,
    )


def _look_into(agency: Assessed) -> Advice | None:
    """The campaign that took the most away from the mean: its fall times its recent leads."""
    falls = {
        name: (before - now) * outcomes.recent_leads
        for name, outcomes in agency.campaigns.items()
        if min(outcomes.recent_leads, outcomes.leads - outcomes.recent_leads) >= FEWEST
        for now, before in [_means(outcomes)]
    }
    if not falls or max(falls.values()) <= 0:
        return None
    name = max(falls, key=lambda one: falls[one])
    now, before = _means(agency.campaigns[name])
    return Advice(
        f"Find out what changed in {campaign_name(name)}: it weighs most, with a fall from {before:.1f} to {now:.1f} over "
        f"{agency.campaigns[name].recent_leads:,} leads.",
        {"campaign": name, "recentQuality": round(now, 2), "earlierQuality": round(before, 2)},
    )


def _means(outcomes: Outcomes) -> tuple[float, float]:
    earlier = outcomes.leads - outcomes.recent_leads
    return (
        outcomes.recent_quality / outcomes.recent_leads,
        (outcomes.quality - outcomes.recent_quality) / earlier,
    )


def _z(outcomes: Outcomes) -> float:
    now, before = _means(outcomes)
    recent, earlier = outcomes.recent_leads, outcomes.leads - outcomes.recent_leads
    within = outcomes.quality_squares - recent * now**2 - earlier * before**2
    deviation = math.sqrt(max(within, 0.0) / (outcomes.leads - 2))
    if not deviation or now == before:
        return math.copysign(math.inf, now - before) if now != before else 0.0
    return (now - before) / (deviation * math.sqrt(1 / recent + 1 / earlier))
