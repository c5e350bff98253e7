"""Rules `deadline_passed` and `deadline_near`: the time to file runs out, or ran out, for leads that are still worked.

No test: each is one to act on, however few. `deadline_near` is within `NEAR` days, critical where some are within
`SOON`. Both name the `SHOWN` worst: passed for longest, nearest first.
"""

import json
from datetime import date
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import (
    Link,
    admin_page,
    condition,
    listed,
    searched,
)
from analytics.services.insights.finding import Finding
from analytics.services.insights.reading import rows
from analytics.services.insights.wording import leads as told_leads
from analytics.services.insights.world import World
from leads.choices import OPEN

PASSED, NEAR_CODE = "deadline_passed", "deadline_near"
SOON, NEAR = 30, 60  # days
SHOWN = 10

_READ = """
SELECT filing_deadline < %(today)s::date AS passed, count(*), count(*) FILTER (WHERE filing_deadline <= %(soon)s::date),
       to_jsonb((array_agg(jsonb_build_object('lead_id', lead.id, 'agency', lead.vendor_code, 'disposition', lead.disposition,
                                              'agent', agent.email, 'deadline', filing_deadline)
                           ORDER BY filing_deadline, lead.id))[:%(shown)s])
  FROM leads_lead AS lead LEFT JOIN core_user AS agent ON agent.id = lead.assigned_agent_id
 WHERE lead.disposition = ANY (%(open)s) AND filing_deadline <= %(near)s::date
 GROUP BY 1
"""


def find(world: World) -> list[Finding]:
    """One statement."""
    found = rows(
        _READ,
        today=world.today.isoformat(),
        soon=world.day(-SOON).isoformat(),
        near=world.day(-NEAR).isoformat(),
        open=[str(one) for one in OPEN],
        shown=SHOWN,
    )
    return [
        _passed(number, json.loads(worst), world.today)
        if passed
        else _near(number, soon, json.loads(worst), world.today)
        for passed, number, soon, worst in found
    ]


def _passed(number: int, worst: list[dict[str, Any]], today: date) -> Finding:
    return Finding(
        code=PASSED,
        subject="",
        severity=Severity.CRITICAL,
        size=number,
        title=f"{told_leads(number)} still open after the time to file ran out",
        text=f"The first one ran out on {worst[0]['deadline']}. Have a lawyer look, or close them with their reason.",
        figures={"leads": number, "worst": _dated(worst, today)},
        link=searched(
            condition("disposition", "in", [str(one) for one in OPEN]),
            condition("days_to_deadline", "less_than", 0),
            admin=admin_page([("deadline", "overdue")]),
        ),
        threshold={"days": 0},
    )


def _near(number: int, soon: int, worst: list[dict[str, Any]], today: date) -> Finding:
    pressing = f", {soon:,} of them with {SOON} or less" if soon else ""
    return Finding(
        code=NEAR_CODE,
        subject="",
        severity=Severity.CRITICAL if soon else Severity.WARNING,
        size=number,
        title=f"{told_leads(number)} with {NEAR} days or less left to file{pressing}",
        text=f"The nearest deadline of an open lead is {worst[0]['deadline']}.",
        figures={"leads": number, "soon": soon, "worst": _dated(worst, today)},
        link=_within(NEAR),
        parts=[{"days": SOON, "leads": soon, "link": _within(SOON).document()}] if soon else [],
        threshold={"days": NEAR, "soon": SOON},
    )


def _within(days: int) -> Link:
    return listed(disposition=tuple(str(one) for one in OPEN), deadlineWithin=days)


def _dated(worst: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    return [one | {"days_to_deadline": (date.fromisoformat(one["deadline"]) - today).days} for one in worst]
