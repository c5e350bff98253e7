"""Rule `unusable_rate`: an agency's leads come back, or are duplicates, more often than the others'.

Leads of the last 90 days. An agency is held against all other agencies, a campaign against the other campaigns of its
agency, each week of age by itself (see `selectors.unusable`): Fisher's exact test over layers, one-sided, Benjamini and Hochberg over all
sources and both outcomes. Enough is `LEAST` leads on both sides, of ages that both have, and `BAD` bad ones; the rate
must be half above the others' of the same ages.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from analytics.choices import Dimension
from analytics.models.insight import Severity
from analytics.selectors.links import Link, condition, listed, sent
from analytics.selectors.unusable import Ages, compare, ended_by_age, together
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.wording import probability, source_name
from analytics.services.insights.world import World
from analytics.statistics import Above, benjamini_hochberg, wilson
from leads.choices import Disposition

CODE = "unusable_rate"
LEVEL = 0.01
WINDOW = 90  # days
LEAST = 50  # leads
BAD = 5
ABOVE = 1.5  # times the others' rate
TWICE = 2.0
OUTCOMES = (Disposition.RETURNED, Disposition.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Compared:
    """An agency (campaign None) or a campaign beside the others; `leads` and `bad` are of all ages."""

    agency: str
    campaign: str | None
    outcome: Disposition
    leads: int
    bad: int
    found: Above

    @property
    def has_enough(self) -> bool:
        return min(self.found.leads, self.found.other_leads) >= LEAST

    @property
    def is_bad(self) -> bool:
        own, others = self.found.rates
        return self.found.hits >= BAD and own >= ABOVE * others


def find(world: World) -> list[Finding]:
    """One statement."""
    first, last = world.day(WINDOW), world.day(1)
    found = ended_by_age(first, last, Dimension.CAMPAIGN)
    return judge({(key[0], key[1]): ages for key, ages in found.items()}, first, last)


def judge(campaigns: dict[tuple[str, str], Ages], first: date, last: date) -> list[Finding]:
    """From each campaign's leads and how many of them ended badly."""
    tested = [one for one in _compared(campaigns) if one.has_enough]
    adjusted = benjamini_hochberg([one.found.p for one in tested])
    return [
        _finding(one, q, len(tested), first, last)
        for one, q in zip(tested, adjusted, strict=True)
        if q <= LEVEL and one.is_bad
    ]


def _compared(campaigns: dict[tuple[str, str], Ages]) -> list[Compared]:
    of_agency: dict[str, list[Ages]] = defaultdict(list)
    for (agency, _), ages in sorted(campaigns.items()):
        of_agency[agency].append(ages)
    agencies = {agency: together(parts) for agency, parts in of_agency.items()}
    everybody = together(agencies.values())
    sources: list[tuple[str, str | None, Ages, Ages]] = [
        (agency, None, ages, everybody) for agency, ages in agencies.items()
    ]
    sources += [(*key, ages, agencies[key[0]]) for key, ages in sorted(campaigns.items())]
    return [
        Compared(
            agency,
            campaign,
            outcome,
            sum(ended.leads for ended in own.values()),
            sum(ended.of(outcome) for ended in own.values()),
            compare(own, whole, outcome),
        )
        for agency, campaign, own, whole in sources
        for outcome in OUTCOMES
    ]


def _finding(one: Compared, q: float, tests: int, first: date, last: date) -> Finding:
    found, campaign = one.found, one.campaign
    own, others = found.rates
    low, high = wilson(found.hits, found.leads)
    name = one.agency if campaign is None else source_name(one.agency, campaign)
    against = "the other agencies" if campaign is None else "its agency's other campaigns"
    word = "are returned" if one.outcome == Disposition.RETURNED else "are duplicates"
    return Finding(
        code=CODE,
        subject=f"{one.outcome}:{one.agency}" + ("" if campaign is None else f"/{campaign}"),
        scope=one.agency,
        severity=Severity.WARNING if own >= TWICE * others else Severity.INFO,
        size=found.excess,
        title=f"{name}: {100 * own:.1f} % of {found.leads:,} leads {word}, {100 * others:.1f} % of as old ones of {against}",
        text=(
            f"{_beginning(one, first, last)}; at the rate of leads as old of {against} it would have been "
            f"{found.expected:.0f} ({probability(q)} over {tests} comparisons)."
        ),
        figures={
            "outcome": str(one.outcome),
            "leads": one.bad,
            "of": one.leads,
            "compared": found.leads,
            "rate": round(100 * own, 1),
            "rateLow": round(100 * low, 1),
            "rateHigh": round(100 * high, 1),
            "rateOthers": round(100 * others, 1),
            "excess": round(found.excess, 1),
            "campaign": campaign,
        },
        link=_link(one, first, last),
        threshold={"p": LEVEL, "leads": LEAST, "bad": BAD, "times": ABOVE},
        test=Test("Fisher's exact test by age, one-sided, Benjamini-Hochberg", tests, None, q),
    )


def _beginning(one: Compared, first: date, last: date) -> str:
    if one.found.leads == one.leads:
        return f"Of the leads of {first} to {last}, {one.bad:,}"
    return f"Of the leads of {first} to {last}, {one.bad:,} of {one.leads:,}, {one.found.hits:,} of them of an age that both have"


def _link(one: Compared, first: date, last: date) -> Link:
    if one.campaign == "":  # the list has no word for leads without a campaign
        return sent(one.agency, "", first, last, condition("disposition", "equals", str(one.outcome)))
    return listed(
        vendor_code=one.agency,
        campaign_source=one.campaign,
        disposition=(str(one.outcome),),
        startDate=first.isoformat(),
        endDate=last.isoformat(),
        admin=one.campaign is None,
    )
