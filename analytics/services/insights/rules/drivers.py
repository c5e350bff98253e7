"""Rules `leads_changed` and `conversions_changed`: which agencies and campaigns made the change of the last 28 days.

Leads: those created in the last 28 days against the 28 before. Significant where the difference is at odds with two
Poisson counts of one mean, spread as widely as the days of the last weeks are (z test). Each campaign of an agency
contributes its own difference; contributions add up to the change, in leads and in per cent of it.

Conversions: of the newest 28 days of leads that have had the horizon (see `cohorts`), against the 28 days before, both
counted within the horizon. Significant where the number or the rate (Fisher) changed, Bonferroni for the two. The number
varies with that of the leads: of leads that vary `dispersion` times as much as Poisson's, a part `rate` of them varies
1 + rate · (dispersion - 1) times as much.
The change is split without a rest, by Kitagawa's decomposition (1955) of the rate at the mean of both periods:
    volume  = (N1 - N0) · (R0 + R1) / 2
    mix     = Σ N · (s1 - s0) · (r - R)      s: a source's share of the leads, r its rate, R the rate of all
    rate    = Σ N · s · (r1 - r0)            N, s, r, R without index: the mean of both periods
Mix is leads moving to sources that convert better or worse, rate is sources converting otherwise than before.
"""

import math
from dataclasses import dataclass
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import sent
from analytics.services.insights.cohorts import Cohort, Cohorts, Source, total
from analytics.services.insights.expecting import expect_week
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.wording import change, listing, probability, source_name
from analytics.services.insights.world import REACH, World
from analytics.statistics import Table, fisher, normal_p

LEADS_CODE, CONVERSIONS_CODE = "leads_changed", "conversions_changed"
LEVEL = 0.01
CHANGE = 10.0  # per cent
LEAST_LEADS = 100  # of both periods
LEAST_CONVERSIONS = 30
SHOWN = 5
NOW, BEFORE = (0, 1), (2, 3)  # blocks of 14 days


@dataclass(frozen=True, slots=True)
class Effect:
    """What one source did to the number of conversions, beside the volume of all."""

    source: Source
    now: Cohort
    before: Cohort
    mix: float
    rate: float

    @property
    def contribution(self) -> float:
        return self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Split:
    """A change of conversions, in parts that add up to it."""

    volume: float
    effects: list[Effect]

    @property
    def mix(self) -> float:
        return sum(effect.mix for effect in self.effects)

    @property
    def rate(self) -> float:
        return sum(effect.rate for effect in self.effects)


def find(world: World) -> list[Finding]:
    """One statement, beside what rule `anomaly` has read."""
    daily = [
        sum(by_day[day].leads for by_day in world.came.values() if (day := world.day(back)) in by_day)
        for back in range(REACH, 0, -1)
    ]
    expected = expect_week(daily)
    return judge(world.cohorts, expected.dispersion if expected else 1.0)


def judge(cohorts: Cohorts, dispersion: float) -> list[Finding]:
    """`dispersion`: variance by mean of the number of leads of a week."""
    found = [_leads_changed(cohorts, dispersion), _conversions_changed(cohorts, dispersion)]
    return [finding for finding in found if finding]


def split(now: dict[Source, Cohort], before: dict[Source, Cohort]) -> Split:
    """Kitagawa's decomposition over the sources of both periods; both have leads."""
    all_now, all_before = total(now.values()), total(before.values())
    size = (all_now.leads + all_before.leads) / 2
    rate = (all_now.rate + all_before.rate) / 2
    effects = []
    for source in sorted({*now, *before}):
        one, other = now.get(source, Cohort()), before.get(source, Cohort())
        rates = (one.rate if one.leads else other.rate, other.rate if other.leads else one.rate)
        shares = (one.leads / all_now.leads, other.leads / all_before.leads)
        mix = size * (shares[0] - shares[1]) * ((rates[0] + rates[1]) / 2 - rate)
        own = size * (shares[0] + shares[1]) / 2 * (rates[0] - rates[1])
        effects.append(Effect(source, one, other, mix, own))
    return Split((all_now.leads - all_before.leads) * rate, effects)


