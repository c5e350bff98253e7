"""Parts of an agency's leads that are larger or smaller than elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from analytics.selectors.agencies.assessing import Assessed, everyone
from analytics.selectors.agencies.findings.finding import (
    FEWEST,
    Advice,
    Finding,
    dollars,
    foreseen,
    leads_link,
    rounded,
    searched_link,
    share,
    significant,
)
from analytics.selectors.agencies.outcomes import DAYTIME, WINDOW, Outcomes
from analytics.statistics import Table, count_p, fisher_above, probability

MORE_RETURNS, FEWER_RETURNS = 1.33, 0.67  # times the expected
MORE_DUPLICATES = 2.0  # times the others' rate
LEAST_UNPROVEN, MORE_UNPROVEN = 10.0, 1.5  # per cent; times the others' rate
MORE_AT_NIGHT = 5.0  # points of a per cent


def returns(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """Of the returns, against those that the other agencies' leads of that age let expect."""
    whole = everyone(agencies).leads
    tested = (
        (agency, count_p(total.returned, foreseen(total.expected_returns, total.leads, others)))
        for agency in agencies
        for total in [agency.total]
        for others in [whole - total.leads]
        if min(total.leads, others) >= FEWEST
    )
    for agency, p in significant(tested):
        expected = agency.total.expected_returns
        if not FEWER_RETURNS * expected < agency.total.returned < MORE_RETURNS * expected:
            yield _returns(agency, p)


def _returns(agency: Assessed, p: float) -> Finding:
    total = agency.total
    surplus = total.returned - total.expected_returns
    return Finding(
        agency=agency.code,
        kind="opportunity" if surplus > 0 else "strength",
        code="returns_above" if surplus > 0 else "returns_below",
        text=f"{'More' if surplus > 0 else 'Fewer'} of its leads go back than of others: {total.returned:,} of "
        f"{total.leads:,} ({share(total.returned, total.leads)} %) against {total.expected_returns:.0f} "
        f"({share(total.expected_returns, total.leads)} %) of leads as old; {probability(p)}.",
        figures={
            "leads": total.leads,
            "returned": total.returned,
            "expected": round(total.expected_returns, 1),
            "returnRate": share(total.returned, total.leads),
            "expectedRate": share(total.expected_returns, total.leads),
        },
        test={"name": "negative binomial", "p": rounded(p), "adjusted": "Benjamini-Hochberg"},
        link=leads_link(agency.code, agency.volume.now, disposition="Returned"),
        advice=_fewer_returns(total, surplus) if surplus > 0 else None,
    )


def _fewer_returns(total: Outcomes, surplus: float) -> Advice:
    text = f"Go through the reasons of its {total.returned:,} returns with it: at the others' rate {surplus:.0f} fewer"
    figures = {"returnsAboveExpected": round(surplus, 1)}
    if not total.avg_cost:
        return Advice(f"{text}.", figures)
    cost = surplus * total.avg_cost
    return Advice(
        f"{text}, {dollars(cost)} of leads at {dollars(total.avg_cost)}.",
        {**figures, "avgCost": round(total.avg_cost, 2), "costAboveExpected": round(cost, 2)},
    )


