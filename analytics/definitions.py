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
    "change": "Per cent by which a number differs from the previous period's: (now - previous) / |previous|; null where "
    "that is zero or unknown.",
    "leads": "The leads created in the period, whatever became of them.",
    "revenue": "Sum of `lead_value` of the leads created in the period, less those that are Returned or Duplicate now. "
    "A lead is worth the price quoted until somebody sets its value, as is usual when it is retained: so the "
    "revenue of recent days still grows.",
    "cpa": "Revenue / leads, in dollars: what a lead brings, under the name the specification gives it.",
    "conversions": "The leads created in the period that have a `closed_date`: they have reached Retained for Firm "
    "or Closed. Of recent leads many have not had the time.",
    "conversionRate": "Conversions / leads, per cent.",
    "conversionInterval": "Where the conversion rate of very many such leads would lie, with 95 % certainty (Wilson's "
    "interval): wide while leads are few.",
    "sameAge": "The previous period's number as it stood when its leads were as old as this period's are now (of a "
    "period until now: when it ended); and the change against it. Of revenue: without what conversions since then have "
    "added to it, a lead taken to have been worth its acquisition cost until it converted.",
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
    "forecast": "What the next 7, 30 and 90 days are expected to sum up to as the newest forecast has it: of revenue once "
    "matured, in predictions of leads as well. `lower` and `upper` are of the next 30 days.",
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
    "funnel.exits": "Leads of the period that stand at this way out now, and their per cent of all leads; with the stages' "
    "`standing` they add up to all leads.",
    "velocity": "Days from creation to `closed_date` of the period's conversions: mean, median, and what 90 % of them "
    "stay under. Of a recent period only the quick ones are in it.",
    "insights": "The newest findings of the rules in docs/insights.md, most pressing first, each with a link to the leads behind it.",
    "publishers": "The agencies, as the publishers of the leads.",
    "goalProgress": "Leads created this calendar month / the agency's goal of leads a month, per cent.",
    "rank": "By the metric, whose number is `value`, best first. For conversion and response, agents with fewer than 10 leads "
    "(contacts) come after all others: a rate of a few says little. Agents without leads come last.",
    "isCertain": "Whether the metric is made of enough leads: for conversion and response of 10 (contacts).",
    "scores.share": "Leads of this `quality_score` / all leads, per cent.",
    "movingAverage": "Mean revenue of a day over the 7 days that end with the bucket.",
    "weekdays": "Mean leads and revenue of a Monday, a Tuesday and so on, over the whole days of the period; `index` is "
    "its revenue against the mean day's, 100 is the same.",
    "cumulative": "Revenue from the period's first day to the end of the bucket; beside it the previous period's after as "
    "many days.",
}

