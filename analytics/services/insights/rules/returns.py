"""Rule `unusable_rate`: an agency's leads come back, or are duplicates, more often than the others'.

Leads of the last 90 days. An agency is held against all other agencies, a campaign against the other campaigns of its
agency: Fisher's exact test, one-sided, Benjamini and Hochberg over all sources and both outcomes. Enough is `LEAST`
leads on both sides and `BAD` bad ones; the rate must be half above the others'.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from analytics.choices import Dimension
from analytics.models.insight import Severity
from analytics.selectors.figures import figures_by
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.links import Link, condition, listed, sent
from analytics.services.insights.wording import campaign_name, probability
from analytics.services.insights.world import World
from analytics.statistics import Table, benjamini_hochberg, fisher_above, wilson
from crm.core.clock import day_bounds
from crm.core.periods import Period
from leads.choices import Disposition

CODE = "unusable_rate"
LEVEL = 0.01
WINDOW = 90  # days
LEAST = 50  # leads
BAD = 5
ABOVE = 1.5  # times the others' rate
TWICE = 2.0
OUTCOMES = (Disposition.RETURNED, Disposition.DUPLICATE)

Counts = dict[Disposition, int]


@dataclass(frozen=True, slots=True)
class Source:
    """Leads of an agency (campaign None) or a campaign, how many ended how, and the same of the others."""

    agency: str
    campaign: str | None
    leads: int
    bad: Counts
    other_leads: int
    other_bad: Counts

    def table(self, outcome: Disposition) -> Table:
        bad, other = self.bad[outcome], self.other_bad[outcome]
        return Table(bad, self.leads - bad, other, self.other_leads - other)

    def rates(self, outcome: Disposition) -> tuple[float, float]:
        return self.bad[outcome] / self.leads, self.other_bad[outcome] / self.other_leads

    @property
    def has_enough(self) -> bool:
        return min(self.leads, self.other_leads) >= LEAST


def find(world: World) -> list[Finding]:
    """One statement."""
    first, last = world.day(WINDOW), world.day(1)
    period = Period("insights", first, last, day_bounds(last)[1])
    campaigns = {
        (key[0], key[1]): (
            row.leads,
            {Disposition.RETURNED: row.at_returned, Disposition.DUPLICATE: row.at_duplicate},
        )
        for key, row in figures_by(period, Dimension.CAMPAIGN).items()
    }
    return judge(campaigns, first, last)


def judge(campaigns: dict[tuple[str, str], tuple[int, Counts]], first: date, last: date) -> list[Finding]:
    """From each campaign's leads and how many of them ended badly."""
    sources = [source for source in _sources(campaigns) if source.has_enough]
    tested = [(source, outcome) for source in sources for outcome in OUTCOMES]
    adjusted = benjamini_hochberg([fisher_above(source.table(outcome)) for source, outcome in tested])
    return [
        _finding(source, outcome, q, len(tested), first, last)
        for (source, outcome), q in zip(tested, adjusted, strict=True)
        if q <= LEVEL and _is_bad(source, outcome)
    ]


def _is_bad(source: Source, outcome: Disposition) -> bool:
    own, others = source.rates(outcome)
    return source.bad[outcome] >= BAD and own >= ABOVE * others


def _sources(campaigns: dict[tuple[str, str], tuple[int, Counts]]) -> list[Source]:
    leads: Counter[str] = Counter()
    bad: dict[str, Counter[Disposition]] = defaultdict(Counter)
    for (agency, _), (number, counts) in campaigns.items():
        for key in (agency, ""):  # "" is everybody
            leads[key] += number
            bad[key].update(counts)
    agencies = [
        Source(code, None, leads[code], bad[code], leads[""] - leads[code], _less(bad[""], bad[code]))
        for code in sorted(bad)
        if code
    ]
    return agencies + [
        Source(agency, campaign, number, counts, leads[agency] - number, _less(bad[agency], counts))
        for (agency, campaign), (number, counts) in sorted(campaigns.items())
    ]


def _less(whole: Counts, part: Counts) -> Counts:
    return {outcome: whole[outcome] - part[outcome] for outcome in OUTCOMES}


def _finding(source: Source, outcome: Disposition, q: float, tests: int, first: date, last: date) -> Finding:
    own, others = source.rates(outcome)
    bad, campaign = source.bad[outcome], source.campaign
    low, high = wilson(bad, source.leads)
    name = source.agency if campaign is None else campaign_name(source.agency, campaign)
    against = "the other agencies" if campaign is None else "its agency's other campaigns"
    word = "are returned" if outcome == Disposition.RETURNED else "are duplicates"
    excess = bad - source.leads * others
    return Finding(
        code=CODE,
        subject=f"{outcome}:{source.agency}" + ("" if campaign is None else f"/{campaign}"),
        scope=source.agency,
        severity=Severity.WARNING if own >= TWICE * others else Severity.INFO,
        size=excess,
        title=f"{name}: {100 * own:.1f} % of {source.leads:,} leads {word}, {100 * others:.1f} % of those of {against}",
        text=(
            f"Of the leads of {first} to {last}, {bad:,}; at the rate of {against} it would have been "
            f"{source.leads * others:.0f} ({probability(q)} over {tests} comparisons)."
        ),
        figures={
            "outcome": str(outcome),
            "leads": bad,
            "of": source.leads,
            "rate": round(100 * own, 1),
            "rateLow": round(100 * low, 1),
            "rateHigh": round(100 * high, 1),
            "rateOthers": round(100 * others, 1),
            "excess": round(excess, 1),
            "campaign": campaign,
        },
        link=_link(source, outcome, first, last),
        threshold={"p": LEVEL, "leads": LEAST, "bad": BAD, "times": ABOVE},
        test=Test("Fisher's exact test, one-sided, Benjamini-Hochberg", tests, None, q),
    )


def _link(source: Source, outcome: Disposition, first: date, last: date) -> Link:
    if source.campaign == "":  # the list has no word for leads without a campaign
        return sent(source.agency, "", first, last, condition("disposition", "equals", str(outcome)))
    return listed(
        vendor_code=source.agency,
        campaign_source=source.campaign,
        disposition=(str(outcome),),
        startDate=first.isoformat(),
        endDate=last.isoformat(),
        admin=source.campaign is None,
    )
