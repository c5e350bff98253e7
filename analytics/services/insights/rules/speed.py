"""Rule `speed_to_contact`: leads that are spoken with sooner convert more often.

Leads created 31 to 210 days ago, Duplicates left out: old enough for the conversions they will have. Classes by the time
from creation to the first contact: up to 5 minutes, 15, 60, later, never. Who was never spoken with cannot convert, and
who is hard to reach answers late, so the test is among those spoken with: within the hour against later, by Mantel and
Haenszel over the ten quality scores, because good leads are called first. Enough is `LEAST` leads and `CONVERSIONS`
conversions on both sides.

What faster contact would bring is the difference of the rates within each quality score, times the leads of that score
that were spoken with later: an association, no promise, as leads that come at night or seldom answer differ in more than the wait.
"""

from dataclasses import dataclass
from math import inf
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import condition, days, searched
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.reading import rows
from analytics.services.insights.wording import percent, probability
from analytics.services.insights.world import World
from analytics.statistics import Gain, MantelHaenszel, Table, gain_of_others, mantel_haenszel, wilson
from leads.choices import Disposition

CODE = "speed_to_contact"
LEVEL = 0.01
ODDS = 1.2
LEAST = 100  # leads on each side
CONVERSIONS = 20
OLDEST, YOUNGEST = 210, 31  # days
MONTH = 30
CLASSES = ("within 5 minutes", "within 15 minutes", "within an hour", "later", "never")
FAST, SLOW, NEVER = (0, 1, 2), 3, 4

_READ = """
SELECT CASE WHEN first_contact_at IS NULL THEN 4
            ELSE width_bucket(extract(epoch FROM first_contact_at - created_at)::float8, ARRAY[300.000001, 900.000001, 3600.000001]) END,
       quality_score, count(*), count(closed_date)
  FROM leads_lead
 WHERE created_at >= %(since)s AND created_at < %(until)s AND disposition <> 'Duplicate'
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Leads of one class of speed and one quality score."""

    speed: int
    quality: int
    leads: int
    conversions: int


def find(world: World) -> list[Finding]:
    """One statement."""
    found = rows(_READ, since=world.day(OLDEST), until=world.day(YOUNGEST - 1))
    return judge([Group(*row) for row in found], world)


def judge(groups: list[Group], world: World) -> list[Finding]:
    """At most one finding."""
    fast = [group for group in groups if group.speed in FAST]
    slow = [group for group in groups if group.speed == SLOW]
    sides = [(sum(g.leads for g in side), sum(g.conversions for g in side)) for side in (fast, slow)]
    if any(leads < LEAST or conversions < CONVERSIONS for leads, conversions in sides):
        return []
    layers = _layers(fast, slow)
    found = mantel_haenszel(layers)
    if found is None or found.p > LEVEL or not ODDS <= found.odds_ratio < inf:
        return []
    return [_finding(groups, found, gain_of_others(layers), world)]


def _layers(fast: list[Group], slow: list[Group]) -> list[Table]:
    layers = []
    for quality in sorted({group.quality for group in (*fast, *slow)}):
        sums = []
        for side in (fast, slow):
            own = [group for group in side if group.quality == quality]
            hits = sum(group.conversions for group in own)
            sums += [hits, sum(group.leads for group in own) - hits]
        layers.append(Table(*sums))
    return layers


def _finding(groups: list[Group], found: MantelHaenszel, gain: Gain, world: World) -> Finding:
    a_month = gain.a_part((OLDEST - YOUNGEST + 1) / MONTH)
    classes = [_class(groups, number) for number in range(len(CLASSES))]
    return Finding(
        code=CODE,
        subject="",
        severity=Severity.INFO,
        size=a_month.more,
        title=(
            "Of leads spoken with within the hour the odds to convert are "
            f"{found.odds_ratio:.1f} times those of leads reached later"
        ),
        text=_text(classes, found, a_month),
        figures=_figures(groups, classes, found, a_month),
        link=searched(
            days("created_at", world.day(OLDEST), world.day(YOUNGEST)),
            condition("disposition", "not_equals", Disposition.DUPLICATE.value),
        ),
        threshold={"p": LEVEL, "oddsRatio": ODDS, "leads": LEAST, "conversions": CONVERSIONS},
        test=Test(
            "Mantel-Haenszel by quality score",
            sum(group.leads for group in groups if group.speed != NEVER),
            found.statistic,
            found.p,
        ),
    )


def _text(classes: list[dict[str, Any]], found: MantelHaenszel, a_month: Gain) -> str:
    said = ", ".join(f"{one['class']} {one['rate']:.1f} %" for one in classes[:NEVER] if one["leads"])
    return (
        f"Conversion by first contact: {said}. At the rate of leads of equal quality spoken with sooner, the "
        f"{a_month.leads:,.0f} leads a month reached later would have brought {a_month.more:.0f} conversions more "
        f"({a_month.low:.0f} to {a_month.high:.0f}, 95 %): an association, not a promise ({probability(found.p)})."
    )


def _figures(
    groups: list[Group], classes: list[dict[str, Any]], found: MantelHaenszel, a_month: Gain
) -> dict[str, Any]:
    return {
        "leads": sum(group.leads for group in groups),
        "classes": classes,
        "oddsRatio": round(found.odds_ratio, 2),
        "oddsLow": round(found.odds_low, 2),
        "oddsHigh": round(found.odds_high, 2),
        "laterAMonth": round(a_month.leads),
        "moreConversionsAMonth": round(a_month.more, 1),
        "moreLow": round(a_month.low, 1),
        "moreHigh": round(a_month.high, 1),
    }


def _class(groups: list[Group], number: int) -> dict[str, Any]:
    own = [group for group in groups if group.speed == number]
    leads, conversions = sum(group.leads for group in own), sum(group.conversions for group in own)
    low, high = wilson(conversions, leads)
    return {
        "class": CLASSES[number],
        "leads": leads,
        "conversions": conversions,
        "rate": percent(conversions, leads),
        "rateLow": round(100 * low, 1),
        "rateHigh": round(100 * high, 1),
    }
