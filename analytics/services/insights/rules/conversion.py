"""Rule `conversion_rate`: an agency or a campaign converts otherwise than it used to.

The newest 28 days of leads that have had the horizon (see `cohorts`) against the 84 days before them, both counted within
the horizon: Fisher's exact test for every agency and every campaign with enough leads, Benjamini and Hochberg over all.
Enough is `LEAST` leads and `EXPECTED` conversions to be expected of them at the rate of both times together: what the
test takes as given, so that which sources are tested does not hang on what it is to find. The rate must be a third
lower or half higher. Where an agency moved and campaigns of it moved the same way, the campaigns are
said if the rest of the agency did as ever on enough leads, else the agency with the campaigns among its parts.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import sent
from analytics.services.insights.cohorts import Cohort, Cohorts, total
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.wording import change, few, probability, source_name
from analytics.services.insights.world import World
from analytics.statistics import Table, benjamini_hochberg, fisher, wilson

CODE = "conversion_rate"
LEVEL = 0.05
GRAVE = 0.001
LEAST = 50  # leads, now and before
EXPECTED = 5  # conversions
FALLEN, RISEN = 2 / 3, 1.5  # of the former rate
NOW, BEFORE = (0, 1), (2, 7)  # blocks of 14 days


@dataclass(frozen=True, slots=True)
class Compared:
    """One agency (campaign None) or campaign, now and before."""

    agency: str
    campaign: str | None
    now: Cohort
    before: Cohort

    @property
    def expected(self) -> float:
        """Conversions at the former rate."""
        return self.now.leads * self.before.rate

    @property
    def has_enough(self) -> bool:
        if min(self.now.leads, self.before.leads) < LEAST:
            return False
        return self.now.leads * (self.now + self.before).rate >= EXPECTED

    @property
    def is_fall(self) -> bool:
        return self.now.rate < self.before.rate

    @property
    def is_much(self) -> bool:
        return not FALLEN * self.before.rate < self.now.rate < RISEN * self.before.rate

    @property
    def p(self) -> float:
        now, before = self.now, self.before
        return fisher(Table(now.conversions, now.others, before.conversions, before.others))


def find(world: World) -> list[Finding]:
    """Reads what the rules of `drivers` read."""
    return judge(world.cohorts)


def judge(cohorts: Cohorts) -> list[Finding]:
    """Of an agency and its campaigns whichever says where the change is."""
    tested = [one for one in _compared(cohorts) if one.has_enough]
    adjusted = benjamini_hochberg([one.p for one in tested])
    found = [(one, q) for one, q in zip(tested, adjusted, strict=True) if q <= LEVEL and one.is_much]
    campaigns: dict[tuple[str, bool], list[Compared]] = defaultdict(list)
    for one, _ in found:
        if one.campaign is not None:
            campaigns[one.agency, one.is_fall].append(one)
    said = {
        (one.agency, one.is_fall)
        for one, _ in found
        if one.campaign is None and _has_changed_beside(one, campaigns[one.agency, one.is_fall])
    }
    return [
        _finding(one, q, len(tested), cohorts, campaigns[one.agency, one.is_fall])
        for one, q in found
        if ((one.agency, one.is_fall) in said) == (one.campaign is None)
    ]


def _has_changed_beside(agency: Compared, campaigns: list[Compared]) -> bool:
    """Whether the agency without these campaigns has changed too, or has too few leads to say."""
    rest = Compared(
        agency.agency,
        None,
        agency.now - total(one.now for one in campaigns),
        agency.before - total(one.before for one in campaigns),
    )
    return not rest.has_enough or (rest.is_much and rest.p <= LEVEL)


def _compared(cohorts: Cohorts) -> list[Compared]:
    now, before = cohorts.matured(*NOW), cohorts.matured(*BEFORE)
    agencies: dict[str, list[Cohort]] = defaultdict(lambda: [Cohort(), Cohort()])
    for source in now:
        agencies[source[0]][0] += now[source]
        agencies[source[0]][1] += before[source]
    of_agencies = [Compared(code, None, *pair) for code, pair in sorted(agencies.items())]
    return of_agencies + [Compared(*source, now[source], before[source]) for source in sorted(now)]


def _finding(one: Compared, q: float, tests: int, cohorts: Cohorts, campaigns: list[Compared]) -> Finding:
    first, last = cohorts.days(*NOW, matured=True)
    name = one.agency if one.campaign is None else source_name(one.agency, one.campaign)
    low, high = wilson(one.now.conversions, one.now.leads)
    difference = one.now.conversions - one.expected
    return Finding(
        code=CODE,
        subject=one.agency if one.campaign is None else f"{one.agency}/{one.campaign}",
        scope=one.agency,
        severity=_severity(one, q),
        size=abs(difference),
        title=(
            f"{name} converts {'less' if one.is_fall else 'more'}: {100 * one.now.rate:.1f} % of {one.now.leads:,} leads, "
            f"{100 * one.before.rate:.1f} % before"
        ),
        text=(
            f"Leads of {first} to {last}, within {cohorts.horizon} days of creation: {one.now.conversions:,} converted, "
            f"{few(round(one.expected, 1))} at the rate of the 84 days before ({probability(q)} over {tests} sources)."
        ),
        figures={
            "leads": one.now.leads,
            "conversions": one.now.conversions,
            "expected": round(one.expected, 1),
            "rate": round(100 * one.now.rate, 1),
            "rateLow": round(100 * low, 1),
            "rateHigh": round(100 * high, 1),
            "rateBefore": round(100 * one.before.rate, 1),
            "leadsBefore": one.before.leads,
            "change": change(one.now.rate, one.before.rate),
            "horizonDays": cohorts.horizon,
            "campaign": one.campaign,
        },
        parts=[_part(other, first, last) for other in campaigns if one.campaign is None],
        link=sent(one.agency, one.campaign, first, last),
        threshold={"p": LEVEL, "leads": LEAST, "expected": EXPECTED, "fallenTo": 67, "risenTo": 150},
        test=Test("Fisher's exact test, Benjamini-Hochberg", tests, None, q),
    )


def _part(one: Compared, first: date, last: date) -> dict[str, Any]:
    return {
        "campaign": one.campaign,
        "leads": one.now.leads,
        "conversions": one.now.conversions,
        "expected": round(one.expected, 1),
        "link": sent(one.agency, one.campaign, first, last).document(),
    }


def _severity(one: Compared, q: float) -> Severity:
    if not one.is_fall:
        return Severity.INFO
    return Severity.CRITICAL if q < GRAVE else Severity.WARNING
