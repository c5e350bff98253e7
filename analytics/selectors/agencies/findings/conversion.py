"""Agencies and campaigns whose leads convert otherwise than such leads do."""

from collections.abc import Iterator, Sequence

from analytics.selectors.agencies.assessing import Assessed, everyone
from analytics.selectors.agencies.findings.finding import (
    FEWEST,
    Advice,
    Finding,
    dollars,
    foreseen,
    leads_link,
    rounded,
    share,
    significant,
)
from analytics.selectors.agencies.grading import PRIOR
from analytics.selectors.agencies.outcomes import Outcomes
from analytics.selectors.naming import campaign_name
from analytics.statistics import count_p, probability

MORE, LESS = 1.25, 0.8  # times the expected conversions; closer to it is no news

Campaign = tuple[Assessed, str, Outcomes]


def conversion_of_agencies(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """Of the conversions, against those that the other agencies' leads of that quality, age and time of day let expect."""
    others = _others(agencies)
    tested = (
        (agency, _p(agency.total, others[agency.code]))
        for agency in agencies
        if min(agency.total.leads, others[agency.code]) >= FEWEST
    )
    for agency, p in significant(tested):
        total = agency.total
        if _is_news(total):
            is_good = total.converted > total.expected
            yield Finding(
                agency=agency.code,
                kind="strength" if is_good else "opportunity",
                code="conversion_above" if is_good else "conversion_below",
                text=f"Its leads convert {'better' if is_good else 'worse'} than such leads do: {_against(total, p)}.",
                figures=_figures(total),
                test=_test(p),
                link=leads_link(agency.code, agency.volume.now),
            )


def conversion_of_campaigns(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """The same of each campaign, of agencies that have several."""
    others = _others(agencies)
    campaigns: list[Campaign] = [
        (agency, name, outcomes)
        for agency in agencies
        if len(agency.campaigns) > 1 and others[agency.code] >= FEWEST
        for name, outcomes in agency.campaigns.items()
        if outcomes.leads >= FEWEST
    ]
    for (agency, name, outcomes), p in significant(
        (one, _p(one[2], others[one[0].code])) for one in campaigns
    ):
        if _is_news(outcomes):
            yield _campaign(agency, name, outcomes, p)


def _campaign(agency: Assessed, name: str, outcomes: Outcomes, p: float) -> Finding:
    is_good = outcomes.converted > outcomes.expected
    shown = campaign_name(name)
    return Finding(
        agency=agency.code,
        kind="strength" if is_good else "opportunity",
        code="campaign_above" if is_good else "campaign_below",
        text=f"{shown} converts {'better' if is_good else 'worse'} than such leads do: {_against(outcomes, p)}.",
        figures={"campaign": name, **_figures(outcomes)},
        test=_test(p),
        link=leads_link(agency.code, agency.volume.now, campaign_source=name) if name else None,
        advice=_more_of(name, outcomes) if is_good else _pause_or_reprice(name, outcomes),
    )


def _pause_or_reprice(name: str, outcomes: Outcomes) -> Advice:
    """What it converts against what it should, shrunk, is what its price should be against what it is."""
    missing = outcomes.expected - outcomes.converted
    text = f"{campaign_name(name)}: at expectation its {outcomes.leads:,} leads would have brought {missing:.0f} conversions more. "
    figures = {"campaign": name, "conversionsMissing": round(missing, 1)}
    if not outcomes.avg_cost:
        return Advice(f"{text}Ask to pause it.", figures)
    price = outcomes.avg_cost * (outcomes.converted + PRIOR) / (outcomes.expected + PRIOR)
    return Advice(
        f"{text}Ask to pause it, or pay {dollars(price)} a lead instead of {dollars(outcomes.avg_cost)}: "
        "as much as it converts.",
        {**figures, "avgCost": round(outcomes.avg_cost, 2), "priceInLine": round(price, 2)},
    )


def _more_of(name: str, outcomes: Outcomes) -> Advice:
    brought, expected = (share(number, outcomes.leads) for number in (outcomes.converted, outcomes.expected))
    return Advice(
        f"Ask for more of {campaign_name(name)}: every 100 leads of it bring {brought:.0f} conversions where such "
        f"leads bring {expected:.0f}.",
        {"campaign": name, "conversionsPer100": brought, "expectedPer100": expected},
    )


def _others(agencies: Sequence[Assessed]) -> dict[str, int]:
    """Leads of all other agencies."""
    whole = everyone(agencies).leads
    return {agency.code: whole - agency.total.leads for agency in agencies}


def _p(outcomes: Outcomes, other_leads: int) -> float:
    return count_p(outcomes.converted, foreseen(outcomes.expected, outcomes.leads, other_leads))


def _is_news(outcomes: Outcomes) -> bool:
    return not LESS * outcomes.expected < outcomes.converted < MORE * outcomes.expected


def _against(outcomes: Outcomes, p: float) -> str:
    return (
        f"{outcomes.converted:,} of {outcomes.leads:,} ({share(outcomes.converted, outcomes.leads)} %) against "
        f"{outcomes.expected:.0f} ({share(outcomes.expected, outcomes.leads)} %) expected by quality; {probability(p)}"
    )


def _figures(outcomes: Outcomes) -> dict[str, float]:
    return {
        "leads": outcomes.leads,
        "conversions": outcomes.converted,
        "expected": round(outcomes.expected, 1),
        "conversionRate": share(outcomes.converted, outcomes.leads),
        "expectedRate": share(outcomes.expected, outcomes.leads),
    }


def _test(p: float) -> dict[str, str | float]:
    return {"name": "negative binomial", "p": rounded(p), "adjusted": "Benjamini-Hochberg"}
