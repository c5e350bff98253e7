"""Rule `speed_to_contact`: leads that are spoken with sooner convert more often.

Leads created 31 to 210 days ago, Duplicates left out: old enough for the conversions they will have. Classes by the time
from creation to the first contact: up to 5 minutes, 15, 60, later, never. Who was never spoken with cannot convert, and
who is hard to reach answers late, so the test is among those spoken with: within the hour against later, by Mantel and
Haenszel over the ten quality scores, because good leads are called first. Enough is `LEAST` leads and `CONVERSIONS`
conversions on both sides.

What faster contact would bring is the difference of the rates within quality scores, put on the leads that were spoken
with later: an association, no promise, as leads that come at night or seldom answer differ in more than the wait.
"""

from dataclasses import dataclass
from math import inf
from typing import Any

from analytics.models.insight import Severity
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.links import condition, days, searched
from analytics.services.insights.reading import rows
from analytics.services.insights.wording import percent, probability
from analytics.services.insights.world import World
from analytics.statistics import MantelHaenszel, Table, mantel_haenszel, wilson
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
    found = mantel_haenszel(_layers(fast, slow))
    if found is None or found.p > LEVEL or not ODDS <= found.odds_ratio < inf:
        return []
    return [_finding(groups, sides[1][0], found, world)]


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


def _finding(groups: list[Group], slow: int, found: MantelHaenszel, world: World) -> Finding:
    classes = [_class(groups, number) for number in range(len(CLASSES))]
    months = (OLDEST - YOUNGEST + 1) / MONTH
    more, low, high = (
        slow / months * part for part in (found.difference, found.difference_low, found.difference_high)
    )
    first, last = world.day(OLDEST), world.day(YOUNGEST)
    said = ", ".join(f"{one['class']} {one['rate']:.1f} %" for one in classes[:NEVER] if one["leads"])
    return Finding(
        code=CODE,
        subject="",
        severity=Severity.INFO,
        size=more,
        title=f"Leads spoken with within the hour convert {found.odds_ratio:.1f} times as likely (odds) as those reached later",
        text=(
            f"Conversion by first contact: {said}. Of equal quality, the {slow / months:,.0f} leads a month reached later "
            f"would have brought {more:.0f} conversions more ({low:.0f} to {high:.0f}, 95 %) at the others' rate: an "
            f"association, not a promise ({probability(found.p)})."
        ),
        figures={
            "leads": sum(group.leads for group in groups),
            "classes": classes,
            "oddsRatio": round(found.odds_ratio, 2),
            "oddsLow": round(found.odds_low, 2),
            "oddsHigh": round(found.odds_high, 2),
            "laterAMonth": round(slow / months),
            "moreConversionsAMonth": round(more, 1),
            "moreLow": round(low, 1),
            "moreHigh": round(high, 1),
        },
        link=searched(
            days("created_at", first, last),
            condition("disposition", "not_equals", Disposition.DUPLICATE.value),
        ),
        threshold={"p": LEVEL, "oddsRatio": ODDS, "leads": LEAST, "conversions": CONVERSIONS},
        test=Test(
            "Mantel-Haenszel by quality score",
            sum(g.leads for g in groups if g.speed != NEVER),
            found.statistic,
            found.p,
        ),
    )


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