def _leads_changed(cohorts: Cohorts, dispersion: float) -> Finding | None:
    now, before = cohorts.leads(*NOW), cohorts.leads(*BEFORE)
    n, m = sum(now.values()), sum(before.values())
    if n + m < LEAST_LEADS or not m:
        return None
    z = (n - m) / math.sqrt(dispersion * (n + m))
    percent = change(n, m) or 0.0
    if normal_p(z) > LEVEL or abs(percent) < CHANGE:
        return None
    first, last = cohorts.days(*NOW)
    differences = sorted(
        ((now[source] - before[source], source) for source in now), key=lambda pair: -abs(pair[0])
    )
    named = [f"{source_name(*source)} ({difference:+,})" for difference, source in differences[:3]]
    parts = [
        {
            "agency": source[0],
            "campaign": source[1],
            "leads": now[source],
            "before": before[source],
            "contribution": difference,
            "share": round(100 * difference / (n - m), 1),
            "link": sent(*source, first, last).document(),
        }
        for difference, source in differences[:SHOWN]
        if difference
    ]
    return Finding(
        code=LEADS_CODE,
        subject="",
        severity=Severity.WARNING if n < m else Severity.INFO,
        size=abs(n - m),
        title=f"Leads of the last 28 days: {n:,}, {abs(percent):.0f} % {'fewer' if n < m else 'more'} than the 28 days before",
        text=f"The change of {n - m:+,} leads came most from {listing(named)}.",
        figures={"leads": n, "before": m, "change": percent, "difference": n - m},
        parts=parts,
        link=sent("", None, first, last),
        threshold={"p": LEVEL, "change": CHANGE, "leads": LEAST_LEADS},
        test=Test("z of two overdispersed Poisson counts", n + m, z, normal_p(z)),
    )


def _conversions_changed(cohorts: Cohorts, dispersion: float) -> Finding | None:
    now, before = cohorts.matured(*NOW), cohorts.matured(*BEFORE)
    one, other = total(now.values()), total(before.values())
    if one.conversions + other.conversions < LEAST_CONVERSIONS or not one.leads or not other.leads:
        return None
    wider = 1 + (one + other).rate * (dispersion - 1)
    z = (one.conversions - other.conversions) / math.sqrt(wider * (one.conversions + other.conversions))
    of_rates = fisher(Table(one.conversions, one.others, other.conversions, other.others))
    p = min(1.0, 2 * min(of_rates, normal_p(z)))
    percent = change(one.conversions, other.conversions)
    if p > LEVEL or (percent is not None and abs(percent) < CHANGE):
        return None
    return _told(
        cohorts,
        split(now, before),
        one,
        other,
        Test("z of two overdispersed Poisson counts and Fisher, Bonferroni", one.leads + other.leads, z, p),
    )


def _told(cohorts: Cohorts, parts: Split, one: Cohort, other: Cohort, test: Test) -> Finding:
    first, last = cohorts.days(*NOW, matured=True)
    difference = one.conversions - other.conversions
    most = sorted(parts.effects, key=lambda effect: -abs(effect.contribution))[:SHOWN]
    named = [f"{source_name(*effect.source)} ({effect.contribution:+.1f})" for effect in most[:3]]
    return Finding(
        code=CONVERSIONS_CODE,
        subject="",
        severity=Severity.WARNING if difference < 0 else Severity.INFO,
        size=abs(difference),
        title=(
            f"Conversions within {cohorts.horizon} days: {one.conversions:,} of the leads of {first} to {last}, "
            f"{other.conversions:,} of those of the 28 days before"
        ),
        text=(
            f"Of the change of {difference:+,}, {parts.volume:+.1f} is the number of leads, {parts.mix:+.1f} their mix and "
            f"{parts.rate:+.1f} how the sources converted ({probability(test.p or 0)}); most by {listing(named)}."
        ),
        figures={
            "leads": one.leads,
            "conversions": one.conversions,
            "leadsBefore": other.leads,
            "conversionsBefore": other.conversions,
            "rate": round(100 * one.rate, 1),
            "rateBefore": round(100 * other.rate, 1),
            "horizonDays": cohorts.horizon,
            "volumeEffect": round(parts.volume, 1),
            "mixEffect": round(parts.mix, 1),
            "rateEffect": round(parts.rate, 1),
        },
        parts=[_part(cohorts, effect, difference) for effect in most],
        link=sent("", None, first, last),
        threshold={"p": LEVEL, "change": CHANGE, "conversions": LEAST_CONVERSIONS},
        test=test,
    )


def _part(cohorts: Cohorts, effect: Effect, difference: int) -> dict[str, Any]:
    first, last = cohorts.days(*NOW, matured=True)
    return {
        "agency": effect.source[0],
        "campaign": effect.source[1],
        "leads": effect.now.leads,
        "conversions": effect.now.conversions,
        "leadsBefore": effect.before.leads,
        "conversionsBefore": effect.before.conversions,
        "mixEffect": round(effect.mix, 1),
        "rateEffect": round(effect.rate, 1),
        "share": round(100 * effect.contribution / difference, 1) if difference else None,
        "link": sent(*effect.source, first, last).document(),
    }
