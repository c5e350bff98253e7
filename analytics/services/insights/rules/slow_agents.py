"""Rule `slow_agent`: an agent's leads wait longer for the first contact than the others'.

Leads assigned on the last 30 days, today's left out (their hour may not be over); left out are Duplicates, and leads that
had been spoken with before they were handed over: their first contact is nobody's merit. In time is a first contact
within an hour of the assignment; who was not reached counts as not in time, for everybody alike. An agent against all
others by Mantel and Haenszel in two layers, assigned in business hours or outside them; Benjamini and Hochberg over the
agents. Enough is `LEAST` leads; the share must be `POINTS` points and a third below the others'.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.models.insight import Severity
from analytics.selectors.links import Link, condition, days, searched
from analytics.services.insights.finding import Finding, Test
from analytics.services.insights.office import CLOSES, OPENS, WORKDAYS
from analytics.services.insights.reading import rows
from analytics.services.insights.wording import probability
from analytics.services.insights.world import World
from analytics.statistics import MantelHaenszel, Table, benjamini_hochberg, mantel_haenszel
from leads.choices import Disposition

CODE = "slow_agent"
LEVEL = 0.01
WINDOW = 30  # days
LEAST = 30  # leads
POINTS = 10.0
BELOW = 2 / 3  # of the others' share

_READ = """
SELECT agent.email, concat_ws(' ', NULLIF(agent.first_name, ''), NULLIF(agent.last_name, '')),
       extract(isodow FROM wall) <= %(workdays)s AND wall::time >= %(opens)s AND wall::time < %(closes)s,
       count(*) FILTER (WHERE NOT is_known),
       count(*) FILTER (WHERE NOT is_known AND first_contact_at <= assigned_at + interval '1 hour'),
       array_agg(lead.id::text ORDER BY lead.id) FILTER (WHERE is_known)
  FROM (SELECT *, assigned_at AT TIME ZONE %(zone)s AS wall,
               first_contact_at IS NOT NULL AND first_contact_at < assigned_at AS is_known FROM leads_lead
         WHERE assigned_agent_id IS NOT NULL AND assigned_at >= %(since)s AND assigned_at < %(until)s
           AND disposition <> 'Duplicate') AS lead
  JOIN core_user AS agent ON agent.id = lead.assigned_agent_id
 GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Handled:
    """Leads assigned to one agent within business hours, or outside them; beside them the ids of those handed over."""

    email: str
    name: str
    in_hours: bool
    leads: int
    in_time: int
    handed_over: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One agent against the others."""

    email: str
    name: str
    leads: int
    in_time: int
    handed_over: list[str]
    other_leads: int
    other_in_time: int
    found: MantelHaenszel

    @property
    def is_slow(self) -> bool:
        own, others = self.in_time / self.leads, self.other_in_time / self.other_leads
        return own <= BELOW * others and 100 * (others - own) >= POINTS and self.found.odds_ratio < 1


def find(world: World) -> list[Finding]:
    """One statement."""
    found = rows(
        _READ, since=world.day(WINDOW), until=world.today, workdays=WORKDAYS, opens=OPENS, closes=CLOSES
    )
    return judge([Handled(*row) for row in found], world)


def judge(handled: list[Handled], world: World) -> list[Finding]:
    """One finding for each slow agent."""
    emails = sorted({one.email for one in handled})
    compared = [one for email in emails if (one := _compared(email, handled))]
    adjusted = benjamini_hochberg([one.found.p for one in compared])
    return [
        _finding(one, q, len(compared), world)
        for one, q in zip(compared, adjusted, strict=True)
        if q <= LEVEL and one.is_slow
    ]


def _compared(email: str, handled: list[Handled]) -> Compared | None:
    own = [one for one in handled if one.email == email]
    others = [one for one in handled if one.email != email]
    leads, other_leads = sum(one.leads for one in own), sum(one.leads for one in others)
    if min(leads, other_leads) < LEAST:
        return None
    layers = []
    for in_hours in (True, False):
        mine = [one for one in own if one.in_hours == in_hours]
        theirs = [one for one in others if one.in_hours == in_hours]
        layers.append(Table(*_hits(mine), *_hits(theirs)))
    found = mantel_haenszel(layers)
    if found is None:
        return None
    handed_over = [lead for one in own for lead in one.handed_over or ()]
    return Compared(
        email, own[0].name, leads, _hits(own)[0], handed_over, other_leads, _hits(others)[0], found
    )


def _hits(some: list[Handled]) -> tuple[int, int]:
    hits = sum(one.in_time for one in some)
    return hits, sum(one.leads for one in some) - hits


def _finding(one: Compared, q: float, tests: int, world: World) -> Finding:
    own, others = 100 * one.in_time / one.leads, 100 * one.other_in_time / one.other_leads
    late = one.leads * others / 100 - one.in_time
    return Finding(
        code=CODE,
        subject=one.email,
        severity=Severity.WARNING,
        size=late,
        title=f"{one.name or one.email} reached {own:.0f} % of {one.leads:,} leads within the hour, the others {others:.0f} %",
        text=(
            f"Leads assigned in the last {WINDOW} days. At the others' pace {late:.0f} more would have been spoken with in "
            f"time ({probability(q)} over {tests} agents, business hours told apart)."
        ),
        figures={
            "agent": one.email,
            "leads": one.leads,
            "inTime": one.in_time,
            "share": round(own, 1),
            "shareOthers": round(others, 1),
            "oddsRatio": round(one.found.odds_ratio, 2),
        },
        link=_link(one, world),
        threshold={"p": LEVEL, "points": POINTS, "leads": LEAST, "minutes": 60},
        test=Test("Mantel-Haenszel by business hours, Benjamini-Hochberg", tests, one.found.statistic, q),
    )


def _link(one: Compared, world: World) -> Link:
    asked = [
        condition("assigned_agent", "equals", one.email),
        days("assigned_at", world.day(WINDOW), world.day(1)),
        condition("disposition", "not_equals", Disposition.DUPLICATE.value),
    ]
    if one.handed_over:  # a search does not compare two moments of a lead
        asked.append(condition("lead_id", "not_in", one.handed_over))
    return searched(*asked)