def duplicates(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """Fisher's exact test, one-sided, of the duplicates against all other agencies'."""
    for agency, p, others in _above_others(agencies, lambda total: total.duplicates):
        total = agency.total
        own_rate, rate = share(total.duplicates, total.leads), share(others.duplicates, others.leads)
        surplus = total.duplicates - total.leads * others.duplicates / others.leads
        if own_rate >= MORE_DUPLICATES * rate:
            yield Finding(
                agency=agency.code,
                kind="opportunity",
                code="duplicates_above",
                text=f"{total.duplicates:,} of {total.leads:,} leads ({own_rate} %) are people we had already, against "
                f"{rate} % elsewhere; {probability(p)}.",
                figures={"leads": total.leads, "duplicates": total.duplicates, "duplicateRate": own_rate},
                test=_fisher(p, rate),
                link=leads_link(agency.code, agency.volume.now, disposition="Duplicate"),
                advice=Advice(
                    f"Have it drop repeats before sending: at the others' rate {surplus:.0f} fewer.",
                    {"duplicatesAboveExpected": round(surplus, 1)},
                ),
            )


def evidence(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """The same of leads without a certificate of consent."""
    for agency, p, others in _above_others(agencies, lambda total: total.unproven):
        total = agency.total
        own_rate, rate = share(total.unproven, total.leads), share(others.unproven, others.leads)
        if own_rate >= max(LEAST_UNPROVEN, MORE_UNPROVEN * rate):
            yield Finding(
                agency=agency.code,
                kind="opportunity",
                code="evidence_missing",
                text=f"{total.unproven:,} of {total.leads:,} leads ({own_rate} %) came without a TrustedForm or Jornaya "
                "certificate: that the person asked to be called could not be shown.",
                figures={"leads": total.leads, "unproven": total.unproven, "share": own_rate},
                test=_fisher(p, rate),
                link=searched_link(
                    agency.code,
                    agency.volume.now,
                    {"field": "trustedform_url", "operator": "is_empty"},
                    {"field": "jornaya_lead_id", "operator": "is_empty"},
                ),
                advice=Advice(
                    f"A certificate has to come with every lead: {total.unproven / WINDOW * 7:.0f} a week lack one.",
                    {"unprovenAWeek": round(total.unproven / WINDOW * 7, 1)},
                ),
                for_vendors=True,
            )


def nights(agencies: Sequence[Assessed]) -> Iterator[Finding]:
    """Fisher's exact test, one-sided: of leads that came at night, more were never reached than of those by day."""
    tested = (
        (agency, fisher_above(_by_night(agency.total)))
        for agency in agencies
        if min(agency.total.night_leads, agency.total.day_leads) >= FEWEST
    )
    for agency, p in significant(tested):
        total = agency.total
        by_night, by_day = (
            share(total.night_unreached, total.night_leads),
            share(total.day_unreached, total.day_leads),
        )
        surplus = total.night_unreached - total.night_leads * total.day_unreached / total.day_leads
        if by_night - by_day >= MORE_AT_NIGHT:
            yield Finding(
                agency=agency.code,
                kind="opportunity",
                code="night_unreached",
                text=f"Of its leads between {DAYTIME[1]}:00 and {DAYTIME[0]}:00, {by_night} % were never reached "
                f"({total.night_unreached:,} of {total.night_leads:,}), by day {by_day} %; {probability(p)}.",
                figures={
                    "nightLeads": total.night_leads,
                    "nightUnreached": total.night_unreached,
                    "nightShare": by_night,
                    "dayShare": by_day,
                },
                test=_fisher(p, by_day),
                advice=Advice(
                    f"Call the night's leads first in the morning, or have them sent by day: reached as those of the day, "
                    f"{surplus:.0f} more people would have been spoken to.",
                    {"unreachedAboveDay": round(surplus, 1)},
                ),
            )


def _above_others(
    agencies: Sequence[Assessed], counted: Callable[[Outcomes], int]
) -> Iterator[tuple[Assessed, float, Outcomes]]:
    """Agencies with significantly more of something than all others together: p, and the others."""
    whole = everyone(agencies)
    others = {agency.code: whole.without(agency.total) for agency in agencies}
    tested = (
        (agency, fisher_above(_against(agency.total, others[agency.code], counted)))
        for agency in agencies
        if min(agency.total.leads, others[agency.code].leads) >= FEWEST
    )
    for agency, p in significant(tested):
        yield agency, p, others[agency.code]


def _against(total: Outcomes, others: Outcomes, counted: Callable[[Outcomes], int]) -> Table:
    hits, other_hits = counted(total), counted(others)
    return Table(hits, total.leads - hits, other_hits, others.leads - other_hits)


def _by_night(total: Outcomes) -> Table:
    return Table(
        total.night_unreached,
        total.night_leads - total.night_unreached,
        total.day_unreached,
        total.day_leads - total.day_unreached,
    )


def _fisher(p: float, compared: float) -> dict[str, Any]:
    return {
        "name": "Fisher's exact, one-sided",
        "p": rounded(p),
        "adjusted": "Benjamini-Hochberg",
        "comparedRate": compared,
    }