AGENCIES: Final[Mapping[str, str]] = {
    "performance": "Of an agency's leads created in the last 90 business days, today among them, as far as not said otherwise.",
    "leadsThisMonth": "Leads created in this calendar month, today's among them.",
    "monthlyGoal": "Leads a month, as agreed with the agency; 0 is no goal.",
    "goalPace.projected": "Leads this month, and for the rest of it as many as the last four whole weeks brought on each "
    "weekday.",
    "goalPace.chance": "Chance, per cent, that the rest of the month brings what the goal lacks: a negative binomial tail, as "
    "spread out as the last four weeks were.",
    "avgCPA": "Revenue / leads, in dollars.",
    "topCampaign": "The name of the campaign with most conversions, then most leads; null without leads.",
    "campaignROI": "(Revenue - cost) / cost, per cent, of the five campaigns with most revenue.",
    "grade": "A from a score of 65, B from 55, C from 45, D from 35, else F; null with fewer than 30 leads in 90 days. Made anew "
    "every ten minutes, the day's last one is kept.",
    "gradeDetail.score": "0 to 100, 50 is as expected: the weighted mean of its parts. A part is 100 r² / (1 + r²), where r is so "
    "many times as good as expected: 80 is twice, 20 half as good.",
    "gradeDetail.parts": "conversion (45): (conversions + 3) / (expected + 3), expected at the other agencies' rate for leads of the "
    "same quality, age and time of day. returns (25): the same of returns at their rate for leads of the same age, fewer is better. volume "
    "(20): leads of the last 30 whole days by goal. trend (10): level at the end by level at the beginning of `trend`, 1 where flat. "
    "Volume and trend count only while we take the agency's leads.",
    "gradeDetail.interval": "Holds the score of very many such leads with 90 % certainty; `gradeRange` is its letters, `certainty` is "
    "high up to 10 points, medium up to 20, else low.",
    "trend.direction": "up or down where the seasonal Kendall test over the last twelve whole weeks, from the "
    "day after the first lead, has p <= 0.01, else flat; flat with fewer than 28 days or 30 leads. `days` is how many it "
    "looked at.",
    "trend.slope": "Leads a day, a week: the median over all pairs of these weeks (Theil and Sen).",
    "insights.strengths": "What stands out to the good, insights.opportunities what does to the bad; insights.recommendations, what to "
    "do about it. Each by a test of all agencies together, of which 5 % at most are chance; of the month's goal by a "
    "forecast, of which 5 % at most are wrong.",
}

FORECASTS: Final[Mapping[str, str]] = {
    "forecast.matured": "What the leads created on a day will be worth in the end, Returned and Duplicate aside: what is known, and "
    "for the share that days of this age still lack their leads times the value per lead (Bornhuetter and Ferguson).",
    "forecast.backtestError": "Sum of |forecast - what came| / sum of what came, per cent, over the backtest's origins: each forecast "
    "made a week after the one before, of the next 30 days, from what was known then (WAPE). Of the method that did best on these "
    "same origins, so a little less than is to be expected.",
    "forecast.wape": "As backtestError, of each candidate at each horizon.",
    "forecast.mase": "Mean error of single days / mean change from one week to the next before the origin: below 1 is better than "
    "to expect the week before again.",
    "forecast.chosen": "Whether it is the candidate with the least WAPE of 7 and 30 days added up; of equal ones the simplest.",
    "forecast.trials": "Origins of the backtest, 52 at most; of a horizon those whose outcome is known.",
    "forecast.knownAfterDays": "Age in days at which the backtest takes what came of a day as known: of revenue once it has 95 % of "
    "its final worth, of leads 0.",
    "forecast.interval": "With a backtest it holds what comes with 80 % certainty: the forecast less and plus Student's t times the "
    "root mean square of the backtest's relative errors; of single days, the 10 % and 90 % quantiles of theirs. A plain forecast has "
    "no backtest (too little history, or none made yet: see `reason`), and nobody knows how certain it is: its interval is the least "
    "and the highest seen, stretched to the horizon. Seen are weeks where none is made yet, else days (0 and twice the highest of "
    "less than a week).",
    "forecast.coverage": "How often, per cent of those `tested`, the interval held on outcomes that it was not made of; `inTime` is "
    "with only the origins whose outcomes were known by then.",
    "forecast.path": "What each of the next 90 days is expected to bring.",
    "forecast.history": "The days, and the leads created on them, that the forecast was made from.",
    "forecast.recent": "The last 30 days to compare with: as `known` now, and as they will be once `matured`.",
    "forecast.maturity": "Of revenue: per cent of its final worth that a day has at an age in days, by chain ladder over all days.",
    "forecast.valuePerLead": "What a lead comes to be worth, in dollars: value known / leads as far as they are ripe, recent days "
    "counting more (Cape Cod).",
}

SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "Statistics and analytics": STATISTICS,
    "Agencies": AGENCIES,
    "Forecasts": FORECASTS,
}
"""By the heading they have in the docs; a name is in one of them only."""

DEFINITIONS: Final[Mapping[str, str]] = {
    name: sentence for section in SECTIONS.values() for name, sentence in section.items()
}
