"""What each number means, said once: `?explain=true` and docs/definitions.md have it in these words.

A name is the number's in the answers; with a dot where the same name means different things. After a change:
`manage.py print_definitions --write`.
"""

from collections.abc import Mapping
from typing import Final

STATISTICS: Final[Mapping[str, str]] = {
    "period": "Whole business days by BUSINESS_TIME_ZONE, both ends included: today, or the 7, 30, 90 or 365 days that "
    "end today. A lead belongs to the day it was created on.",
    "previous": "The same number of the period of as many days right before; of a period that holds today, until the "
    "same time of day.",
    "change": "Per cent by which a number differs from the previous period's: (now - previous) / previous; null where "
    "that is zero or unknown.",
    "leads": "The leads created in the period, whatever became of them.",
    "revenue": "Sum of `lead_value` of the leads created in the period, less those that are Returned or Duplicate now. "
    "A lead's value rises when it is retained, so the revenue of recent days still grows.",
    "cpa": "Revenue / leads, in dollars: what a lead brings, under the name the specification gives it.",
    "conversions": "The leads created in the period that have a `closed_date`: they have reached Retained for Firm "
    "or Closed. Of recent leads many have not had the time.",
    "conversionRate": "Conversions / leads, per cent.",
    "conversionInterval": "Where the conversion rate of very many such leads would lie, with 95 % certainty (Wilson's "
    "interval): wide while leads are few.",
    "conversion.sameAge": "The previous period's conversion rate as it stood when that period ended, so that leads of "
    "the same age are compared; and the change against it.",
    "returnRate": "Leads that are Returned now / leads, per cent.",
    "share": "Per cent of the period's revenue.",
    "cost": "Sum of `acquisition_cost` of the leads that have one.",
    "costKnown": "Per cent of the leads that have an `acquisition_cost`.",
    "roi": "(Revenue - cost) / cost, per cent; null without costs. A lead without a cost counts as one that cost nothing: "
    "see costKnown.",
    "avgQuality": "Mean `quality_score` of the leads, 1 to 10.",
    "avgResponseMinutes": "Mean minutes from assignment to first contact, of the leads that have been contacted since.",
    "trend": "Revenue and leads of each bucket of the period, none left out: hours up to 2 days, days up to 92, weeks from "
    "Monday up to 200, else months. The first and the last one hold only the days that belong to the period.",
    "forecast": "Expected revenue of the next 7, 30 and 90 days as the newest forecast has it, with the interval that "
    "holds the next 30 days' with 80 % certainty and the error its method had in the backtest.",
    "agents.total": "Agents whose accounts are open.",
    "agents.online": "Those of them whose availability is `active`; the others are offline.",
    "agents.utilization": "Open leads they hold / places they have, per cent.",
    "topPerformers": "The five agents whose leads of the period have the most revenue, by who holds a lead now.",
    "performanceScore": "0 to 100, 50 is as the team: conversions against what leads of the same quality and age are "
    "expected to bring, and speed, over 90 days. Its formula is in docs/definitions.md.",
    "funnel.reached": "Leads of the period that ever got to this stage or to a later one.",
    "funnel.share": "Reached / all leads, per cent.",
    "funnel.fromPrevious": "Reached / reached of the stage before, per cent.",
    "funnel.standing": "Leads of the period that stand there now.",
    "velocity": "Days from creation to `closed_date` of the period's conversions: mean, median, and what 90 % of them "
    "stay under. Of a recent period only the quick ones are in it.",
    "insights": "The newest findings, most pressing first; each with its figures and its test at /admin/insights.",
    "publishers": "The agencies, as the publishers of the leads.",
    "goalProgress": "Leads created this calendar month / the agency's goal of leads a month, per cent.",
    "rank": "By the metric, best first. For conversion and response, agents with fewer than 10 leads (contacts) come after "
    "all others: a rate of a few says little. Agents without leads come last.",
    "scores.share": "Leads of this `quality_score` / all leads, per cent.",
    "movingAverage": "Mean revenue of a day over the 7 days that end with the bucket.",
    "weekdays": "Mean leads and revenue of a Monday, a Tuesday and so on, over the whole days of the period; `index` is "
    "its revenue against the mean day's, 100 is the same.",
    "cumulative": "Revenue from the period's first day to the end of the bucket; beside it the previous period's after as "
    "many days.",
}

SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "Statistics and analytics": STATISTICS,
}
"""By the heading they have in the docs; a name is in one of them only."""

DEFINITIONS: Final[Mapping[str, str]] = {
    name: sentence for section in SECTIONS.values() for name, sentence in section.items()
}
